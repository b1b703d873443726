"""What the service answers with: statuses, documents and manifests."""

import functools
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Length
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.response import Response

from feedback.access.callers import Caller
from feedback.api import etags
from feedback.api.errors import RETRY_AFTER
from feedback.api.negotiation import JSON
from feedback.api.openapi.messages import (
    Accepted,
    AlreadyDone,
    Description,
    Failed,
    Links,
    Progress,
    Unfinished,
)
from feedback.contract.formats import Format
from feedback.contract.manifest import Manifest, ManifestEntry
from feedback.contract.states import State
from feedback.db.compiled_query import AN_ID, CompiledQuery
from feedback.rendering import style_source
from feedback.store.models import (
    HEADLINE,
    HandOut,
    Report,
    Submission,
)
from feedback.submissions.errors import UnknownTask


def task_url(submission: Submission) -> str:
    return reverse("task", args=[submission.format, submission.id])


def report_url(submission: Submission, report_id: Any) -> str:
    return reverse("report", args=[submission.format, submission.id, report_id])


def _json(message: msgspec.Struct, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.to_builtins(message), status=status, headers=headers)


def accepted(submission: Submission) -> Response:
    """202: the work is stored and will be done."""
    return _json(Accepted(str(submission.id)), status=202, headers={"Location": task_url(submission), **RETRY_AFTER})


def already_done(submission: Submission) -> Response:
    return _json(AlreadyDone(str(submission.id)), headers={"Location": task_url(submission)})


def unfinished(report: Report) -> Response:
    """202 for a task or for one report of a class; a class runs as soon as any of its reports has begun.

    One query. Raises UnknownTask where it was erased meanwhile.
    """
    whole = report.position == HEADLINE
    if report.kind == Report.Kind.CLASS:
        submission, counts = _progress(report.submission_id)
    else:
        submission, counts = _submission(report.submission_id), Progress(total=1, done=0, failed=0)
    begun = report.state == State.RUNNING or counts.done + counts.failed > 0
    body = Unfinished(
        status="RUNNING" if begun else "PENDING",
        task_id=str(submission.id),
        student_id=submission.student_id if whole else report.student_id,
        namespace=(submission.namespace if whole else report.namespace) or None,
        created_at=submission.created_at,
        progress=counts,
    )
    return _json(body, status=202, headers=RETRY_AFTER)


def failed(report: Report) -> Response:
    return _json(Failed(report.error, {}, str(report.submission_id)), status=404)


def _submission(task_id: UUID) -> Submission:
    found = next(_small().rows({AN_ID: task_id}), None)
    if found is None:
        raise UnknownTask
    return found


@functools.cache
def _small() -> CompiledQuery[Submission]:
    """What is told of a submission to whoever polls, which is asked for most of the time."""
    return CompiledQuery(Submission.objects.filter(pk=AN_ID).only("pk", "student_id", "namespace", "created_at"))


def _progress(task_id: UUID) -> tuple[Submission, Progress]:
    """A submission, and how many of its students' reports there are, are done, and have failed."""
    students = Q(reports__kind=Report.Kind.STUDENT)
    counted = Submission.objects.defer("statistics").annotate(
        total=Count("reports", filter=students),
        done=Count("reports", filter=students & Q(reports__state=State.SUCCESS)),
        failed=Count("reports", filter=students & Q(reports__state=State.FAILURE)),
    )
    found = counted.filter(pk=task_id).first()
    if found is None:
        raise UnknownTask
    return found, Progress(total=found.total, done=found.done, failed=found.failed)  # type: ignore[attr-defined] # annotated


def description(report: Report, caller: Caller) -> Response:
    """The finished report in JSON, with links to everything there is of it for this caller.

    One query. Raises UnknownTask where it was erased meanwhile.
    """
    size = Report.objects.filter(pk=report.pk).annotate(size=Length("body")).values("size")
    writable = Submission.objects.writable_by(caller).filter(pk=OuterRef("submission"))
    handed_out = Exists(HandOut.objects.filter(Exists(writable), submission=OuterRef("pk")))
    described = Submission.objects.annotate(size=size, handed_out=handed_out).defer("statistics")
    submission = described.filter(pk=report.submission_id).first()
    if submission is None:
        raise UnknownTask
    whole = report.position == HEADLINE
    body = Description(
        task_id=str(submission.id),
        report_id=str(report.id),
        student_id=submission.student_id if whole else report.student_id,
        namespace=(submission.namespace if whole else report.namespace) or None,
        created_at=submission.created_at,
        media_type="text/html" if submission.format == Format.HTML else "application/pdf",
        filename=report.filename,
        bytes=submission.size or 0,  # type: ignore[attr-defined] # annotated
        sha256=report.sha256,
        links=_links(submission, None if whole else report.id),
    )
    return _json(body)


def _links(submission: Submission, report_id: UUID | None) -> Links:
    """To a task, or to this report of it; the submission says whether there are hand-outs to show."""
    task = [submission.format, submission.id]
    return Links(
        self_=report_url(submission, report_id) if report_id else task_url(submission),
        findings=reverse("report-findings", args=[*task, report_id]) if report_id else reverse("findings", args=task),
        reports=reverse("reports", args=task),
        archive=reverse("archive", args=task),
        handouts=reverse("handouts", args=task) if submission.handed_out else None,  # type: ignore[attr-defined] # annotated
    )


def document(report: Report) -> HttpResponse:
    """The report itself: a page, or a PDF to keep."""
    content_type = f"{report.media_type}; charset=utf-8" if _is_page(report) else report.media_type
    return HttpResponse(bytes(report.body or b""), content_type=content_type, headers=document_headers(report))


def document_headers(report: Report) -> dict[str, str]:
    """All but its type, with the document as well as with the news that it has not changed."""
    headers = etags.CACHING | {
        "ETag": etags.of_document(report),
        "Vary": "Accept",
        "Referrer-Policy": "no-referrer",  # the address of a report holds its id
    }
    if _is_page(report):
        return headers | {"Content-Security-Policy": _page_policy()}
    return headers | {"Content-Disposition": f'attachment; filename="{report.filename}"'}


def findings(report: Report) -> HttpResponse:
    """What the report says, as JSON."""
    return HttpResponse(bytes(report.findings or b""), content_type=JSON, headers=findings_headers(report))


def findings_headers(report: Report) -> dict[str, str]:
    return etags.CACHING | {"ETag": etags.of_findings(report)}


def _is_page(report: Report) -> bool:
    return report.media_type == Format.HTML.media_type


@functools.cache
def _page_policy() -> str:
    """A report may show its own style and follow links; whatever slipped into it could do nothing more."""
    nothing_else = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    return f"default-src 'none'; style-src {style_source()}; {nothing_else}"


def manifest(submission: Submission, reports: Iterable[Report], link: Callable[[Report], str]) -> Manifest:
    """All students of a task, in the order received; `link` says where a finished report is."""
    return Manifest(
        task_id=str(submission.id),
        students=[
            ManifestEntry(
                student_id=report.student_id,
                namespace=report.namespace or None,
                report_id=str(report.id),
                state=State(report.state),
                error=report.error or None,
                link=link(report) if report.state == State.SUCCESS else None,
                sha256=report.sha256 or None,
            )
            for report in reports
        ],
    )
