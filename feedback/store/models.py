"""The truth: what was uploaded, and how far each document is.

    Upload ──┬─< Task ─────< Document      what is asked for: the same students in a format each
             └─< Student ──< Document      what is known: one payload and one set of findings a student

One body that is posted in two formats is one upload with two tasks: a student's log is stored once and analysed once,
and has a document in each. The API's `task_id` is `Task.id`, its `report_id` is `Document.id`.

A document's state changes only by the guarded statements of `feedback.queue`:

        ┌──────────────────── released: attempt not counted ──────┐
        ▼                                                         │
    PENDING ── claimed: lease, attempts + 1 ──▶ RUNNING ──────────┤
        ▲ ▲                                       │  ▲            │
        │ └── attempt failed: backs off ──────────┤  └─ lease ran out: claimed again, alone
        │                                         ├── stored, fence unchanged ─▶ SUCCESS
        │                                         └── 3 attempts spent ──────▶ FAILURE
        └──────────────── submitted again, retried ─────────────────────────────┘

`due_at` says when an unfinished document may be claimed: at once, after a back-off, or when its lease runs out.
A task has no state of its own: it is its *headline* document's, position 0. That is the student's document for a
single, and the class report, which waits for all the others, for a class.
So while any document of a class is unfinished its class report is, and the queue finds the class by that one.

Columns that may have megabytes are named by their model's LARGE: what reads many rows takes them through `small`,
which leaves those out.

Rows are locked in this order, so that no two transactions wait for each other: uploads, students, class reports and
then the others by student; uploads and students by their ids.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from feedback.access.callers import Caller, Scope
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.store import reaching, webhooks  # noqa: F401 - their tables are of this application

MAX_ATTEMPTS = 3
HEADLINE = 0
UNFINISHED = (State.PENDING, State.RUNNING)


class Uploads(models.QuerySet["Upload"]):
    def visible_to(self, caller: Caller) -> "Uploads":
        """Those the caller may know of. Every look-up on a caller's behalf begins here, or in `Tasks` below."""
        return self.filter(_owned_by(caller, ""), _within(caller.reads, ""))

    def writable_by(self, caller: Caller) -> "Uploads":
        """Those of the visible ones that the caller may also erase or hand out."""
        return self.visible_to(caller).filter(_within(caller.writes, ""))


class Tasks(models.QuerySet["Task"]):
    def visible_to(self, caller: Caller) -> "Tasks":
        """The tasks of the uploads that the caller may know of."""
        return self.filter(_owned_by(caller, "upload__"), _within(caller.reads, "upload__"), expired_at=None)

    def writable_by(self, caller: Caller) -> "Tasks":
        """Those of the visible ones that the caller may also erase or hand out."""
        return self.visible_to(caller).filter(_within(caller.writes, "upload__"))


def _owned_by(caller: Caller, upload: str) -> Q:
    """`upload` is the way from the rows that are asked for to their upload."""
    return Q() if caller.of_all_owners else Q((f"{upload}owner", caller.owner))


def _within(scope: Scope, upload: str) -> Q:
    """Uploads of which every student is within the scope; a class may span several namespaces."""
    if scope.names is None:
        return Q()
    students = Student.objects.filter(upload=OuterRef(f"{upload}pk"))
    spanning = Q(~Exists(students.exclude(namespace__in=scope.names)), (f"{upload}namespace", ""))
    return Q((f"{upload}namespace__in", scope.names - {""})) | spanning


class Upload(models.Model):
    """The students of one body and the options that change their documents, in however many formats."""

    LARGE: ClassVar = ("context", "facts")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Whose it is, as `access.callers.Caller.owner` says it: a key's name or a person; "" for everyone.
    owner = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=dict)
    # sha256 over owner, options, version and content (intake.upload_identity). The content has no hash of its own: this
    # one says all that is asked of it, and each hash of a student's log is one more to forget with the student.
    identity = models.BinaryField(max_length=32, unique=True)
    # The format that the log was in, by the name of a source; no part of the identity, so that of an upload that came
    # again in another format it is the first.
    source = models.CharField(max_length=32, default="feedback", db_default="feedback")
    # What the sender said of the exam (DESIGN 8), as `events.context` encodes it; None where that was nothing.
    context = models.BinaryField(null=True)
    # What of the class a student's report may depend on (DESIGN 3), as the pipeline encodes it; None until the first
    # document that needs it. After that only an amended context changes it, no erasure.
    facts = models.BinaryField(null=True)
    # The student's own for a single; for a class no student, and the namespace where all share one.
    student_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null says "a class"; "" is no id
    namespace = models.CharField(max_length=200, blank=True)
    is_class = models.BooleanField()
    students = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    objects = Uploads.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="upload_by_age"),
            # Without the uploads of nobody in particular, which are then nearly all: no query looks for those by owner.
            models.Index(fields=["owner"], condition=Q(owner__gt=""), name="upload_by_owner"),
        ]

    def __str__(self) -> str:
        return f"upload {self.id}"


