"""The page of one student: the report in place, and the way to the next."""

from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from feedback.analysis import decode_findings
from feedback.contract.states import State
from feedback.rendering import RenderOptions
from feedback.rendering.blocks import Document
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.html.page import sections
from feedback.rendering.student.document import student_document
from feedback.store.models import Report
from feedback.web.uploads import Upload, upload_of


class StudentView(View):
    def get(self, request: HttpRequest, task_id: UUID, report_id: UUID) -> HttpResponse:
        upload = upload_of(request, task_id)
        report = upload.reports().filter(id=report_id, kind=Report.Kind.STUDENT).first()
        if report is None:
            raise Http404
        return student_page(request, upload, report)


def student_page(request: HttpRequest, upload: Upload, report: Report) -> HttpResponse:
    """The sections of the report, rendered from its findings; stored HTML is never put into a page."""
    key = report.namespace, report.student_id
    document = _document(report) if report.state == State.SUCCESS else None
    context = {
        "upload": upload,
        "report": report,
        "reports": upload.reports_of([key])[key],
        "document": document,
        "sections": sections(document) if document else "",
        "neighbours": _neighbours(report) if upload.first.is_class else None,
    }
    return render(request, "student.html.j2", context)


def _document(report: Report) -> Document | None:
    """None where the findings are those of an earlier version, which this one cannot read."""
    stored = Report.objects.values_list("findings", flat=True).get(id=report.id)
    try:
        findings = decode_findings(bytes(stored or b""))
    except msgspec.DecodeError:
        return None
    return student_document(findings, RenderOptions(report.submission.options["tz"]), Legible(Coverage.BROWSER))


def _neighbours(report: Report) -> dict[str, object]:
    """The student's position in the class as it was sent, and the neighbours on either side."""
    students = Report.objects.filter(submission=report.submission_id, kind=Report.Kind.STUDENT)
    before, after = students.filter(position__lt=report.position), students.filter(position__gt=report.position)
    number = before.count() + 1
    return {
        "previous": _one(before.order_by("-position")),
        "next": _one(after.order_by("position")),
        "number": number,
        "total": number + after.count(),
    }


def _one(reports: QuerySet[Report]) -> Report | None:
    return reports.only("id", "student_id", "namespace", "submission_id").first()
