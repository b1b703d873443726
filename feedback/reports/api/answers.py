"""What the service answers with: statuses, documents and manifests."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.response import Response

from feedback.rendering import Format, style_source
from feedback.rendering.manifest import Manifest, ManifestEntry, State
from feedback.reports.models import Report, Submission

RETRY_AFTER_SECONDS = 1
_POLL = {"Retry-After": str(RETRY_AFTER_SECONDS)}


def task_url(submission: Submission) -> str:
    return reverse("task", args=[submission.format, submission.id])


def report_url(submission: Submission, report_id: Any) -> str:
    return reverse("report", args=[submission.format, submission.id, report_id])


def accepted(submission: Submission) -> Response:
    """202: the work is stored and will be done."""
    body = {"task_id": str(submission.id), "status": "Processing started"}
    return Response(body, status=202, headers={"Location": task_url(submission), **_POLL})


def already_done(submission: Submission) -> Response:
    body = {"task_id": str(submission.id), "status": State.SUCCESS.value}
    return Response(body, headers={"Location": task_url(submission)})


def progress(submission: Submission) -> dict[str, int]:
    """How many of the students' reports there are, are done, and have failed. One query."""
    students = submission.reports.filter(kind=Report.Kind.STUDENT)
    return students.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=State.SUCCESS)),
        failed=Count("pk", filter=Q(state=State.FAILURE)),
    )


def unfinished(report: Report) -> Response:
    """202 for a task or for one report of a class; a class runs as soon as any of its reports has begun."""
    submission = report.submission
    whole = report.position == 0
    counts = progress(submission) if whole and submission.is_class else {"total": 1, "done": 0, "failed": 0}
    begun = report.state == State.RUNNING or counts["done"] + counts["failed"] > 0
    body = {
        "status": (State.RUNNING if begun else State.PENDING).value,
        "task_id": str(submission.id),
        "student_id": submission.student_id if whole else report.student_id,
        "namespace": (submission.namespace if whole else report.namespace) or None,
        "created_at": submission.created_at.isoformat(),
        "progress": counts,
    }
    return Response(body, status=202, headers=_POLL)


def failed(report: Report) -> Response:
    body = {
        "status": State.FAILURE.value,
        "error": report.error,
        "details": {},
        "task_id": str(report.submission_id),
    }
    return Response(body, status=404)


def description(report: Report) -> Response:
    """The finished report in JSON, with links to everything there is of it."""
    submission = report.submission
    whole = report.position == 0
    document = task_url(submission) if whole else report_url(submission, report.id)
    links = {"self": document, "reports": reverse("reports", args=[submission.format, submission.id])}
    links["archive"] = reverse("archive", args=[submission.format, submission.id])
    body = {
        "status": State.SUCCESS.value,
        "task_id": str(submission.id),
        "report_id": str(report.id),
        "student_id": submission.student_id if whole else report.student_id,
        "namespace": (submission.namespace if whole else report.namespace) or None,
        "created_at": submission.created_at.isoformat(),
        "media_type": report.media_type,
        "filename": report.filename,
        "bytes": len(report.body or b""),
        "sha256": report.sha256,
        "links": links,
    }
    return Response(body)


def document(report: Report) -> HttpResponse:
    """The report itself: a page, or a PDF to keep."""
    html = report.submission.format == Format.HTML
    content_type = f"{report.media_type}; charset=utf-8" if html else report.media_type
    response = HttpResponse(bytes(report.body or b""), content_type=content_type)
    response["ETag"] = f'"{report.sha256}"'
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Accept"
    response["Referrer-Policy"] = "no-referrer"  # the address of a report holds its id
    if html:
        response["Content-Security-Policy"] = _page_policy()
    else:
        response["Content-Disposition"] = f'attachment; filename="{report.filename}"'
    return response


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
