"""The admin's part in who may do what: keys, what is granted to people, and the audit log."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from feedback.access import keys
from feedback.access.context import context_of
from feedback.access.models import ApiKey, AuditEntry, Grant

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline  # generic in their stubs alone


class KeyForm(forms.ModelForm):  # type: ignore[type-arg] # generic in its stubs alone
    everywhere = forms.BooleanField(required=False, label="For every namespace")
    only = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="Or for these",
        help_text="One namespace a line.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "everywhere", "only", "read_only", "expires_at")
        widgets = {"expires_at": AdminSplitDateTime}
        field_classes = {"expires_at": forms.SplitDateTimeField}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["namespaces"] = [line.strip() for line in cleaned.get("only", "").splitlines() if line.strip()]
        if cleaned["everywhere"] == bool(cleaned["namespaces"]):
            raise forms.ValidationError("Say where the key is for: every namespace, or the ones you list.")
        if (expires_at := cleaned.get("expires_at")) and expires_at <= timezone.now():
            self.add_error("expires_at", "This is not to come: the key would be refused at once.")
        return cleaned


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Keys are made and revoked; what a key is for does not change under whoever holds it."""

    form = KeyForm
    list_display = ("__str__", "scope", "read_only", "created_at", "last_used_at", "expiry", "revoked_at")
    list_filter = ("read_only", "expires_at", "revoked_at")
    search_fields = ("name", "prefix")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - likewise
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - likewise
        shown = ("name", "prefix", "scope", "read_only", "created_at", "last_used_at", "expiry", "revoked_at")
        return shown if obj else KeyForm.Meta.fields

    @admin.display(description="namespaces")
    def scope(self, key: ApiKey) -> str:
        return "all" if key.namespaces is None else ", ".join(name or "(none)" for name in key.namespaces)

    @admin.display(description="expires", ordering="expires_at")
    def expiry(self, key: ApiKey) -> str:
        if key.expires_at is None:
            return "never"
        at = f"{key.expires_at:%Y-%m-%d %H:%M} UTC"
        if key.has_expired:
            return f"expired {at}"
        return f"⚠ soon: {at}" if key.expires_soon and key.revoked_at is None else at

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: ARG002 - likewise
        namespaces = None if form.cleaned_data["everywhere"] else form.cleaned_data["namespaces"]
        key, text = keys.issue(
            obj.name, namespaces, read_only=obj.read_only, expires_at=obj.expires_at, by=_name(request)
        )
        obj.pk, obj.prefix, context_of(request).issued_key = key.pk, key.prefix, text

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        """The key in the page itself: a message would lie in the session, and so in the database."""
        context = {
            **self.admin_site.each_context(request),
            "title": "A new key",
            "key": obj,
            "text": context_of(request).issued_key,
        }
        return TemplateResponse(request, "admin/access/apikey/issued.html", context)

    @admin.action(description="Revoke the selected keys", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset.filter(revoked_at=None):
            keys.revoke(key, by=_name(request))
            self.message_user(request, f"{key} is revoked.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    """Looks, and does not touch."""

    list_display = ("at", "actor", "action", "what", "task_id", "report_id")
    list_filter = ("action", "at")
    search_fields = ("actor", "=task_id", "=report_id")
    ordering = ("-at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - likewise
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - likewise
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - likewise
        return False


class Grants(TabularInline):
    model = Grant
    extra = 1
    verbose_name_plural = "namespaces (a permission on submissions stands for all: view to read, add to write)"


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg] # generic in its stubs alone
    inlines = (Grants,)


def _name(request: HttpRequest) -> str:
    return f"user {request.user.get_username()}"
