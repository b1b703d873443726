"""One upload, from the first report to the last: progress, then the class or the student."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access import audit
from feedback.access.audit import Action
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.events import decode_student
from feedback.queue import claims, doorbell
from feedback.store.models import Report
from feedback.submissions.errors import NotWritable
from feedback.submissions.intake import Order, submit
from feedback.web.access import caller_of
from feedback.web.progress import Progress, milestone, progress_of
from feedback.web.responses import go_to
from feedback.web.uploads import (
    Key,
    Upload,
    upload_of,
    writable,
)
from feedback.web.views.classes import class_page
from feedback.web.views.students import student_page

_ROWS = 100
_FAILURES_SHOWN = 20


@dataclass(frozen=True)
class Row:
    """A student while the reports are made: one report for each format."""

    key: Key
    reports: list[Report]

    @property
    def ready(self) -> Report | None:
        return next((report for report in self.reports if report.state == State.SUCCESS), None)


class SubmissionView(View):
    """The page of an upload: its progress while reports are made, then the class or the student."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        upload = upload_of(request, task_id)
        tasks = progress_of(upload.submissions)
        if any(task.unfinished for task in tasks) or not any(task.done for task in tasks):
            return render(request, "progress.html.j2", _context(request, upload, tasks))
        if upload.first.is_class:
            return class_page(request, upload, tasks)
        return student_page(request, upload, upload.reports().filter(state=State.SUCCESS)[0])


class ProgressView(View):
    """The part of the progress page that changes; the whole page is asked for again once all is made."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        upload = upload_of(request, task_id)
        tasks = progress_of(upload.submissions)
        if not any(task.unfinished for task in tasks):
            return go_to(request, reverse("submission", args=[task_id]))
        bars = _bars(request, upload, tasks)
        response = render(request, "progress_bars.html.j2", bars)
        if bars["news"]:
            # The rows below are asked for every few seconds: at a milestone at once, so that they never lag far behind.
            response["HX-Trigger"] = "milestone"
        return response


class ProgressRowsView(View):
    """The list of students of the progress page."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        upload = upload_of(request, task_id)
        return render(request, "progress_rows.html.j2", _rows_context(request, upload))


class RetryView(View):
    """Make what failed again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        submissions = writable(request, upload_of(request, task_id).submissions)
        if not submissions:
            raise NotWritable
        for submission in submissions:
            if claims.retry(submission.id):
                doorbell.ring()
                audit.record(caller_of(request).name, Action.SUBMIT, "retry", submission.id)
        return go_to(request, reverse("submission", args=[task_id]))


class OtherFormatView(View):
    """The same students with the same options, in the format there is not yet."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID, format_: Format) -> HttpResponse:
        submission = upload_of(request, task_id).first
        # On behalf of whose it is, so that both formats stay one upload.
        caller = replace(caller_of(request), owner=submission.owner)
        order = Order(format=format_, options=submission.options, caller=caller)
        payloads = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
        stored = payloads.values_list("payload", flat=True).iterator(chunk_size=200)
        found, _ = submit((decode_student(bytes(payload)) for payload in stored), order)
        return go_to(request, reverse("submission", args=[found.id]))


def _context(request: HttpRequest, upload: Upload, tasks: Sequence[Progress]) -> dict[str, object]:
    failures = upload.reports().filter(state=State.FAILURE).order_by("position")
    return {
        **_bars(request, upload, tasks),
        **_rows_context(request, upload),
        "failures": failures.defer("payload", "findings", "body")[:_FAILURES_SHOWN],
        "failed": sum(task.failed for task in tasks),
        "over": not any(task.unfinished for task in tasks),
    }


def _bars(request: HttpRequest, upload: Upload, tasks: Sequence[Progress]) -> dict[str, object]:
    now, told = milestone(tasks), request.GET.get("told", "")
    return {"upload": upload, "tasks": tasks, "milestone": now, "news": told != str(now) and told != ""}


def _rows_context(request: HttpRequest, upload: Upload) -> dict[str, object]:
    students = upload.first.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    page = Paginator(students.values_list("namespace", "student_id"), _ROWS).get_page(request.GET.get("page"))
    return {"upload": upload, "page": page, "rows": [Row(*item) for item in upload.reports_of(list(page)).items()]}
