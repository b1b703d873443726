"""The page of a class: its report, a table of students that can be searched and sorted, and the downloads."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views import View

from feedback.analysis import ClassFindings, decode_class_findings
from feedback.contract.layout import CLASS_TABLES, STUDENTS_TABLE
from feedback.contract.states import State
from feedback.rendering import RenderOptions, class_table
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.cohort.course import QUIET_SHOWN
from feedback.rendering.cohort.document import class_document
from feedback.rendering.html.page import sections
from feedback.rendering.words import Words
from feedback.store.models import Task
from feedback.submissions.class_answers import computing
from feedback.web import table
from feedback.web.access import caller_of
from feedback.web.noticed import noticed
from feedback.web.progress import Progress
from feedback.web.responses import wants_fragment
from feedback.web.uploads import Shown, upload_of

FAILURES_SHOWN = 20


def class_page(request: HttpRequest, shown: Shown, tasks: Sequence[Progress]) -> HttpResponse:
    """The whole page, or to htmx the table alone. Raises Busy."""
    with computing(caller_of(request).owner):
        return _page(request, shown, tasks)


def _page(request: HttpRequest, shown: Shown, tasks: Sequence[Progress]) -> HttpResponse:
    findings, options = findings_of(shown), RenderOptions(shown.upload.options["tz"])
    view = table.View.of(request.GET)
    context: dict[str, object] = {"shown": shown, "tasks": tasks, "table": view}
    if findings is not None:
        words = Words(findings.settings.language, options, Legible(Coverage.BROWSER))
        context |= _table(shown, findings, words, view)
    if wants_fragment(request) and findings is not None:
        response = render(request, "students.html.j2", context)
    else:
        context |= _around(shown, findings, options) | {"noticed": noticed(request, shown.upload.pk, shown.keys())}
        response = render(request, "class.html.j2", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


class FindingsTableView(View):
    """The findings of a class as CSV: a row for each student, as in the table and more."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = upload_of(request, task_id)
        with computing(caller_of(request).owner):
            findings = findings_of(shown)
            if findings is None:
                raise Http404
            content = class_table(findings, STUDENTS_TABLE)
        response = HttpResponse(content, content_type=CLASS_TABLES[STUDENTS_TABLE])
        response["Content-Disposition"] = f'attachment; filename="findings-{task_id}.csv"'
        return response


def findings_of(shown: Shown) -> ClassFindings | None:
    """None where there is no class report, or its findings are those of an earlier version."""
    found = Task.objects.filter(pk__in=[task.pk for task in shown.tasks], findings__isnull=False)
    stored = found.order_by("format").values_list("findings", flat=True).first()
    try:
        return decode_class_findings(bytes(stored or b""))
    except msgspec.DecodeError:
        return None


def _table(shown: Shown, findings: ClassFindings, words: Words, view: table.View) -> dict[str, object]:
    page = view.select(findings.rows)
    return {
        "words": words,
        "findings": findings,
        "page": page,
        "reports": shown.documents_of([row.key for row in page]),
        "students": len(findings.rows),
        "columns": table.columns_for(findings),
        "amounts": {"gap": words.number(findings.settings.session_gap_minutes)},
    }


def _links(shown: Shown, findings: ClassFindings) -> list[str]:
    """By the places of their rows, the pages of the students that the report names outside of its table."""
    quiet = findings.course.quiet[:QUIET_SHOWN] if findings.course else ()
    named = [*(each.row for each in findings.attention), *(each.row for each in quiet)]
    keys = {row: findings.rows[row].key for row in named}
    reports = shown.documents_of(list(keys.values()))
    links = [""] * len(findings.rows)
    for row, key in keys.items():
        done = (report for report in reports[key] if report.state == State.SUCCESS)
        if report := next(done, None):
            links[row] = reverse("student", args=[shown.first.id, report.id])
    return links


def _around(shown: Shown, findings: ClassFindings | None, options: RenderOptions) -> dict[str, object]:
    """What stands beside the table: the class report's own sections, and what could not be made."""
    failed = shown.documents().filter(state=State.FAILURE).order_by("task__format", "position")
    context: dict[str, object] = {"failures": failed[:FAILURES_SHOWN], "failed": failed.count(), "document": None}
    if findings is not None:
        legible, links = Legible(Coverage.BROWSER), _links(shown, findings)
        tables = [reverse(name, args=[shown.first.format, shown.first.id]) for name in CLASS_TABLES]
        document = class_document(findings, options, legible, links, limit=0, tables=tables)
        context |= {
            "document": document,
            "figures": sections(document, only=("key-figures",)),
            "sections": sections(document, but_not=("key-figures", "students", "failures")),
        }
    return context
