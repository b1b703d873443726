"""What is kept beside uploads: numbers of what was finished, and what was chosen for files of other platforms.

Numbers are counted before the reports may be erased, so that nobody has to count whole tables.
"""

from django.db import models
from django.db.models.functions import Now

from feedback.contract.formats import Format
from feedback.contract.states import State


class Tally(models.Model):
    """How many reports ever ended in this state and format; the numbers only grow (`tallies.py` writes them)."""

    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in (State.SUCCESS, State.FAILURE)])
    format = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Format])
    reports = models.PositiveBigIntegerField(default=0)
    # Of these reports: the attempts that it took, and those of them whose worker was lost or frozen.
    attempts = models.PositiveBigIntegerField(default=0)
    lease_expiries = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state", "format"], name="one_tally_per_state_and_format")]

    def __str__(self) -> str:
        return f"{self.reports} {self.state} {self.format}"


class WebhookTally(models.Model):
    """How many deliveries of webhooks ever ended in this way, and the tries they took; the numbers only grow."""

    progress = models.CharField(max_length=9, unique=True)
    deliveries = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.deliveries} {self.progress}"


class Tallied(models.Model):
    """One row: the moment up to which what ended is counted in `Tally` and `WebhookTally`. Null: nothing is yet."""

    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"tallied until {self.until}"


class FileShape(models.Model):
    """What an owner chose for files of a shape (`shapes.py`): source, zone, columns, kinds. Nothing of a student."""

    owner = models.CharField(max_length=64, blank=True)
    shape = models.BinaryField(max_length=32)
    choices = models.JSONField()
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "shape"], name="one_choice_per_owner_and_shape")]

    def __str__(self) -> str:
        return f"file shape {self.pk}"
