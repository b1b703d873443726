"""Which webhooks were delivered, which wait and which failed; and to send one again."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access import audit
from feedback.access.audit import Action
from feedback.access.context import context_of
from feedback.store.small import small
from feedback.store.webhooks import WebhookDelivery
from feedback.submissions.errors import NotWritable
from feedback.submissions.webhooks import endpoints
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import visible, writable_among

_ROWS = 50
Progress = WebhookDelivery.Progress


class WebhooksView(View):
    """The deliveries of the tasks that the person who looks may see, the latest first, some at a time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context_of(request).reading = ("webhooks", None, None)
        chosen = request.GET.get("progress", "")
        found = _older_than(_visible(request), request.GET.get("before", ""))
        if chosen in Progress.values:
            found = found.filter(progress=chosen)
        rows = list(found[: _ROWS + 1])
        shown = rows[:_ROWS]
        context = {
            "rows": shown,
            "older": shown[-1].pk if len(rows) > _ROWS else None,
            "hosts": {one.pk: urlsplit(one.endpoint.url).hostname for one in shown},
            "writable": writable_among(request, {one.task.upload_id for one in shown}),
            "choices": Progress.values,
            "chosen": chosen if chosen in Progress.values else "",
        }
        return render(request, "webhooks.html.j2", context)


class ReplayView(View):
    """Send one delivery again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, delivery_id: UUID) -> HttpResponse:
        found = _visible(request).filter(pk=delivery_id).first()
        if found is None:
            raise Http404
        if not writable_among(request, [found.task.upload_id]):
            raise NotWritable
        if endpoints.replay(WebhookDelivery.objects.filter(pk=found.pk)):
            audit.record(caller_of(request).name, Action.WEBHOOK, f"replayed {found}"[:200], found.task_id)
            messages.success(request, "It is being sent again.")
        else:
            messages.warning(request, "It cannot be sent again: it is waiting already, or its endpoint is disabled.")
        return go_to(request, reverse("webhooks"))


def _visible(request: HttpRequest) -> QuerySet[WebhookDelivery]:
    tasks = visible(request).select_related(None).values("pk")
    found = small(WebhookDelivery.objects.filter(task__in=tasks), "endpoint", "task__upload")
    return found.order_by("-happened_at", "pk")


def _older_than(found: QuerySet[WebhookDelivery], before: str) -> QuerySet[WebhookDelivery]:
    """Those after this one in the list; all where it names none. By an index, however many there are."""
    try:
        last = found.filter(pk=UUID(before)).first()
    except ValueError:
        return found
    if last is None:
        return found
    return found.filter(Q(happened_at__lt=last.happened_at) | Q(happened_at=last.happened_at, pk__gt=last.pk))
