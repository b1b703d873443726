"""What was submitted lately, and how it is deleted."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.context import context_of
from feedback.contract.states import State
from feedback.rendering import RenderOptions
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.words import Words
from feedback.store.models import HEADLINE, Report, Submission
from feedback.submissions import erasure
from feedback.submissions.errors import NotWritable
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import (
    Upload,
    upload_of,
    visible,
    writable,
)

_ROWS = 50


class RecentView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        context_of(request).reading = ("submissions", None, None)
        headline = Report.objects.filter(submission=OuterRef("pk"), position=HEADLINE)
        begun = Report.objects.filter(submission=OuterRef("pk")).exclude(state=State.PENDING)
        state = Case(
            When(Q(headline=State.PENDING) & Exists(begun), then=Value(State.RUNNING.value)), default=F("headline")
        )
        submissions = visible(request).annotate(
            headline=Subquery(headline.values("state")[:1]),
            state=state,
            first_event_at=Subquery(headline.values("first_event_at")[:1]),
        )
        page = Paginator(submissions.order_by("-created_at"), _ROWS).get_page(request.GET.get("page"))
        rows = [(upload, _exam_day(upload)) for upload in _together(list(page))]
        return render(request, "recent.html.j2", {"page": page, "rows": rows})


class DeleteView(View):
    """Asks in plain words, then deletes what was ticked."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        return render(request, "delete.html.j2", {"upload": upload_of(request, task_id)})

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        upload = upload_of(request, task_id)
        chosen = [one for one in upload.submissions if str(one.id) in request.POST.getlist("task")]
        if not chosen:
            return render(request, "delete.html.j2", {"upload": upload, "nothing_chosen": True}, status=400)
        if not erasure.erase(writable(request, chosen), by=caller_of(request).name):
            raise NotWritable
        messages.success(request, "Deleted.")
        return go_to(request, reverse("recent"))


def _exam_day(upload: Upload) -> str:
    """`14 November 2025`, the day of the first event in the zone of the reports; empty where it is not known."""
    for submission in upload.submissions:
        if first := submission.first_event_at:  # type: ignore[attr-defined] # annotated
            options = RenderOptions(submission.options.get("tz", "UTC"))
            return Words("en", options, Legible(Coverage.BROWSER)).day(first)
    return ""


def _together(submissions: Sequence[Submission]) -> list[Upload]:
    """Neighbours in the list that are one class in two formats make one row."""
    uploads: list[Upload] = []
    for submission in submissions:
        last = uploads[-1].first if uploads and len(uploads[-1].submissions) == 1 else None
        if last and _same(last, submission):
            pair = sorted((last, submission), key=lambda one: one.format)
            uploads[-1] = Upload(tuple(pair))
        else:
            uploads.append(Upload((submission,)))
    return uploads


def _same(one: Submission, other: Submission) -> bool:
    return (
        bytes(one.content_sha256) == bytes(other.content_sha256)
        and one.options == other.options
        and one.owner == other.owner
        and one.format != other.format
    )
