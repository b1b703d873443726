"""The endpoints of the contract: look up, decide, answer. A GET takes at most two queries."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from feedback.rendering import Format
from feedback.rendering.manifest import State, encode_manifest
from feedback.reports import erasure, intake
from feedback.reports.api import answers, archive
from feedback.reports.api.authentication import caller_of
from feedback.reports.api.bodies import order_from, student_from, students_of
from feedback.reports.api.errors import Incomplete, InvalidRequest, NotWritable, UnknownStudent, UnknownTask
from feedback.reports.api.negotiation import JSON, accepts, wants_description
from feedback.reports.api.throttling import tell
from feedback.reports.models import HEADLINE, UNFINISHED, Report, Submission


class ContractView(APIView):
    """The methods that the subclass has; any other, OPTIONS too, is a 405."""

    http_method_names = ["get", "head", "post", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        request._request.caller = caller_of(request)  # type: ignore[attr-defined] # for the audit log (middleware)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        tell(final, getattr(request._request, "taken", None))
        return final


class SubmissionView(ContractView):
    def post(self, request: Request, format_: Format) -> HttpResponseBase:
        order = order_from(request, format_)
        with students_of(request) as students:
            submission, state = intake.submit(students, order)
        if state != State.SUCCESS:
            return answers.accepted(submission)
        if accepts(request, format_.media_type):
            answer = answers.document(_report(request, format_, submission.id, position=HEADLINE))
            answer.reading = ("task", submission.id, None)  # type: ignore[attr-defined] # see AuditOfReadings
            return answer
        return answers.already_done(submission)


class TaskView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        return _answer(request, _report(request, format_, task_id, position=HEADLINE))

    def delete(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        submission, caller = _submission(request, format_, task_id), caller_of(request)
        if not erasure.erase(Submission.objects.writable_by(caller).filter(pk=submission.pk), caller.name):
            raise NotWritable
        return HttpResponse(status=204)


class StudentsView(ContractView):
    def delete(self, request: Request) -> HttpResponseBase:
        student_id, namespace = student_from(request)
        caller = caller_of(request)
        if namespace is not None and namespace not in caller.writes:
            raise NotWritable
        if not erasure.erase_student(Submission.objects.writable_by(caller), caller.name, student_id, namespace):
            raise UnknownStudent
        return HttpResponse(status=204)


class ReportView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, report_id: UUID) -> HttpResponseBase:
        return _answer(request, _report(request, format_, task_id, id=report_id))


class TaskFindingsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        return _findings(_report(request, format_, task_id, position=HEADLINE))


class ReportFindingsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, report_id: UUID) -> HttpResponseBase:
        return _findings(_report(request, format_, task_id, id=report_id))


class ReportsView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        submission = _submission(request, format_, task_id)
        reports = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
        manifest = answers.manifest(
            submission,
            reports.defer("payload", "findings", "body"),
            lambda report: answers.report_url(submission, report.id),
        )
        return HttpResponse(encode_manifest(manifest), content_type=JSON)


class ArchiveView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        partial = _flag(request, "partial")
        submission = _submission(request, format_, task_id)
        reports = list(submission.reports.order_by("position").defer("payload", "findings", "body"))
        headline = reports[0]
        headline.submission = submission
        if any(report.state in UNFINISHED for report in reports):
            return answers.unfinished(headline)
        failed = [report for report in reports if report.state == State.FAILURE]
        if failed and not partial:
            raise Incomplete({report.student_id or "class": [report.error] for report in failed})
        response = StreamingHttpResponse(archive.stream(submission, reports), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="feedback-{format_.value}-{submission.id}.zip"'
        return response


def _submission(request: Request, format_: Format, task_id: UUID) -> Submission:
    submissions = Submission.objects.visible_to(caller_of(request))
    submission = submissions.filter(id=task_id, format=format_.value).first()
    if submission is None:
        raise UnknownTask
    return submission


def _report(request: Request, format_: Format, task_id: UUID, **which: int | UUID) -> Report:
    """One report with its submission, in one query. Raises UnknownTask."""
    reports = Report.objects.visible_to(caller_of(request)).select_related("submission").defer("payload")
    report = reports.filter(submission=task_id, submission__format=format_.value, **which).first()
    if report is None:
        raise UnknownTask
    return report


def _findings(report: Report) -> HttpResponseBase:
    """The measures of a report as JSON, once it is made."""
    if report.state in UNFINISHED:
        return answers.unfinished(report)
    if report.state == State.FAILURE:
        return answers.failed(report)
    return HttpResponse(bytes(report.findings or b""), content_type=JSON)


def _answer(request: Request, report: Report) -> HttpResponseBase:
    if report.state in UNFINISHED:
        return answers.unfinished(report)
    if report.state == State.FAILURE:
        return answers.failed(report)
    if wants_description(request, report.media_type):
        return answers.description(report)
    return answers.document(report)


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false")
    if value not in ("true", "false"):
        raise InvalidRequest(name, "expected true or false")
    return value == "true"
