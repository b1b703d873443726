"""What the service answers with: statuses, documents and manifests."""

import functools
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Length
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.response import Response

from feedback import rendering
from feedback.access.callers import Caller
from feedback.analysis import decode_class_findings
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
from feedback.contract.layout import CLASS_TABLES
from feedback.contract.manifest import Manifest, ManifestEntry
from feedback.contract.states import State
from feedback.db.compiled_query import AN_ID, CompiledQuery
from feedback.rendering import style_source
from feedback.store import bodies
from feedback.store.models import HEADLINE, Document, HandOut, Task, Upload
from feedback.store.progress import counts
from feedback.submissions.errors import OutdatedFindings, UnknownTask


def task_url(task: Task) -> str:
    return reverse("task", args=[task.format, task.id])


def report_url(task: Task, report_id: Any) -> str:
    return reverse("report", args=[task.format, task.id, report_id])


def _json(message: msgspec.Struct, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.to_builtins(message), status=status, headers=headers)


def accepted(task: Task) -> Response:
    """202: the work is stored and will be done."""
    return _json(Accepted(str(task.id)), status=202, headers={"Location": task_url(task), **RETRY_AFTER})


def already_done(task: Task) -> Response:
    return _json(AlreadyDone(str(task.id)), headers={"Location": task_url(task)})


def unfinished(report: Document) -> Response:
    """202 for a task or for one report of a class; a class runs as soon as any of its reports has begun.

    One query. Raises UnknownTask where it was erased meanwhile.
    """
    whole = report.position == HEADLINE
    if report.kind == Document.Kind.CLASS:
        created_at, progress = _progress(report.task_id)
    else:
        created_at, progress = _created_at(report.task_id), Progress(total=1, done=0, failed=0)
    begun = report.state == State.RUNNING or progress.done + progress.failed > 0
    body = Unfinished(
        status="RUNNING" if begun else "PENDING",
        task_id=str(report.task_id),
        student_id=report.task.upload.student_id if whole else report.student_id,
        namespace=report.namespace or None,
        created_at=created_at,
        source=report.task.upload.source,
        progress=progress,
    )
    return _json(body, status=202, headers=RETRY_AFTER)


def failed(report: Document) -> Response:
    return _json(Failed(report.error, {}, str(report.task_id)), status=404)


def _created_at(task_id: UUID) -> datetime:
    found = next(_polled().rows({AN_ID: task_id}), None)
    if found is None:
        raise UnknownTask
    return found.created_at


@functools.cache
def _polled() -> CompiledQuery[Task]:
    """What a client that polls is told of a task, which is asked for most of the time."""
    return CompiledQuery(Task.objects.filter(pk=AN_ID).only("pk", "created_at"))


def _progress(task_id: UUID) -> tuple[datetime, Progress]:
    counted = counts([task_id]).get(task_id)
    if counted is None:
        raise UnknownTask
    return counted.created_at, Progress(counted.total, counted.done, counted.failed)


def description(report: Document, caller: Caller) -> Response:
    """The finished report in JSON, with links to everything there is of it for this caller.

    One query. Raises UnknownTask where it was erased meanwhile.
    """
    size = Document.objects.filter(pk=report.pk).values_list(Coalesce("size", Length("body")))
    writable = Upload.objects.writable_by(caller).filter(pk=OuterRef("upload"))
    handed_out = Exists(HandOut.objects.filter(Exists(writable), upload=OuterRef("upload")))
    described = Task.objects.annotate(size=size, handed_out=handed_out).only("format", "created_at")
    task = described.filter(pk=report.task_id).first()
    if task is None:
        raise UnknownTask
    whole = report.position == HEADLINE
    body = Description(
        task_id=str(task.id),
        report_id=str(report.id),
        student_id=report.task.upload.student_id if whole else report.student_id,
        namespace=report.namespace or None,
        created_at=task.created_at,
        source=report.task.upload.source,
        media_type="text/html" if task.format == Format.HTML else "application/pdf",
        filename=report.filename,
        bytes=task.size or 0,  # type: ignore[attr-defined] # annotated
        sha256=report.sha256,
        links=_links(task, None if whole else report.id),
    )
    return _json(body)


def _links(task: Task, report_id: UUID | None) -> Links:
    """To a task, or to this report of it; the task says whether there are hand-outs to show."""
    args = [task.format, task.id]
    return Links(
        self_=report_url(task, report_id) if report_id else task_url(task),
        findings=reverse("report-findings", args=[*args, report_id]) if report_id else reverse("findings", args=args),
        reports=reverse("reports", args=args),
        archive=reverse("archive", args=args),
        handouts=reverse("handouts", args=args) if task.handed_out else None,  # type: ignore[attr-defined] # annotated
    )


def document(report: Document) -> HttpResponse:
    """The report itself: a page, or a PDF to keep. Raises StoreLost, and UnknownTask where it was erased meanwhile."""
    try:
        content = bodies.of(report)
    except Document.DoesNotExist:
        raise UnknownTask from None
    content_type = f"{report.media_type}; charset=utf-8" if _is_page(report) else report.media_type
    return HttpResponse(content, content_type=content_type, headers=document_headers(report))


def document_headers(report: Document) -> dict[str, str]:
    """All but its type, with the document as well as with the news that it has not changed."""
    headers = etags.CACHING | {
        "ETag": etags.of_document(report),
        "Vary": "Accept",
        "Referrer-Policy": "no-referrer",  # the address of a report holds its id
    }
    if _is_page(report):
        return headers | {"Content-Security-Policy": _page_policy()}
    return headers | {"Content-Disposition": f'attachment; filename="{report.filename}"'}


def findings(report: Document) -> HttpResponse:
    """What the report says, as JSON."""
    return HttpResponse(report.findings, content_type=JSON, headers=findings_headers(report))


def findings_headers(report: Document) -> dict[str, str]:
    return etags.CACHING | {"ETag": etags.of_findings(report)}


def class_table(report: Document, name: str) -> HttpResponse:
    """A table of a class, made of the findings stored with its report. Raises OutdatedFindings."""
    try:
        found = decode_class_findings(bytes(report.findings or b""))
    except msgspec.DecodeError:
        raise OutdatedFindings from None
    content = rendering.class_table(found, name)
    return HttpResponse(content, content_type=CLASS_TABLES[name], headers=table_headers(report, name))


def table_headers(report: Document, name: str) -> dict[str, str]:
    disposition = f'attachment; filename="{report.task_id}-{name}"'
    return etags.CACHING | {"ETag": etags.of_table(report), "Content-Disposition": disposition}


def _is_page(report: Document) -> bool:
    return report.media_type == Format.HTML.media_type


@functools.cache
def _page_policy() -> str:
    """A report may show its own style and follow links; whatever slipped into it could do nothing more."""
    nothing_else = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    return f"default-src 'none'; style-src {style_source()}; {nothing_else}"


def manifest(task: Task, reports: Iterable[Document], link: Callable[[Document], str]) -> Manifest:
    """All students of a task, in the order received; `link` says where a finished report is."""
    return Manifest(
        task_id=str(task.id),
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
