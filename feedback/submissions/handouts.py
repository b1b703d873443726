"""Handing out: for each student of a task a link that opens their own report, for a while, and can be withdrawn.

A link is signed with SECRET_KEY and kept nowhere: it names the hand-out and the report, and whoever has the
database alone cannot make one. Whether it still opens is looked up each time.

    CannotOpen
    ├── NoSuchLink     not of our making, or of a report that is gone
    ├── LinkClosed     withdrawn, or past its time
    └── NotMade        the report is not there in this format, or not yet
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from feedback.access import audit, limits
from feedback.access.audit import Action
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.store.models import (
    HandOut,
    Report,
    Submission,
    WithdrawnLink,
)

LONGEST_DAYS = 365
# Of one link: enough for a student on several devices and the scanners of a mail server.
_OPENINGS = limits.Limit("openings", 60, 60)
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
    """One student's. `token` is the secret part of its address."""

    student_id: str
    namespace: str
    report_id: UUID
    token: str
    withdrawn: bool


def make(submission: Submission, days: int, by: str) -> HandOut:
    """Links for every student of a submission, from now on and for so many days."""
    with transaction.atomic():
        handout = HandOut.objects.create(submission=submission, made_by=by, expires_at=Now() + timedelta(days=days))
        audit.record(by, Action.HAND_OUT, f"hand-out {handout.id}", submission.id)
    handout.refresh_from_db()
    return handout


def links_of(handout: HandOut) -> Iterator[Link]:
    """In the order in which the students were submitted. One query."""
    withdrawn = WithdrawnLink.objects.filter(handout=handout, report_id=OuterRef("pk"))
    reports = Report.objects.filter(submission=handout.submission_id, kind=Report.Kind.STUDENT).order_by("position")
    found = reports.annotate(withdrawn=Exists(withdrawn)).values_list("student_id", "namespace", "id", "withdrawn")
    for student_id, namespace, report_id, is_withdrawn in found:
        yield Link(student_id, namespace, report_id, _token(handout.id, report_id), is_withdrawn)


def formats_of(handout: HandOut) -> set[Format]:
    """The formats that the students of a hand-out were submitted in, so far: what its links can open. One query."""
    submission = handout.submission
    same = Submission.objects.filter(
        owner=submission.owner, content_sha256=submission.content_sha256, options=submission.options
    )
    return {Format(format_) for format_ in same.values_list("format", flat=True).distinct()}


def withdraw(handout: HandOut, by: str) -> None:
    """Close every link of a hand-out."""
    with transaction.atomic():
        if HandOut.objects.filter(pk=handout.pk, withdrawn_at=None).update(withdrawn_at=Now()):
            audit.record(by, Action.WITHDRAW, f"hand-out {handout.id}", handout.submission_id)


def withdraw_link(handout: HandOut, report_id: UUID, by: str) -> bool:
    """Close one student's link; False where there is no such student."""
    if not Report.objects.filter(submission=handout.submission_id, pk=report_id, kind=Report.Kind.STUDENT).exists():
        return False
    with transaction.atomic():
        _, new = WithdrawnLink.objects.get_or_create(handout=handout, report_id=report_id)
        if new:
            audit.record(by, Action.WITHDRAW, f"link of hand-out {handout.id}", handout.submission_id, report_id)
    return True


def open_link(token: str, format_: Format | None) -> Report:
    """The report behind a link, in this format or else in whichever there is, pages first.

    Raises CannotOpen and Exceeded.
    """
    handout_id, report_id = _read(token)
    limits.take(_OPENINGS, f"link:{handout_id}:{report_id}")
    report = _report_if_open(handout_id, report_id)
    wanted = [format_] if format_ else list(Format)
    made = {Format(one.submission.format): one for one in _in_all_formats(report)}
    found = next((made[one] for one in wanted if one in made), None)
    if found is None:
        raise NotMade
    audit.record_reading(f"link of hand-out {handout_id}", found.submission.format, found.submission_id, found.id)
    return found


def purge() -> int:
    """Forget hand-outs that closed long ago; returns how many."""
    return HandOut.objects.filter(expires_at__lt=Now() - _REMEMBERED).delete()[0]


def _report_if_open(handout_id: UUID, report_id: UUID) -> Report:
    withdrawn = WithdrawnLink.objects.filter(handout=OuterRef("pk"), report_id=report_id)
    open_ = HandOut.objects.filter(pk=handout_id, withdrawn_at=None, expires_at__gt=Now()).exclude(Exists(withdrawn))
    reports = Report.objects.filter(pk=report_id, kind=Report.Kind.STUDENT, submission__handouts=handout_id)
    report = reports.select_related("submission").annotate(is_open=Exists(open_)).defer(*_LARGE).first()
    if report is None:
        raise NoSuchLink
    if not report.is_open:  # type: ignore[attr-defined] # annotated
        raise LinkClosed
    return report


_LARGE = ("payload", "findings", "body", "submission__statistics")


def _in_all_formats(report: Report) -> Iterator[Report]:
    """The same student's finished reports from the same upload, the latest of each format last."""
    submission = report.submission
    same = Report.objects.filter(
        submission__owner=submission.owner,
        submission__content_sha256=submission.content_sha256,
        submission__options=submission.options,
        kind=Report.Kind.STUDENT,
        namespace=report.namespace,
        student_id=report.student_id,
        state=State.SUCCESS,
    )
    yield from same.select_related("submission").defer("payload", "findings").order_by("submission__created_at")


def _token(handout_id: UUID, report_id: UUID) -> str:
    return _signer().sign(urlsafe_b64encode(handout_id.bytes + report_id.bytes).decode().rstrip("="))


def _read(token: str) -> tuple[UUID, UUID]:
    try:
        named = urlsafe_b64decode(_signer().unsign(token) + "==")
        return UUID(bytes=named[:16]), UUID(bytes=named[16:])
    except (BadSignature, ValueError, binascii.Error):
        raise NoSuchLink from None


def _signer() -> Signer:
    return Signer(salt="feedback.reports.handout", sep=".")
