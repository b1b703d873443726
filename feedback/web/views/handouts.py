"""Handing reports out: make links, see them, take them away again."""

from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.api.handouts import DAYS, addresses, links_table
from feedback.store.models import HandOut
from feedback.submissions import handouts
from feedback.submissions.errors import NotWritable
from feedback.submissions.handouts import LONGEST_DAYS
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import Shown, upload_of, writable

_ROWS = 100


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=LONGEST_DAYS, initial=DAYS)


class HandOutsView(View):
    """The hand-outs of an upload, and the form for a new one."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        return _list(request, _shown(request, task_id), DaysForm())

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown, form = _shown(request, task_id), DaysForm(request.POST)
        if not form.is_valid():
            return _list(request, shown, form, status=400)
        made = handouts.make(shown.first, form.cleaned_data["days"], caller_of(request).name)
        return go_to(request, reverse("links", args=[task_id, made.id]))


class LinksView(View):
    """Every student's link of one hand-out."""

    def get(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = _handout(request, task_id, handout_id)
        page = Paginator(list(handouts.links_of(found, shown.first)), _ROWS).get_page(request.GET.get("page"))
        made = handouts.formats_of(found)
        rows = [(link, addresses(request, link, made)) for link in page]
        context = {"shown": shown, "handout": found, "page": page, "rows": rows, "is_over": found.is_over}
        return render(request, "links.html.j2", context)


class LinksTableView(View):
    def get(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = _handout(request, task_id, handout_id)
        return links_table(request, found, shown.first)


class WithdrawView(View):
    """Withdraw a whole hand-out, or one student's link where `report` names it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = _handout(request, task_id, handout_id)
        if report_id := request.POST.get("report"):
            if not handouts.withdraw_link(found, shown.first, _uuid(report_id), caller_of(request).name):
                raise Http404
            return go_to(request, reverse("links", args=[task_id, handout_id]))
        handouts.withdraw(found, shown.first, caller_of(request).name)
        return go_to(request, reverse("handing-out", args=[task_id]))


def _shown(request: HttpRequest, task_id: UUID) -> Shown:
    """Raises Http404 and NotWritable."""
    shown = upload_of(request, task_id)
    if not writable(request, shown):
        raise NotWritable
    return shown


def _handout(request: HttpRequest, task_id: UUID, handout_id: UUID) -> tuple[Shown, HandOut]:
    shown = _shown(request, task_id)
    found = HandOut.objects.filter(pk=handout_id, upload=shown.upload).first()
    if found is None:
        raise Http404
    return shown, found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _list(request: HttpRequest, shown: Shown, form: DaysForm, *, status: int = 200) -> HttpResponse:
    found = HandOut.objects.filter(upload=shown.upload).order_by("-made_at")
    return render(request, "handouts.html.j2", {"shown": shown, "form": form, "handouts": found}, status=status)
