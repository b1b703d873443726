"""The page of one student: the report in place, and the way to the next."""

from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from feedback.access.context import context_of
from feedback.analysis import decode_findings
from feedback.contract.states import State
from feedback.rendering import RenderOptions, blocks
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.html.page import sections
from feedback.rendering.student.document import student_document
from feedback.store import loading
from feedback.store.models import Document, Student
from feedback.submissions.upload_limits import room_for_logs
from feedback.web.noticed import noticed
from feedback.web.uploads import Shown, may_write, upload_of


class StudentView(View):
    def get(self, request: HttpRequest, task_id: UUID, report_id: UUID) -> HttpResponse:
        shown = upload_of(request, task_id)
        report = shown.documents().filter(id=report_id, kind=Document.Kind.STUDENT).first()
        if report is None:
            raise Http404
        return student_page(request, shown, report)


def student_page(
    request: HttpRequest, shown: Shown, report: Document, refused: tuple[str, str] | None = None
) -> HttpResponse:
    """The sections of the report, rendered from its findings; stored HTML is never put into a page.

    `refused` is a remark that was not taken, and why.
    """
    key = report.namespace, report.student_id
    document = _document(report) if report.state == State.SUCCESS else None
    context = {
        "shown": shown,
        "report": report,
        "reports": shown.documents_of([key])[key],
        "document": document,
        "sections": sections(document) if document else "",
        "neighbours": _neighbours(report) if shown.upload.is_class else None,
        "noticed": [] if shown.upload.is_class else noticed(request, shown.upload.pk, [key]),
        "remark": refused or (_remark(report, shown.upload.owner) if may_write(request, shown) else "", ""),
    }
    if refused:
        context_of(request).shows = "student"
    return render(request, "student.html.j2", context, status=400 if refused else 200)


class _Payload(msgspec.Struct):
    remark: str | None = None


def _remark(report: Document, owner: str) -> str:
    """The one that is stored with the student's log. Raises Busy."""
    log = loading.payloads(Student.objects.filter(documents=report), room_for_logs(owner))
    return "".join(msgspec.json.decode(payload, type=_Payload).remark or "" for _, payload in log)


def _document(report: Document) -> blocks.Document | None:
    """None where the findings are those of an earlier version, which this one cannot read."""
    stored = Document.objects.values_list("about__findings", flat=True).get(id=report.id)
    try:
        findings = decode_findings(bytes(stored or b""))
    except msgspec.DecodeError:
        return None
    return student_document(findings, RenderOptions(report.task.upload.options["tz"]), Legible(Coverage.BROWSER))


def _neighbours(report: Document) -> dict[str, object]:
    """The student's position in the class as it was sent, and the neighbours on either side."""
    students = Document.objects.filter(task=report.task_id, kind=Document.Kind.STUDENT)
    before, after = students.filter(position__lt=report.position), students.filter(position__gt=report.position)
    number = before.count() + 1
    return {
        "previous": _one(before.order_by("-position")),
        "next": _one(after.order_by("position")),
        "number": number,
        "total": number + after.count(),
    }


def _one(reports: QuerySet[Document]) -> Document | None:
    return reports.select_related("about").only("id", "about__student_id", "about__namespace").first()
