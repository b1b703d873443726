"""The endpoints of the contract: look up, decide, answer. A GET takes at most two queries."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback.access.context import context_of
from feedback.api import (
    archive,
    etags,
    layouts,
    long_poll,
    responses,
)
from feedback.api.authentication import caller_of
from feedback.api.bodies import order_from, students_of
from feedback.api.errors import InvalidRequest
from feedback.api.layouts import Layout
from feedback.api.negotiation import JSON, names, wants_description
from feedback.api.openapi.parameters import MANIFEST_PAGE
from feedback.api.throttling import tell
from feedback.contract.formats import Format
from feedback.contract.manifest import encode_manifest
from feedback.contract.states import State
from feedback.store import bodies
from feedback.store.find import Content, find_document, find_task
from feedback.store.models import UNFINISHED, Document, Task
from feedback.store.small import small
from feedback.submissions import erasure, intake
from feedback.submissions.class_answers import computing
from feedback.submissions.errors import Incomplete, NoClass, NotWritable, UnknownTask

_LAST_PAGE = 9_999


class ContractView(APIView):
    """The methods that the subclass has; any other, OPTIONS too, is a 405."""

    http_method_names = ["get", "head", "post", "put", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        context_of(request).caller = caller_of(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        tell(final, context_of(request).taken)
        return final


class SubmissionView(ContractView):
    def post(self, request: Request, format_: Format) -> HttpResponseBase:
        order = order_from(request, format_)
        with students_of(request) as students:
            task, state = intake.submit(students, order)
        if state != State.SUCCESS:
            return responses.accepted(task)
        if names(request, format_.media_type):
            context_of(request).reading = ("task", task.id, None)
            return responses.document(report_of(request, format_, task.id, content="body"))
        return responses.already_done(task)


class TaskView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        seconds = long_poll.seconds_from(request)
        return long_poll.may_wait(request, task_id, seconds, _answer(request, format_, task_id))

    def delete(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        task, caller = task_of(request, format_, task_id), caller_of(request)
        if not erasure.erase(Task.objects.writable_by(caller).filter(pk=task.pk), caller.name):
            raise NotWritable
        return Response(status=204)


class ReportView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, report_id: UUID) -> HttpResponseBase:
        return _answer(request, format_, task_id, report_id)


class TaskFindingsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        return _findings(request, format_, task_id)


class ClassTableView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, table: str) -> HttpResponseBase:
        report = report_of(request, format_, task_id, content="findings")
        if report.kind != Document.Kind.CLASS:
            raise NoClass
        if report.state != State.SUCCESS:
            return _without(report)
        if etags.knows(request, etags.of_table(report)):
            return etags.not_modified(responses.table_headers(report, table))
        with computing(caller_of(request).owner):
            return responses.class_table(report, table)


class ReportFindingsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, report_id: UUID) -> HttpResponseBase:
        return _findings(request, format_, task_id, report_id)


class ReportsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        page = _page(request)
        task = task_of(request, format_, task_id)
        documents = small(task.documents.filter(kind=Document.Kind.STUDENT), "about").order_by("position")
        headers = {}
        if page:
            end = page * MANIFEST_PAGE
            documents = documents[end - MANIFEST_PAGE : end]
            if end < task.upload.students:
                headers["Link"] = f'<{request.path}?page={page + 1}>; rel="next"'
        manifest = responses.manifest(task, documents, lambda document: responses.report_url(task, document.id))
        return HttpResponse(encode_manifest(manifest), content_type=JSON, headers=headers)


class ArchiveView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        partial, layout = flag(request, "partial"), _layout(request)
        task = task_of(request, format_, task_id)
        reports = list(small(task.documents.all(), "about").order_by("position"))
        headline = reports[0]
        if any(report.state in UNFINISHED for report in reports):
            return responses.unfinished(headline)
        failed = [report for report in reports if report.state == State.FAILURE]
        if failed and not partial:
            raise Incomplete({report.student_id or "class": [report.error] for report in failed})
        what = layouts.plan(task, reports, layout)
        kind = format_.value if layout == Layout.FILES else f"{layout}-{format_.value}"
        headers = etags.CACHING | {
            "ETag": etags.of_archive(what.listing(reports), headline),
            "Content-Disposition": f'attachment; filename="feedback-{kind}-{task.id}.zip"',
        }
        if etags.knows(request, headers["ETag"]):
            return etags.not_modified(headers)
        bodies.check(reports)
        return StreamingHttpResponse(archive.stream(task, what), content_type="application/zip", headers=headers)


def task_of(request: Request, format_: Format, task_id: UUID) -> Task:
    """Raises UnknownTask."""
    task = find_task(caller_of(request), format_, task_id)
    if task is None:
        raise UnknownTask
    return task


def writable_task(request: Request, format_: Format, task_id: UUID) -> Task:
    """A task that the caller may change and hand out. Raises UnknownTask and NotWritable."""
    task = task_of(request, format_, task_id)
    if not Task.objects.writable_by(caller_of(request)).filter(pk=task.pk).exists():
        raise NotWritable
    return task


def report_of(
    request: Request, format_: Format, task_id: UUID, report_id: UUID | None = None, *, content: Content = "nothing"
) -> Document:
    """One report, the headline unless named, with this of its content. Raises UnknownTask."""
    report = find_document(caller_of(request), format_, task_id, report_id, content)
    if report is None:
        raise UnknownTask
    return report


def _answer(
    request: Request, format_: Format, task_id: UUID, report_id: UUID | None = None, *, again: bool = False
) -> HttpResponseBase:
    """The document, or how it stands. Nothing large is read for who may have it already, until it turns out not to."""
    described = wants_description(request, format_.media_type)
    small = described or (etags.asks(request) and not again)
    report = report_of(request, format_, task_id, report_id, content="nothing" if small else "body")
    if not report.is_readable:
        return _without(report)
    if described:
        return responses.description(report, caller_of(request))
    if etags.knows(request, etags.of_document(report)):
        return etags.not_modified(responses.document_headers(report))
    return _answer(request, format_, task_id, report_id, again=True) if small else responses.document(report)


def _findings(
    request: Request, format_: Format, task_id: UUID, report_id: UUID | None = None, *, again: bool = False
) -> HttpResponseBase:
    """The measures of a report as JSON, likewise."""
    small = etags.asks(request) and not again
    report = report_of(request, format_, task_id, report_id, content="nothing" if small else "findings")
    if not report.is_readable:
        return _without(report)
    if etags.knows(request, etags.of_findings(report)):
        return etags.not_modified(responses.findings_headers(report))
    return _findings(request, format_, task_id, report_id, again=True) if small else responses.findings(report)


def _without(report: Document) -> HttpResponseBase:
    """For a report that is not there."""
    return responses.failed(report) if report.state == State.FAILURE else responses.unfinished(report)


def _page(request: Request) -> int | None:
    value = request.query_params.get("page")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and 0 < int(value[:5]) <= _LAST_PAGE):
        raise InvalidRequest("page", f"expected a whole number from 1 to {_LAST_PAGE:,}")
    return int(value)


def _layout(request: Request) -> Layout:
    try:
        return Layout(request.query_params.get("layout", Layout.FILES))
    except ValueError:
        raise InvalidRequest("layout", f"expected {', '.join(Layout)}; leave it out for {Layout.FILES}") from None


def flag(request: Request, name: str) -> bool:
    """A parameter of the query that is true or false, which it is without. Raises InvalidRequest."""
    value = request.query_params.get(name, "false")
    if value not in ("true", "false"):
        raise InvalidRequest(name, "expected true or false")
    return value == "true"
