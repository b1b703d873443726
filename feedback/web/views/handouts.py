"""Handing reports out: make links, see them, take them away again; and every other way, beside them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.context import context_of
from feedback.api.handouts import DAYS, addresses, links_table
from feedback.store.models import HandOut
from feedback.store.reaching import Mail, MailState
from feedback.submissions import handouts, rosters
from feedback.submissions.handouts import LONGEST_DAYS
from feedback.submissions.mail import outbox
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import Shown, writable_upload

_ROWS = 100


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=LONGEST_DAYS, initial=DAYS)


class HandOutsView(View):
    """All ways to hand an upload out, and what was handed out before."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        return ways_page(request, writable_upload(request, task_id))

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown, form = writable_upload(request, task_id), DaysForm(request.POST)
        if not form.is_valid():
            return ways_page(request, shown, status=400, form=form)
        made = handouts.make(shown.first, form.cleaned_data["days"], caller_of(request).name)
        then = "mail" if "mail" in request.POST else "links"
        return go_to(request, reverse(then, args=[task_id, made.id]))


class LinksView(View):
    """Every student's link of one hand-out."""

    def get(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = handout_of(request, task_id, handout_id)
        page = Paginator(list(handouts.links_of(found, shown.first)), _ROWS).get_page(request.GET.get("page"))
        made = handouts.formats_of(found)
        rows = [(link, addresses(request, link, made)) for link in page]
        context = {"shown": shown, "handout": found, "page": page, "rows": rows, "is_over": found.is_over}
        return render(request, "links.html.j2", context)


class LinksTableView(View):
    def get(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = handout_of(request, task_id, handout_id)
        return links_table(request, found, shown.first)


class WithdrawView(View):
    """Withdraw a whole hand-out, or one student's link where `report` names it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = handout_of(request, task_id, handout_id)
        if report_id := request.POST.get("report"):
            if not handouts.withdraw_link(found, shown.first, _uuid(report_id), caller_of(request).name):
                raise Http404
            return go_to(request, reverse("links", args=[task_id, handout_id]))
        handouts.withdraw(found, shown.first, caller_of(request).name)
        return go_to(request, reverse("handing-out", args=[task_id]))


def handout_of(request: HttpRequest, task_id: UUID, handout_id: UUID) -> tuple[Shown, HandOut]:
    """Raises Http404 and NotWritable."""
    shown = writable_upload(request, task_id)
    found = HandOut.objects.filter(pk=handout_id, upload=shown.upload).first()
    if found is None:
        raise Http404
    return shown, found


def ways_page(request: HttpRequest, shown: Shown, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page with every way; `more` is what came of a form on it: `form` of days, `roster_fault`, `joined`."""
    found = list(HandOut.objects.filter(upload=shown.upload).order_by("-made_at"))
    context = {
        "shown": shown,
        "handouts": found,
        "mails": mail_counts(found),
        "roster": rosters.known(shown.upload.pk),
        "lacking": outbox.lacking(),
        "form": DaysForm(),
        "longest_days": LONGEST_DAYS,
        "roster_fault": None,
        "joined": None,
    }
    context_of(request).shows = "handing-out"
    return render(request, "handouts.html.j2", context | more, status=status)


def mail_counts(found: Sequence[HandOut]) -> dict[UUID, dict[MailState, int]]:
    """How many mails of each hand-out that has any stand in which state, in the order of the states. One query."""
    counted: dict[UUID, dict[MailState, int]] = {}
    rows = Mail.objects.filter(handout__in=found).values_list("handout", "state").annotate(Count("pk"))
    for handout, state, number in rows:
        counted.setdefault(handout, dict.fromkeys(MailState, 0))[outbox.told(state)] += number
    return {handout: {state: each for state, each in states.items() if each} for handout, states in counted.items()}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
