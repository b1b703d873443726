"""The admin: what was submitted and how far it is. Nothing is edited by hand; it is retried, or erased."""

from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html

from feedback.access import audit
from feedback.access.audit import Action
from feedback.contract.states import State
from feedback.queue import claims, doorbell
from feedback.store.models import HEADLINE, Report, Submission
from feedback.submissions import erasure

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic in its stubs alone

_SHOWN_CHARACTERS = 20_000


class ReadOnly(ModelAdmin):
    """Looks, and does not touch: these rows are the truth of what was accepted."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - likewise
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, self.model._default_manager.filter(pk=obj.pk))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:  # noqa: ARG002 - likewise
        """What the confirmation names: the rows themselves, not the thousands that go with a class."""
        names = [str(obj) for obj in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, set(), []


class StateFilter(admin.SimpleListFilter):
    """A submission's state is its headline report's."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - likewise
        return [(state, state.capitalize()) for state in ("PENDING", "RUNNING", "SUCCESS", "FAILURE")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:  # noqa: ARG002
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Submission)
class SubmissionAdmin(ReadOnly):
    list_display = ("id", "what", "format", "namespace", "students", "state", "owner", "created_at")
    list_filter = (StateFilter, "format", "is_class", "created_at", "namespace")
    search_fields = ("=id", "student_id", "namespace")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    actions = ("retry",)
    exclude = ("identity", "idempotency")

    def get_queryset(self, request: HttpRequest) -> Any:
        headline = Report.objects.filter(submission=OuterRef("pk"), position=HEADLINE)
        return super().get_queryset(request).annotate(state=Subquery(headline.values("state")[:1]))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """As in the pages: who may submit. Nothing is ever added in the admin itself."""
        return request.user.has_perm(f"{self.opts.app_label}.add_submission")

    @admin.display(description="what", ordering="student_id")
    def what(self, submission: Submission) -> str:
        return f"class of {submission.students:,}" if submission.is_class else str(submission.student_id)

    @admin.display(description="state", ordering="state")
    def state(self, submission: Any) -> str:
        return str(submission.state)

    @admin.action(description="Retry the failed reports of the selected submissions", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        again = 0
        for submission in queryset:
            if number := claims.retry(submission.id):
                again += number
                doorbell.ring()
                audit.record(_name(request), Action.SUBMIT, "retry", submission.id)
        self.message_user(request, f"{again:,} failed report{pluralize(again)} will be made again.", messages.SUCCESS)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        erasure.erase(Submission.objects.filter(pk__in=queryset.values("pk")), _name(request))


@admin.register(Report)
class ReportAdmin(ReadOnly):
    """A report that is deleted here takes its student out of that class, or out of that task."""

    list_display = ("id", "who", "kind", "state", "attempts", "submission_link", "finished_at")
    list_filter = ("state", "kind", "submission__format", "finished_at")
    list_select_related = ("submission",)
    search_fields = ("=id", "=submission__id", "student_id", "namespace")
    ordering = ("-submission__created_at", "submission", "position")
    fields = (
        ("submission_link", "position", "kind"),
        ("student_id", "namespace"),
        ("state", "attempts", "fence", "due_at", "finished_at"),
        "error",
        ("document", "media_type", "sha256"),
        "shown_payload",
        "shown_findings",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        reports = super().get_queryset(request)
        return reports.defer("body") if self._one(request) else reports.defer("payload", "findings", "body")

    @staticmethod
    def _one(request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.url_name == "reports_report_change"

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        for report in queryset.filter(kind=Report.Kind.STUDENT).only("submission_id", "student_id", "namespace"):
            theirs = Submission.objects.filter(pk=report.submission_id)
            erasure.erase_student(theirs, _name(request), report.student_id, report.namespace)

    @admin.display(description="who", ordering="student_id")
    def who(self, report: Report) -> str:
        return "the class" if report.kind == Report.Kind.CLASS else report.student_id

    @admin.display(description="submission", ordering="submission")
    def submission_link(self, report: Report) -> str:
        address = reverse("admin:reports_submission_change", args=[report.submission_id])
        return format_html('<a href="{}">{}</a>', address, report.submission)

    @admin.display(description="document")
    def document(self, report: Report) -> str:
        if report.state != State.SUCCESS:
            return "–"
        address = reverse("report", args=[report.submission.format, report.submission_id, report.id])
        return format_html('<a href="{}">{}</a>', address, report.filename)

    @admin.display(description="payload")
    def shown_payload(self, report: Report) -> str:
        return _shown_json(report.payload)

    @admin.display(description="findings")
    def shown_findings(self, report: Report) -> str:
        return _shown_json(report.findings)


def _name(request: HttpRequest) -> str:
    return f"user {request.user.get_username()}"


def _shown_json(stored: bytes | memoryview | None) -> str:
    if not stored:
        return "–"
    text = msgspec.json.format(bytes(stored), indent=2).decode()
    more = f"\n… and {len(text) - _SHOWN_CHARACTERS:,} characters more" if len(text) > _SHOWN_CHARACTERS else ""
    return format_html("<pre>{}{}</pre>", text[:_SHOWN_CHARACTERS], more)
