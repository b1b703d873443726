"""The JSON that the API speaks, beside findings and manifests. The published schema is made from these types."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.events import Context, Student
from feedback.events.model import Remark
from feedback.store.reaching import LONGEST_BODY, LONGEST_SUBJECT

TaskId = Annotated[str, Meta(description="Ours, from the answer to the POST.", extra_json_schema={"format": "uuid"})]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Of the document's bytes.")]
Address = Annotated[str, Meta(description="Relative to this host.", extra_json_schema={"format": "uri-reference"})]
Link = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Details = dict[str, list[str] | int]
Source = Annotated[
    str, Meta(description="The format that the log was in: `feedback` is our own, any other a platform's.")
]


class Envelope(Context, frozen=True, kw_only=True):
    """Students with the context of their exam: what a POST may have for a body instead of the students alone."""

    students: Annotated[list[Student], Meta(min_length=1)]


class Error(msgspec.Struct):
    """What failed, why, and how to mend it. `details` maps places to messages, and `more` to how many were left out."""

    error: str
    details: Details


class Accepted(msgspec.Struct):
    """The work is stored and will be done."""

    task_id: TaskId
    status: Literal["Processing started"] = "Processing started"


class AlreadyDone(msgspec.Struct):
    """An identical submission came before and is done."""

    task_id: TaskId
    status: Literal["SUCCESS"] = "SUCCESS"


class Progress(msgspec.Struct):
    """How many students' reports there are, how many are done, and how many have failed."""

    total: int
    done: int
    failed: int


class Unfinished(msgspec.Struct):
    """How far a task, or one report of a class, is. A class has `student_id: null`."""

    status: Literal["PENDING", "RUNNING"]
    task_id: TaskId
    student_id: str | None
    namespace: str | None
    created_at: datetime
    source: Source
    progress: Progress


class Failed(msgspec.Struct):
    """A report that could not be made; the same submission, sent again, is tried again."""

    error: str
    details: Details
    task_id: TaskId
    status: Literal["FAILURE"] = "FAILURE"


class Links(msgspec.Struct, rename={"self_": "self"}):
    """Where everything is that there is: the report and its findings, and the manifest, the archive and the hand-outs
    of the task.

    `handouts` is null where nothing was handed out, or the caller may not see what was.
    """

    self_: Address
    findings: Address
    reports: Address
    archive: Address
    handouts: Address | None


class Description(msgspec.Struct):
    """A finished report, described."""

    task_id: TaskId
    report_id: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
    student_id: str | None
    namespace: str | None
    created_at: datetime
    source: Source
    media_type: Literal["text/html", "application/pdf"]
    filename: str
    bytes: int
    sha256: Sha256
    links: Links
    status: Literal["SUCCESS"] = "SUCCESS"


class HandedOut(msgspec.Struct):
    """Links to the reports of a task, one a student, which open until they expire or are withdrawn."""

    handout_id: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
    made_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class HandedOutLink(msgspec.Struct):
    """One student's: `page` opens the report as a page and `pdf` as a PDF, null for a format that was not asked for."""

    student_id: str
    namespace: str | None
    report_id: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
    page: Link | None
    pdf: Link | None


class HandOutLinks(HandedOut):
    """A hand-out with the links that are open."""

    links: list[HandedOutLink]


class HandOuts(msgspec.Struct):
    """All hand-outs of a task, the latest first."""

    handouts: list[HandedOut]


class StudentKey(msgspec.Struct):
    """A student of the upload, as the log calls them."""

    student_id: str
    namespace: str | None


class RosterLine(msgspec.Struct):
    """A row of a roster that was not stored: its line, what it says, and why it was left out."""

    line: int
    student_id: str | None
    namespace: str | None
    name: str | None
    email: str | None
    why: str


class RosterTaken(msgspec.Struct):
    """How a roster and the students of an upload fit."""

    matched: int
    students_without_row: list[StudentKey]
    rows_without_student: list[RosterLine]


class NewMail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the students are to read. `{name}`, `{link}`, `{exam}` and `{expires}` stand for a student's own."""

    subject: Annotated[str, Meta(min_length=1, max_length=LONGEST_SUBJECT)]
    body: Annotated[str, Meta(min_length=1, max_length=LONGEST_BODY, description="Plain text; needs `{link}`.")]


class MailsQueued(msgspec.Struct):
    """How many mails are queued now, how many students have theirs already, and how many have no address."""

    queued: int
    already: int
    without_address: int


class PreviewedMail(msgspec.Struct):
    """One student's mail as it would be sent."""

    student_id: str
    namespace: str | None
    to: str
    subject: str
    text: str
    html: str


class MailPreview(MailsQueued):
    """What would be queued, and the first of it."""

    first: list[PreviewedMail]


class MailStatus(msgspec.Struct):
    """How a student's mail stands: `state` is null where none was asked for. `error` has the server's words, or ours.

    `uncertain`: it may have been sent; the service does not send it again.
    """

    student_id: str
    namespace: str | None
    state: Literal["queued", "sent", "failed", "uncertain"] | None
    error: str | None
    at: datetime | None


class MailStatuses(msgspec.Struct):
    """How the mails of a hand-out stand; `trouble` says why none can be sent at the moment."""

    trouble: str | None
    mails: list[MailStatus]


class ListedTask(msgspec.Struct):
    """A task as a list shows it. A class has `student_id: null`; `status` is as in the answer at `link`."""

    task_id: TaskId
    format: Format
    status: State
    student_id: str | None
    namespace: str | None
    students: int
    created_at: datetime
    source: Source
    link: Address


class TaskList(msgspec.Struct):
    """The newest tasks first; `next` is the address of the older ones, null where there are none."""

    tasks: list[ListedTask]
    next: Address | None


class NewRemark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A teacher's remark to one student; null takes it away."""

    remark: Remark | None


class StudentNamed(msgspec.Struct):
    """A student, in one namespace (`""`: in none) or with null in all."""

    student_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    namespace: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*$")] | None = None


class Health(msgspec.Struct):
    """The process lives (`live`), a POST would be taken (`accepting`), or work is taken and done (`ready`)."""

    status: Literal["live", "accepting", "ready"]
