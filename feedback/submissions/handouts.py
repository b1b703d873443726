"""Handing out: for each student of an upload a link that opens their own report, for a while, and can be withdrawn.

A link is signed with SECRET_KEY and kept nowhere: it names the hand-out and the student, and a thief of the
database alone cannot make one. Whether it still opens is looked up each time.

    CannotOpen
    ├── NoSuchLink     not of our making, or of a student who is gone
    ├── LinkClosed     withdrawn, or past its time
    └── NotMade        the report is not there in this format, or not yet
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from feedback.access import audit, rate_limits
from feedback.access.audit import Action
from feedback.contract.formats import Format
from feedback.store.models import Document, HandOut, Student, Task, WithdrawnLink
from feedback.store.small import small

LONGEST_DAYS = 365
# Of one link: enough for a student on several devices and the scanners of a mail server.
_OPENINGS = rate_limits.Limit("openings", 60, 60)
# For so long a link that has closed can still say so.
_REMEMBERED = timedelta(days=30)


class CannotOpen(Exception):
    """A link that does not open a report."""


class NoSuchLink(CannotOpen):
    pass


class LinkClosed(CannotOpen):
    pass


class NotMade(CannotOpen):
    pass


@dataclass(frozen=True)
class Link:
    """One student's."""

    handout: UUID
    student: UUID  # the row
    student_id: str
    namespace: str
    report_id: UUID
    withdrawn: bool

    @cached_property
    def token(self) -> str:
        """The secret part of its address."""
        return token_of(self.handout, self.student)


def make(task: Task, days: int, by: str) -> HandOut:
    """Links for every student of a task's upload, from now on and for so many days."""
    with transaction.atomic():
        handout = HandOut.objects.create(upload=task.upload, made_by=by, expires_at=Now() + timedelta(days=days))
        audit.record(by, Action.HAND_OUT, f"hand-out {handout.id}", task.id)
    handout.refresh_from_db()
    return handout


def links_of(handout: HandOut, task: Task) -> Iterator[Link]:
    """In the order in which the students were submitted, with the reports of one task. One query."""
    withdrawn = WithdrawnLink.objects.filter(handout=handout, about=OuterRef("about"))
    documents = task.documents.filter(kind=Document.Kind.STUDENT).order_by("position")
    found = documents.annotate(withdrawn=Exists(withdrawn)).values_list(
        "about__student_id", "about__namespace", "id", "about", "withdrawn"
    )
    for student_id, namespace, report_id, student, is_withdrawn in found:
        yield Link(handout.id, student, student_id, namespace, report_id, is_withdrawn)


def formats_of(handout: HandOut) -> set[Format]:
    """The formats of the upload so far: what the links can open. One query."""
    return {Format(one) for one in Task.objects.filter(upload=handout.upload_id).values_list("format", flat=True)}


def withdraw(handout: HandOut, task: Task, by: str) -> None:
    """Close every link of a hand-out."""
    with transaction.atomic():
        if HandOut.objects.filter(pk=handout.pk, withdrawn_at=None).update(withdrawn_at=Now()):
            audit.record(by, Action.WITHDRAW, f"hand-out {handout.id}", task.id)


def withdraw_link(handout: HandOut, task: Task, report_id: UUID, by: str) -> bool:
    """Close the link of the student whom a report of this task is about; False where there is no such student."""
    student = task.documents.filter(pk=report_id).values_list("about", flat=True).first()
    if student is None:
        return False
    with transaction.atomic():
        _, new = WithdrawnLink.objects.get_or_create(handout=handout, about_id=student)
        if new:
            audit.record(by, Action.WITHDRAW, f"link of hand-out {handout.id}", task.id, report_id)
    return True


def open_link(token: str, format_: Format | None) -> Document:
    """The document behind a link, in this format or else in the first that is made, pages first.

    Raises CannotOpen and Exceeded.
    """
    handout_id, named = _read(token)
    rate_limits.take(_OPENINGS, f"link:{handout_id}:{named}")
    student = _student_if_open(handout_id, named)
    wanted = [format_] if format_ else list(Format)
    made = {Format(one.task.format): one for one in _readable(student, wanted)}
    found = next((made[one] for one in wanted if one in made), None)
    if found is None:
        raise NotMade
    audit.record_reading(f"link of hand-out {handout_id}", found.task.format, found.task_id, found.id)
    return found


def public_address(path: str) -> str:
    """A path of this service under FEEDBACK_PUBLIC_URL, which stands for the whole address of the service."""
    return str(settings.FEEDBACK_PUBLIC_URL + path.removeprefix(settings.FEEDBACK_PATH_PREFIX))


def purge() -> int:
    """Forget hand-outs that closed long ago; returns how many."""
    return HandOut.objects.filter(expires_at__lt=Now() - _REMEMBERED).delete()[0]


def _student_if_open(handout_id: UUID, named: UUID) -> Student:
    """The student of a link. Links of the first edition name one of the student's documents."""
    withdrawn = WithdrawnLink.objects.filter(handout=OuterRef("pk"), about=OuterRef(OuterRef("pk")))
    open_ = HandOut.objects.filter(pk=handout_id, withdrawn_at=None, expires_at__gt=Now()).exclude(Exists(withdrawn))
    students = small(Student.objects.filter(upload__handouts=handout_id)).annotate(is_open=Exists(open_))
    student = students.filter(pk=named).first() or students.filter(documents=named).first()
    if student is None:
        raise NoSuchLink
    if not student.is_open:  # type: ignore[attr-defined] # annotated
        raise LinkClosed
    return student


def _readable(student: Student, formats: Collection[Format]) -> Iterator[Document]:
    """The student's documents in these formats that can be read, the latest of each format last."""
    documents = student.documents.filter(task__format__in=formats, task__expired_at=None)
    return (
        document
        for document in small(documents, "task", but=("body",)).order_by("task__created_at")
        if document.is_readable
    )


def token_of(handout_id: UUID, student: UUID) -> str:
    """The secret part of the address of a student's link."""
    return _signer().sign(urlsafe_b64encode(handout_id.bytes + student.bytes).decode().rstrip("="))


def _read(token: str) -> tuple[UUID, UUID]:
    try:
        named = urlsafe_b64decode(_signer().unsign(token) + "==")
        return UUID(bytes=named[:16]), UUID(bytes=named[16:])
    except (BadSignature, ValueError, binascii.Error):
        raise NoSuchLink from None


def _signer() -> Signer:
    return Signer(salt="feedback.reports.handout", sep=".")
