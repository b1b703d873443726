"""One upload, from the first report to the last: progress, then the class or the student."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from feedback.queue import doorbell, unclaimed
from feedback.store.models import Document, Student
from feedback.submissions.intake import Order, add_format
from feedback.web.access import caller_of
from feedback.web.noticed import noticed
from feedback.web.progress import Progress, milestone, progress_of
from feedback.web.responses import go_to
from feedback.web.uploads import Key, Shown, upload_of, writable, writable_upload
from feedback.web.views.classes import class_page
from feedback.web.views.students import student_page

_ROWS = 100
_FAILURES_SHOWN = 20


@dataclass(frozen=True)
class Row:
    """A student while the reports are made: one document for each format."""

    key: Key
    documents: list[Document]

    @property
    def ready(self) -> Document | None:
        return next((one for one in self.documents if one.state == State.SUCCESS), None)


class SubmissionView(View):
    """The page of an upload: its progress while reports are made, then the class or the student."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = upload_of(request, task_id)
        tasks = progress_of(shown.tasks)
        if any(task.unfinished for task in tasks) or not any(task.done for task in tasks):
            return render(request, "progress.html.j2", _context(request, shown, tasks))
        if shown.upload.is_class:
            return class_page(request, shown, tasks)
        return student_page(request, shown, shown.documents().filter(state=State.SUCCESS).order_by("task__format")[0])


class ProgressView(View):
    """The part of the progress page that changes; the whole page is asked for again once all is made."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = upload_of(request, task_id)
        tasks = progress_of(shown.tasks)
        if not any(task.unfinished for task in tasks):
            return go_to(request, reverse("submission", args=[task_id]))
        bars = _bars(request, shown, tasks)
        response = render(request, "progress_bars.html.j2", bars)
        if bars["news"]:
            # The rows below are asked for every few seconds: at a milestone at once, so that they never lag far behind.
            response["HX-Trigger"] = "milestone"
        return response


class ProgressRowsView(View):
    """The list of students of the progress page."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = upload_of(request, task_id)
        return render(request, "progress_rows.html.j2", _rows_context(request, shown))


class RetryView(View):
    """Make what failed again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = writable_upload(request, task_id)
        for each in list(writable(request, shown).values_list("pk", flat=True)):
            if unclaimed.retry(each):
                doorbell.ring()
                audit.record(caller_of(request).name, Action.SUBMIT, "retry", each)
        return go_to(request, reverse("submission", args=[task_id]))


class OtherFormatView(View):
    """The same students with the same options, in the format there is not yet."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID, format_: Format) -> HttpResponse:
        upload, caller = upload_of(request, task_id).upload, caller_of(request)
        found, _ = add_format(upload, Order(format=format_, options=upload.options, caller=caller))
        return go_to(request, reverse("submission", args=[found.id]))


def _context(request: HttpRequest, shown: Shown, tasks: Sequence[Progress]) -> dict[str, object]:
    failures = shown.documents().filter(state=State.FAILURE).order_by("position")
    return {
        **_bars(request, shown, tasks),
        **_rows_context(request, shown),
        "noticed": noticed(request, shown.upload.pk, shown.keys()),
        "failures": failures[:_FAILURES_SHOWN],
        "failed": sum(task.failed for task in tasks),
        "over": not any(task.unfinished for task in tasks),
    }


def _bars(request: HttpRequest, shown: Shown, tasks: Sequence[Progress]) -> dict[str, object]:
    now, told = milestone(tasks), request.GET.get("told", "")
    return {"shown": shown, "tasks": tasks, "milestone": now, "news": told != str(now) and told != ""}


def _rows_context(request: HttpRequest, shown: Shown) -> dict[str, object]:
    students = Student.objects.filter(upload=shown.upload).order_by("position")
    page = Paginator(students.values_list("namespace", "student_id"), _ROWS).get_page(request.GET.get("page"))
    return {"shown": shown, "page": page, "rows": [Row(*item) for item in shown.documents_of(list(page)).items()]}
