"""The truth: what was submitted, and how far each report is.

A report's state changes only through the guarded functions of `claims.py`:

        ┌──────────────────── released: attempt not counted ──────┐
        ▼                                                         │
    PENDING ── claimed: lease, attempts + 1 ──▶ RUNNING ──────────┤
        ▲ ▲                                       │  ▲            │
        │ └── attempt failed: backs off ──────────┤  └─ lease ran out: claimed again, alone
        │                                         ├── stored, fence unchanged ─▶ SUCCESS
        │                                         └── 3 attempts spent ──────▶ FAILURE
        └──────────────── submitted again, retried ─────────────────────────────┘

`due_at` says when an unfinished report may be claimed: at once, after a back-off, or when its lease runs out.
A submission has no state of its own: it is its *headline* report's, position 0. That is the student's
report for a single, and the class report, which waits for all the others, for a class.
So while any report of a class is unfinished its class report is, and the queue finds the class by that one.
"""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from feedback.access.callers import Caller, Scope
from feedback.contract.formats import Format
from feedback.contract.states import State

MAX_ATTEMPTS = 3
HEADLINE = 0
UNFINISHED = (State.PENDING, State.RUNNING)


class Submissions(models.QuerySet["Submission"]):
    def visible_to(self, caller: Caller) -> "Submissions":
        """Those the caller may know of. Every look-up on a caller's behalf begins here, or in `Reports` below."""
        found = self if caller.of_all_owners else self.filter(owner=caller.owner)
        return found.filter(_within(caller.reads))

    def writable_by(self, caller: Caller) -> "Submissions":
        """Those of the visible ones that the caller may also erase or hand out."""
        return self.visible_to(caller).filter(_within(caller.writes))


class Reports(models.QuerySet["Report"]):
    def visible_to(self, caller: Caller) -> "Reports":
        """The reports of the submissions that the caller may know of."""
        return self.filter(submission__in=Submission.objects.visible_to(caller))


def _within(scope: Scope) -> Q:
    """Submissions of which every student is within the scope; a class may span several namespaces."""
    if scope.names is None:
        return Q()
    students = Report.objects.filter(submission=OuterRef("pk"), kind=Report.Kind.STUDENT)
    spanning = Q(~Exists(students.exclude(namespace__in=scope.names)), namespace="")
    return Q(namespace__in=scope.names - {""}) | spanning


class Submission(models.Model):
    """One accepted POST: a student or a class, in one format with its options."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Whose it is, as `access.callers.Caller.owner` says it: a key's name or a person; "" for everyone.
    owner = models.CharField(max_length=64, blank=True)
    format = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Format])
    options = models.JSONField(default=dict)
    # sha256 over owner, format, options, renderer version, content and Idempotency-Key (intake.identity).
    identity = models.BinaryField(max_length=32, unique=True)
    # sha256 of the students alone: what the submissions of one class in two formats have in common.
    content_sha256 = models.BinaryField(max_length=32, db_index=True)
    # The same over caller, format and the Idempotency-Key alone: who else may have sent it, sent another (intake).
    idempotency = models.BinaryField(max_length=32, null=True, unique=True)
    # The student's own for a single; for a class no student, and the namespace where all share one.
    student_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null says "a class"; "" is no id
    namespace = models.CharField(max_length=200, blank=True)
    is_class = models.BooleanField()
    students = models.PositiveIntegerField()
    # The class in numbers, where the reports compare with it (documents._statistics).
    statistics = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    # Of the request that brought it, so that every line logged about it can be found from the client's side.
    request_id = models.CharField(max_length=64, blank=True)

    objects = Submissions.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="submission_by_age"),
            # Not of nobody in particular, whose are then nearly all: those are not looked for by owner.
            models.Index(fields=["owner"], condition=Q(owner__gt=""), name="submission_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.id}"


class Report(models.Model):
    """One document to make: a student's, or at position 0 of a class the class report."""

    class Kind(models.TextChoices):
        STUDENT = "student"
        CLASS = "class"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="reports", db_index=False)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    student_id = models.CharField(max_length=200, blank=True)
    namespace = models.CharField(max_length=200, blank=True)
    payload = models.BinaryField()

    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in State], default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Grows at every claim and is never given back: a write must name the fence it was claimed behind.
    fence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_expiries = models.PositiveSmallIntegerField(db_default=0)
    error = models.TextField(blank=True)

    findings = models.BinaryField(null=True)
    # By the findings; None where no event has a time.
    first_event_at = models.DateTimeField(null=True)
    filename = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=64, blank=True)
    body = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    render_seconds = models.FloatField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)

    objects = Reports.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "position"], name="one_report_per_position")]
        indexes = [
            models.Index(
                fields=["submission", "position"],
                condition=Q(state__in=["PENDING", "RUNNING"]),
                name="report_unfinished",
            ),
            models.Index(
                fields=["attempts", "due_at"],
                condition=Q(position=0, kind="student", state__in=["PENDING", "RUNNING"]),
                name="report_unfinished_single",
            ),
            models.Index(fields=["student_id", "namespace"], name="report_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Sweep(models.Model):
    """When the queue was last swept: one row, written by whichever worker sweeps (feedback.queue.claims)."""

    begun_at = models.DateTimeField()
    # The same of the last sweep that beat asked for.
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sweep at {self.begun_at}"


class HandOut(models.Model):
    """Links to the reports of a submission, one for each student, that open until they expire or are withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="handouts")
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hand-out {self.id}"

    @property
    def is_over(self) -> bool:
        return self.withdrawn_at is not None or self.expires_at <= timezone.now()


class WithdrawnLink(models.Model):
    """One student's link of a hand-out, closed while the others stay open."""

    handout = models.ForeignKey(HandOut, on_delete=models.CASCADE, related_name="withdrawn_links")
    report_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handout", "report_id"], name="one_withdrawal_per_link")]

    def __str__(self) -> str:
        return f"{self.handout_id} {self.report_id}"
