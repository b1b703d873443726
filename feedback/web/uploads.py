"""What a page is about, as far as whoever looks may know of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from feedback.contract.formats import Format
from feedback.store.models import Report, Submission, Submissions
from feedback.web.access import caller_of

Key = tuple[str, str]
# More submissions of the very same students than anyone has reason to make.
_CANDIDATES = 50


@dataclass(frozen=True)
class Upload:
    """The same students with the same options, as one task or as two: HTML first, then PDF."""

    submissions: tuple[Submission, ...]

    @property
    def first(self) -> Submission:
        return self.submissions[0]

    @property
    def missing_formats(self) -> list[Format]:
        there = {submission.format for submission in self.submissions}
        return [format_ for format_ in Format if format_.value not in there]

    def reports(self) -> QuerySet[Report]:
        """All of them, HTML before PDF, without what is large."""
        reports = Report.objects.filter(submission__in=[submission.id for submission in self.submissions])
        return reports.select_related("submission").defer("payload", "findings", "body", "submission__statistics")

    def reports_of(self, keys: Collection[Key]) -> dict[Key, list[Report]]:
        """The reports of some students by their (namespace, student id), in the order of the formats."""
        found: dict[Key, list[Report]] = {key: [] for key in keys}
        students = self.reports().filter(
            kind=Report.Kind.STUDENT, student_id__in={student_id for _, student_id in keys}
        )
        for report in students.order_by("submission__format"):
            if (key := (report.namespace, report.student_id)) in found:
                found[key].append(report)
        return found


def visible(request: HttpRequest) -> Submissions:
    """The submissions of whoever looks; every look-up of a page begins here."""
    return Submission.objects.visible_to(caller_of(request)).defer("statistics")


def writable(request: HttpRequest, submissions: Iterable[Submission]) -> Submissions:
    """Those of them that whoever looks may also make again and delete."""
    ids = [submission.pk for submission in submissions]
    return Submission.objects.writable_by(caller_of(request)).filter(pk__in=ids)


def may_write(request: HttpRequest, upload: Upload) -> bool:
    """Whether whoever looks may also hand out, make again and delete: what else is offered would be refused."""
    writes = caller_of(request).writes
    return writes.names is None or (bool(writes) and writable(request, upload.submissions).exists())


def upload_of(request: HttpRequest, task_id: UUID) -> Upload:
    """The upload that a task belongs to. Raises Http404."""
    submission = visible(request).filter(id=task_id).first()
    if submission is None:
        raise Http404
    return Upload(with_counterpart(request, submission))


def with_counterpart(request: HttpRequest, submission: Submission) -> tuple[Submission, ...]:
    """A submission and the latest one of the same students, with the same options, in the other format."""
    same = visible(request).filter(owner=submission.owner, content_sha256=submission.content_sha256)
    others = same.exclude(format=submission.format).order_by("-created_at")[:_CANDIDATES]
    counterpart = next((other for other in others if other.options == submission.options), None)
    found = [submission, counterpart] if counterpart else [submission]
    return tuple(sorted(found, key=lambda one: one.format))
