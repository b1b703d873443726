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
from feedback.queue import doorbell, unclaimed
from feedback.store.models import HEADLINE, Document, Task, Upload
from feedback.store.small import small
from feedback.submissions import erasure
from feedback.submissions.webhooks import admin as webhooks_admin  # noqa: F401 - registers its models

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
    """A task's state is its headline document's."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - likewise
        return [(state, state.capitalize()) for state in ("PENDING", "RUNNING", "SUCCESS", "FAILURE")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:  # noqa: ARG002
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Task)
class TaskAdmin(ReadOnly):
    """A task that is deleted here goes with its documents; the last one of an upload takes the logs along."""

    list_display = ("id", "what", "format", "namespace", "students", "state", "owner", "created_at")
    list_filter = (StateFilter, "format", "upload__is_class", "created_at", "upload__namespace")
    list_select_related = ("upload",)
    search_fields = ("=id", "=upload__id", "upload__student_id", "upload__namespace")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    actions = ("retry",)
    fields = (
        ("id", "format", "created_at"),
        ("upload", "owner", "options"),
        ("what", "namespace", "students"),
        "request_id",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        headline = Document.objects.filter(task=OuterRef("pk"), position=HEADLINE)
        tasks = small(super().get_queryset(request), "upload")
        return tasks.annotate(state=Subquery(headline.values("state")[:1]))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """As in the pages: who may submit. Nothing is ever added in the admin itself."""
        return request.user.has_perm(f"{self.opts.app_label}.add_task")

    @admin.display(description="what", ordering="upload__student_id")
    def what(self, task: Task) -> str:
        return f"class of {task.upload.students:,}" if task.upload.is_class else str(task.upload.student_id)

    @admin.display(description="namespace", ordering="upload__namespace")
    def namespace(self, task: Task) -> str:
        return task.upload.namespace

    @admin.display(description="students", ordering="upload__students")
    def students(self, task: Task) -> int:
        return task.upload.students

    @admin.display(description="owner", ordering="upload__owner")
    def owner(self, task: Task) -> str:
        return task.upload.owner

    @admin.display(description="options")
    def options(self, task: Task) -> str:
        return ", ".join(f"{name}={value}" for name, value in sorted(task.upload.options.items()))

    @admin.display(description="state", ordering="state")
    def state(self, task: Any) -> str:
        return str(task.state)

    @admin.action(description="Retry the failed reports of the selected tasks", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        again = 0
        for task in queryset:
            if number := unclaimed.retry(task.id):
                again += number
                doorbell.ring()
                audit.record(_name(request), Action.SUBMIT, "retry", task.id)
        self.message_user(request, f"{again:,} failed report{pluralize(again)} will be made again.", messages.SUCCESS)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        erasure.erase_all(Task.objects.filter(pk__in=queryset.values("pk")), _name(request))


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    """A document that is deleted here takes its student out of the upload, with their documents in all formats."""

    list_display = ("id", "who", "kind", "state", "attempts", "task_link", "finished_at")
    list_filter = ("state", "kind", "task__format", "finished_at")
    list_select_related = ("task", "about")
    search_fields = ("=id", "=task__id", "about__student_id", "about__namespace")
    ordering = ("-task__created_at", "task", "position")
    fields = (
        ("task_link", "position", "kind"),
        ("who", "namespace"),
        ("state", "attempts", "fence", "due_at", "finished_at"),
        "error",
        ("document", "media_type", "sha256"),
        "shown_payload",
        "shown_findings",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        shown = ("task__findings", "about__payload", "about__findings") if self._one(request) else ()
        return small(super().get_queryset(request), "task__upload", "about", but=shown)

    @staticmethod
    def _one(request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.url_name == "reports_document_change"

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        chosen = queryset.filter(kind=Document.Kind.STUDENT)
        for upload, student_id, namespace in chosen.values_list(
            "about__upload", "about__student_id", "about__namespace"
        ):
            erasure.erase_student(Upload.objects.filter(pk=upload), _name(request), student_id, namespace)

    @admin.display(description="who", ordering="about__student_id")
    def who(self, document: Document) -> str:
        return document.student_id or "the class"

    @admin.display(description="namespace", ordering="about__namespace")
    def namespace(self, document: Document) -> str:
        return document.namespace

    @admin.display(description="task", ordering="task")
    def task_link(self, document: Document) -> str:
        address = reverse("admin:reports_task_change", args=[document.task_id])
        return format_html('<a href="{}">{}</a>', address, document.task)

    @admin.display(description="document")
    def document(self, document: Document) -> str:
        if document.state != State.SUCCESS:
            return "–"
        address = reverse("report", args=[document.task.format, document.task_id, document.id])
        return format_html('<a href="{}">{}</a>', address, document.filename)

    @admin.display(description="payload")
    def shown_payload(self, document: Document) -> str:
        return _shown_json(document.about.payload if document.about else None)

    @admin.display(description="findings")
    def shown_findings(self, document: Document) -> str:
        return _shown_json(document.findings)


def _name(request: HttpRequest) -> str:
    return f"user {request.user.get_username()}"


def _shown_json(stored: bytes | memoryview | None) -> str:
    if not stored:
        return "–"
    text = msgspec.json.format(bytes(stored), indent=2).decode()
    more = f"\n… and {len(text) - _SHOWN_CHARACTERS:,} characters more" if len(text) > _SHOWN_CHARACTERS else ""
    return format_html("<pre>{}{}</pre>", text[:_SHOWN_CHARACTERS], more)
