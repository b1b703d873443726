"""What was submitted lately, and how it is deleted."""

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.context import context_of
from feedback.contract.states import State
from feedback.rendering import RenderOptions
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.words import Words
from feedback.store.models import HEADLINE, Document, Task, Upload
from feedback.store.small import small
from feedback.store.webhooks import WebhookEndpoint
from feedback.submissions import erasure
from feedback.submissions.errors import NotWritable
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import Shown, upload_of, visible, writable, writable_among

if TYPE_CHECKING:
    _Paginator = Paginator[Upload]
else:
    _Paginator = Paginator  # generic in its stubs alone

_ROWS = 50
_COUNTED_AHEAD = 3
_DIGITS = 6  # of a page's number; nobody turns as many pages


class Pages(_Paginator):
    """Pages of uploads, of which only those up to the third behind the one that is asked for are counted.

    To count them all would take longer the more there are, for a number that nobody needs.
    """

    def __init__(self, uploads: QuerySet[Upload], asked: str) -> None:
        super().__init__(uploads, _ROWS)
        self._uploads = uploads
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < _DIGITS else 1
        self._bound = (number + _COUNTED_AHEAD) * _ROWS
        self.shown = self.get_page(number)

    @functools.cached_property
    def count(self) -> int:
        return self._uploads[: self._bound].count()

    @property
    def open_ended(self) -> bool:
        """Whether there may be more pages than were counted."""
        return self.count == self._bound


class RecentView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        context_of(request).reading = ("submissions", None, None)
        uploads = small(Upload.objects.visible_to(caller_of(request)))
        page = Pages(uploads.order_by("-created_at", "pk"), request.GET.get("page", "")).shown
        rows = [(Shown(upload, tasks), _exam_day(upload, tasks)) for upload, tasks in _with_tasks(list(page))]
        context = {
            "page": page,
            "rows": rows,
            "writable": writable_among(request, [shown.upload.pk for shown, _ in rows]),
            "has_webhooks": WebhookEndpoint.objects.exists(),
        }
        return render(request, "recent.html.j2", context)


def _with_tasks(uploads: Sequence[Upload]) -> Iterator[tuple[Upload, tuple[Task, ...]]]:
    """The tasks of each upload, HTML before PDF, with their states and when their first event was. One query."""
    headline = Document.objects.filter(task=OuterRef("pk"), position=HEADLINE)
    begun = Document.objects.filter(task=OuterRef("pk")).exclude(state=State.PENDING)
    tasks = small(Task.objects.filter(upload__in=uploads, expired_at=None)).order_by("format", "created_at")
    found = tasks.annotate(
        headline=Subquery(headline.values("state")[:1]),
        state=Case(
            When(Q(headline=State.PENDING) & Exists(begun), then=Value(State.RUNNING.value)), default=F("headline")
        ),
        began_at=Coalesce("first_event_at", Subquery(headline.values("about__first_event_at")[:1])),
    )
    of: dict[UUID, list[Task]] = {upload.pk: [] for upload in uploads}
    for task in found:
        of[task.upload_id].append(task)
    # An upload whose last task is deleted at this very moment has none.
    return ((upload, tuple(of[upload.pk])) for upload in uploads if of[upload.pk])


class DeleteView(View):
    """Asks in plain words, then deletes what was ticked."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        return render(request, "delete.html.j2", _all_tasks(request, task_id))

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        context = _all_tasks(request, task_id)
        chosen = [one.pk for one in context["tasks"] if str(one.id) in request.POST.getlist("task")]
        if not chosen:
            return render(request, "delete.html.j2", context | {"nothing_chosen": True}, status=400)
        if not erasure.erase(writable(request, context["shown"]).filter(pk__in=chosen), by=caller_of(request).name):
            raise NotWritable
        messages.success(request, "Deleted.")
        return go_to(request, reverse("recent"))


def _all_tasks(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """An upload with all of its tasks, also where it has several of one format."""
    shown = upload_of(request, task_id)
    tasks = visible(request).filter(upload=shown.upload).order_by("format", "created_at")
    return {"shown": shown, "tasks": list(tasks)}


def _exam_day(upload: Upload, tasks: Sequence[Task]) -> str:
    """`14 November 2025`, the day of the first event in the zone of the reports; empty where it is not known."""
    first = next((began_at for task in tasks if (began_at := task.began_at)), None)  # type: ignore[attr-defined] # annotated
    if first is None:
        return ""
    return Words("en", RenderOptions(upload.options.get("tz", "UTC")), Legible(Coverage.BROWSER)).day(first)
