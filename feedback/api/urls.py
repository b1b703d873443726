"""The addresses of the contract."""

from uuid import UUID

from django.urls import path, register_converter

from feedback.api.amendments import ContextView, RemarkView
from feedback.api.handouts import (
    HandOutLinkView,
    HandOutsView,
    HandOutTableView,
    HandOutView,
)
from feedback.api.health import accepting, live, ready
from feedback.api.listing import TasksView
from feedback.api.mail import HandOutMailView
from feedback.api.metrics import MetricsView
from feedback.api.openapi.view import DescriptionView
from feedback.api.rosters import RosterView
from feedback.api.students import StudentErasureView, StudentExportView, StudentsView
from feedback.api.views import (
    ArchiveView,
    ClassTableView,
    ReportFindingsView,
    ReportsView,
    ReportView,
    SubmissionView,
    TaskFindingsView,
    TaskView,
)
from feedback.contract.formats import Format
from feedback.contract.layout import CLASS_TABLES

_NO_TASK = UUID(int=0)


class FormatConverter:
    regex = "|".join(format_.value for format_ in Format)

    def to_python(self, value: str) -> Format:
        return Format(value)

    def to_url(self, value: str) -> str:
        return str(value)


class IdConverter:
    """Any text where an id belongs: what is no UUID is an unknown id, answered like one."""

    regex = "[^/]+"

    def to_python(self, value: str) -> UUID:
        try:
            return UUID(value)
        except ValueError:
            return _NO_TASK

    def to_url(self, value: UUID) -> str:
        return str(value)


register_converter(FormatConverter, "format")
register_converter(IdConverter, "id")

urlpatterns = [
    path("assignment/<format:format_>", SubmissionView.as_view(), name="submit"),
    path("assignment/<format:format_>/<id:task_id>", TaskView.as_view(), name="task"),
    path("assignment/<format:format_>/<id:task_id>/findings", TaskFindingsView.as_view(), name="findings"),
    path(
        "assignment/<format:format_>/<id:task_id>/reports/<id:report_id>/findings",
        ReportFindingsView.as_view(),
        name="report-findings",
    ),
    path("assignment/<format:format_>/<id:task_id>/reports", ReportsView.as_view(), name="reports"),
    path("assignment/<format:format_>/<id:task_id>/reports/<id:report_id>", ReportView.as_view(), name="report"),
    path("assignment/<format:format_>/<id:task_id>/context", ContextView.as_view(), name="context"),
    path("assignment/<format:format_>/<id:task_id>/reports/<id:report_id>/remark", RemarkView.as_view(), name="remark"),
    path("assignment/<format:format_>/<id:task_id>/roster", RosterView.as_view(), name="roster"),
    path("assignment/<format:format_>/<id:task_id>/archive.zip", ArchiveView.as_view(), name="archive"),
    *(
        path(
            f"assignment/<format:format_>/<id:task_id>/{table}",
            ClassTableView.as_view(),
            {"table": table},
            name=table,
        )
        for table in CLASS_TABLES
    ),
    path("assignment/<format:format_>/<id:task_id>/handouts", HandOutsView.as_view(), name="handouts"),
    path("assignment/<format:format_>/<id:task_id>/handouts/<id:handout_id>", HandOutView.as_view(), name="handout"),
    path(
        "assignment/<format:format_>/<id:task_id>/handouts/<id:handout_id>/links.csv",
        HandOutTableView.as_view(),
        name="handout-table",
    ),
    path(
        "assignment/<format:format_>/<id:task_id>/handouts/<id:handout_id>/links/<id:report_id>",
        HandOutLinkView.as_view(),
        name="handout-link",
    ),
    path(
        "assignment/<format:format_>/<id:task_id>/handouts/<id:handout_id>/mail",
        HandOutMailView.as_view(),
        name="handout-mail",
    ),
    path("tasks", TasksView.as_view(), name="tasks"),
    path("students", StudentsView.as_view(), name="students"),
    path("students/erase", StudentErasureView.as_view(), name="student-erasure"),
    path("students/export", StudentExportView.as_view(), name="student-export"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("api/schema/", DescriptionView.as_view(), name="api-schema"),
    path("health/live", live, name="live"),
    path("health/accepting", accepting, name="accepting"),
    path("health/ready", ready, name="ready"),
]
