"""The outbox of webhooks: where events go, and each event on its way to one place.

    WebhookEndpoint ──< WebhookDelivery >── Task

A delivery's row is written in the transaction that finishes the task (`feedback.queue.announcements`), and deleted with
the task. Its `webhook-id` is the row's own id, so however often it is sent, it is one message.

    WAITING ── claimed: attempts + 1, due again when the lease runs out ──┐
       ▲                                                                 ├── 2xx ─────────────────▶ DELIVERED
       ├── failed, tries left: due after a pause ────────────────────────┤
       │                                                                 └── no try left, 410 ────▶ FAILED
       └───────────────────────────────── replayed ────────────────────────── DELIVERED or FAILED

A transaction that changes an endpoint and its deliveries locks the endpoint first, so that no two wait for each other.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from feedback.contract.states import State

URL_CHARACTERS = 2_000
ANSWER_CHARACTERS = 200


class WebhookEndpoint(models.Model):
    """An address that is told of the finished tasks of one owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of which uploads, as `Upload.owner` says it: a key's name; "" for what nobody in particular submitted.
    owner = models.CharField(max_length=64, blank=True)
    url = models.CharField(max_length=URL_CHARACTERS)
    # Encrypted (feedback.submissions.webhooks.secrets): signing needs the secret itself, so a hash would not do.
    secret = models.BinaryField()
    # The one before, with which a message is signed as well until then.
    previous_secret = models.BinaryField(null=True)
    previous_until = models.DateTimeField(null=True)
    # Failed tries since the last that succeeded: while there are any, each process tries one delivery at a time.
    failures = models.PositiveIntegerField(default=0)
    # Until then nothing is sent, as the endpoint asked by Retry-After.
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=ANSWER_CHARACTERS, blank=True)

    class Meta:
        indexes = [models.Index(fields=["owner"], condition=Q(disabled_at=None), name="webhook_by_owner")]

    def __str__(self) -> str:
        return f"webhook {self.id.hex[:8]}"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. Nothing of a student is in it."""

    class Progress(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    task = models.ForeignKey("reports.Task", on_delete=models.CASCADE, related_name="deliveries")
    # The event: how the task ended, when, and how many of its students' reports failed. `fence` is that of the headline
    # document when it was finished, so that one ending is one event.
    fence = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=[(one.value, one.value) for one in (State.SUCCESS, State.FAILURE)])
    failed = models.PositiveIntegerField()
    # How many students the task had then. None where an older version wrote the row: as many as it has now.
    students = models.PositiveIntegerField(null=True)
    happened_at = models.DateTimeField(db_index=True)

    progress = models.CharField(max_length=9, choices=Progress.choices, default=Progress.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Grows at every claim, and never shrinks: what came of a try is written only by the worker that claimed it last.
    claims = models.PositiveIntegerField(db_default=0)
    # When it is tried next; of a delivery that a worker is at, when its lease runs out.
    due_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True)
    # What came of the last try, in our words: an endpoint's own are not kept.
    answer = models.CharField(max_length=ANSWER_CHARACTERS, blank=True)
    ended_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [models.UniqueConstraint(fields=["endpoint", "task", "fence"], name="one_event_per_ending")]
        indexes = [models.Index(fields=["endpoint", "due_at"], condition=Q(progress="waiting"), name="webhook_waiting")]

    def __str__(self) -> str:
        return f"delivery {self.message_id}"

    @property
    def message_id(self) -> str:
        """The `webhook-id`."""
        return f"msg_{self.id.hex}"

    @property
    def type(self) -> str:
        """The event's."""
        return "task.completed" if self.status == State.SUCCESS else "task.failed"
