"""The admin's part: endpoints are made, rotated and disabled; deliveries are seen and sent again."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from feedback.access.context import context_of
from feedback.access.models import NAME_CHARACTERS
from feedback.store.small import small
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import endpoints
from feedback.submissions.webhooks.addresses import Forbidden

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic in its stubs alone

_SHOWN = (
    "name",
    "url",
    "created_at",
    "failures",
    "next_at",
    "previous_until",
    "disabled_at",
    "disabled_because",
)


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg] # generic in its stubs alone
    name = forms.CharField(
        required=False,
        max_length=NAME_CHARACTERS,
        label="Name of the keys",
        help_text="Whose submissions it is told of. Empty: what is submitted in open mode.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            endpoints.check(url)
        except Forbidden as reason:
            raise forms.ValidationError(f"This must not be called: {reason}.") from None
        return url


class NotEdited(ModelAdmin):
    """Looks; what changes does so by actions."""

    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - likewise
        return False


@admin.register(WebhookEndpoint)
class EndpointAdmin(NotEdited):
    form = EndpointForm
    list_display = ("__str__", "name", "url", "failures", "created_at", "disabled_at", "disabled_because")
    list_filter = ("disabled_at",)
    search_fields = ("=id", "owner")
    actions = ("rotate", "disable", "enable")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - likewise
        return _SHOWN if obj else EndpointForm.Meta.fields

    @admin.display(description="keys", ordering="owner")
    def name(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.owner.removeprefix("key:") or "(open mode)"

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:  # noqa: ARG002 - likewise
        name = form.cleaned_data["name"].strip()
        made, secret = endpoints.create(obj.url, f"key:{name}" if name else "", by=_name(request))
        obj.pk, context_of(request).issued_key = made.pk, secret

    def response_add(
        self,
        request: HttpRequest,
        obj: WebhookEndpoint,
        post_url_continue: Any = None,  # noqa: ARG002 - likewise
    ) -> HttpResponse:
        return self._show(request, obj, context_of(request).issued_key)

    def _show(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        """The secret in the page itself: a message would lie in the session, and so in the database."""
        context = self.admin_site.each_context(request)
        context |= {"title": "A new secret", "endpoint": endpoint, "secret": secret}
        return TemplateResponse(request, "admin/reports/webhookendpoint/issued.html", context)

    @admin.action(description="Make a new secret for the selected endpoint", permissions=["add"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Select one endpoint: its secret is shown once.", messages.WARNING)
            return None
        return self._show(request, chosen[0], endpoints.rotate(chosen[0], by=_name(request)))

    @admin.action(description="Disable the selected endpoints", permissions=["add"])
    def disable(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            endpoints.disable(endpoint, by=_name(request))
        self.message_user(request, "They are sent nothing more.", messages.SUCCESS)

    @admin.action(description="Enable the selected endpoints", permissions=["add"])
    def enable(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            endpoints.enable(endpoint, by=_name(request))
        self.message_user(request, "They are told of what happens from now on.", messages.SUCCESS)


@admin.register(WebhookDelivery)
class DeliveryAdmin(NotEdited):
    list_display = ("message_id", "endpoint", "task", "type", "progress", "attempts", "due_at", "answer", "happened_at")
    list_filter = ("progress", "status", "happened_at")
    list_select_related = ("endpoint", "task")
    search_fields = ("=id", "=task__id", "=endpoint__id")
    ordering = ("-happened_at",)
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return small(super().get_queryset(request), "endpoint", "task")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - likewise
        return False

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reports.add_webhookendpoint")

    @admin.action(description="Send the selected deliveries again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        again = endpoints.replay(queryset)
        self.message_user(request, f"{again:,} will be sent again, under the same ids.", messages.SUCCESS)


def _name(request: HttpRequest) -> str:
    return f"user {request.user.get_username()}"
