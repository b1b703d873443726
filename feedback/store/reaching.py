"""How reports reach the students of an upload: the roster that says who they are, and the mails of a hand-out.

    Student ──── RosterEntry     a name, an address, the numbers of a learning platform
    HandOut ──< Mailing ──< Mail >── Student      the outbox: at most one mail a student and hand-out

All of it is a student's data, so each row goes with its student, and with the upload.

        ┌── not taken yet: backs off ────────────┐
        ▼                                        │
    QUEUED ── claimed: lease, fence ──▶ SENDING ─┼── the server took it ──▶ SENT
        ▲                                        ├── the server refused it, or the link closed ──▶ FAILED
        │                                        └── the answer was lost, or the lease ran out ──▶ UNCERTAIN
        └── asked for again ── FAILED

Nothing leads from SENT back to the queue, and from UNCERTAIN only the late word of the worker that claimed the mail,
that the server did not take it. What may have arrived is never sent a second time.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LONGEST_SUBJECT, LONGEST_BODY = 200, 10_000


class RosterEntry(models.Model):
    """A row of the roster that fits one student of the upload."""

    about = models.OneToOneField(
        "reports.Student", on_delete=models.CASCADE, related_name="roster_entry", primary_key=True
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    # Of Moodle: the number of `Participant 123`, which is the assignment's own.
    participant = models.CharField(max_length=20, blank=True)
    # Of Canvas: the user's number, and the one of the file that the student handed in.
    canvas_user = models.CharField(max_length=20, blank=True)
    canvas_file = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"roster entry of {self.about_id}"


class Mailing(models.Model):
    """One time that a hand-out was mailed: the words, with their placeholders, for those who had no mail before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handout = models.ForeignKey("reports.HandOut", on_delete=models.CASCADE, related_name="mailings")
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    body = models.TextField()
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"mailing {self.id}"


class MailState(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Mail(models.Model):
    """One student's mail of a hand-out. The address is read from the roster when it is sent, and kept nowhere else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handout = models.ForeignKey("reports.HandOut", on_delete=models.CASCADE, related_name="mails", db_index=False)
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="mails")
    about = models.ForeignKey("reports.Student", on_delete=models.CASCADE, related_name="mails")
    state = models.CharField(max_length=9, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Grows at every claim: what became of a mail is written only by the worker that claimed it last.
    fence = models.PositiveIntegerField(default=0)
    # When it may be claimed; of one that is being sent, when its lease runs out.
    due_at = models.DateTimeField(db_default=Now())
    # The server's words, or ours, without any address; of a queued mail, why it is not sent yet.
    error = models.TextField(blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handout", "about"], name="one_mail_per_student")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "sending"]), name="mail_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.state} mail {self.id}"


class MailPace(models.Model):
    """One row, for all workers: when the next turn to send a mail begins, and whether the server can be reached."""

    next_at = models.DateTimeField(db_default=Now())
    # How often in a row it could not be reached, and why; "" where all is well.
    failures = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"mails again from {self.next_at}"