class Task(models.Model):
    """One accepted POST: an upload in one format.

    An upload has several tasks of one format where the client names each of them by an Idempotency-Key.
    """

    LARGE: ClassVar = ("findings",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="tasks")
    format = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Format])
    # sha256 of what makes a POST identical to an earlier one (intake.task_identity).
    identity = models.BinaryField(max_length=32, unique=True)
    # sha256 over caller, format and the Idempotency-Key alone: finds a key that came before with something else.
    idempotency = models.BinaryField(max_length=32, null=True, unique=True)
    # Of a class: what its report says. With the task and not with the upload, as the report of a format is about the
    # students whose documents could be made in it. Written and forgotten together with the class report.
    findings = models.BinaryField(null=True)
    first_event_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    # Since when it is past its time and out of sight: a class that is too large to be erased at once (retention).
    expired_at = models.DateTimeField(null=True)
    # Of the request that brought it, so that every line logged about it can be found from the client's side.
    request_id = models.CharField(max_length=64, blank=True)
    # Likewise the span of that request, where traces are on (W3C Trace Context): the workers go on with its trace.
    # A version before that still runs while this one is deployed does not fill it in, so the database does.
    traceparent = models.CharField(max_length=55, blank=True, default="", db_default="")

    objects = Tasks.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="task_by_age"),
            models.Index(fields=["expired_at"], condition=Q(expired_at__isnull=False), name="task_expired"),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.id}"


class Student(models.Model):
    """One student of an upload: the log as it was sent, and what was found in it."""

    LARGE: ClassVar = ("payload", "findings")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, db_index=False)
    # The same as that of the student's documents.
    position = models.PositiveIntegerField()
    student_id = models.CharField(max_length=200)
    namespace = models.CharField(max_length=200, blank=True)
    payload = models.BinaryField()
    # None until the first document is made; a document in another format shows what is stored here.
    findings = models.BinaryField(null=True)
    # By the findings; None where no event has a time.
    first_event_at = models.DateTimeField(null=True)
    # Grows with every change of payload, findings or the exam's context. A worker writes findings only where this is
    # what it was when the payload was read, so that the second of two workers changes nothing and a change in between
    # wins.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="one_student_per_position")]
        indexes = [models.Index(fields=["student_id", "namespace"], name="student_by_id")]

    def __str__(self) -> str:
        return f"student {self.id}"


class Document(models.Model):
    """One document to make: a student's, or at position 0 of a class the class report."""

    LARGE: ClassVar = ("body",)

    class Kind(models.TextChoices):
        STUDENT = "student"
        CLASS = "class"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="documents", db_index=False)
    # None for a class report. Not called `student`: its column would be `student_id`, which everywhere else is the
    # id that the platform gave.
    about = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="documents", null=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    position = models.PositiveIntegerField()

    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in State], default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Grows at every claim and is never given back: a write must name the fence it was claimed behind.
    fence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_expiries = models.PositiveSmallIntegerField(db_default=0)
    error = models.TextField(blank=True)

    filename = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=64, blank=True)
    # None where the bytes are in the object store: of the fence that they were written under (store.bodies).
    body = models.BinaryField(null=True)
    stored_fence = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)  # in bytes; None of what an older version stored
    sha256 = models.CharField(max_length=64, blank=True)
    render_seconds = models.FloatField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)
    # Of a headline: its next ending is no event, as it is made again for an amendment or an erasure.
    quiet = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "position"], name="one_document_per_position")]
        indexes = [
            models.Index(
                fields=["task", "position"], condition=Q(state__in=["PENDING", "RUNNING"]), name="document_unfinished"
            ),
            models.Index(
                fields=["attempts", "due_at"],
                condition=Q(position=0, kind="student", state__in=["PENDING", "RUNNING"]),
                name="document_unfinished_single",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def student_id(self) -> str:
        """The student's, as the platform gave it; "" for a class report."""
        return self.about.student_id if self.about else ""

    @property
    def namespace(self) -> str:
        """The student's; for a class report the one that all its students share, if they do."""
        return self.about.namespace if self.about else self.task.upload.namespace

    @property
    def findings(self) -> bytes:
        """What the document says, encoded; b"" before it is made."""
        return bytes((self.about.findings if self.about else self.task.findings) or b"")

    @property
    def is_readable(self) -> bool:
        """Whether there is a document to show: the finished one, or the old one while a new one is being made."""
        return self.state == State.SUCCESS or (self.state in UNFINISHED and bool(self.sha256))


class Sweep(models.Model):
    """When the queue was last swept: one row, written by whichever worker sweeps (feedback.queue.reaper)."""

    begun_at = models.DateTimeField()
    # The same of the last sweep that beat asked for.
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sweep at {self.begun_at}"


class Leftover(models.Model):
    """A document whose objects in the store are to be deleted: all up to this fence, but for what its row names.

    Ids alone: the row that they were of is gone, or names another object by now (store.leftovers).
    """

    id = models.BigAutoField(primary_key=True)
    task_id = models.UUIDField()
    document_id = models.UUIDField()
    fence = models.PositiveIntegerField()
    noted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.task_id}/{self.document_id} up to {self.fence}"


class Listing(models.Model):
    """One row: how far the look through the whole object store has come (store.leftovers)."""

    begun_at = models.DateTimeField(null=True)
    # The last key of the last page; None while there is no look under way.
    after = models.CharField(max_length=1024, null=True)  # noqa: DJ001 - "" says "from the first key"

    def __str__(self) -> str:
        return f"look through the store, after {self.after}"


class HandOut(models.Model):
    """Links to the documents of an upload, one for each student, that open until they expire or are withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="handouts")
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
    about = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handout", "about"], name="one_withdrawal_per_link")]

    def __str__(self) -> str:
        return f"{self.handout_id} {self.about_id}"
