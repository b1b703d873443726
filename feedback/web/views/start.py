"""The start page: what this is, the form that takes a file, and what a file of another platform holds."""

import secrets
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.core.files import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.budgets import Busy
from feedback.access.rate_limits import Exceeded
from feedback.api.errors import STATUSES, words_of
from feedback.contract.spreadsheet import csv_table
from feedback.events import NO_CONTEXT, Context, EventsError, Exam, InvalidEvents
from feedback.events.pseudonyms import HEADER
from feedback.submissions.errors import Refused
from feedback.web import earlier
from feedback.web.access import caller_of
from feedback.web.choices import Choices, sent_choices
from feedback.web.exam_draft import TIMES, Draft, draft_of, sent_draft
from feedback.web.forms import UploadForm, WishesForm, time_zones
from feedback.web.preview import KIND_LABELS, Preview, source_labels
from feedback.web.responses import go_to, wants_fragment
from feedback.web.upload_file import Unread, Wishes, check_size, lines_in, questions_beside, take, who_is_who

_FAULTS_SHOWN = 20
_KEY_BYTES = 24


class About(NamedTuple):
    """The optional step of the form: what is said about the exam, and the earlier exam that it began with."""

    draft: Draft
    like: earlier.Earlier | None


class StartView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        caller_of(request)
        like = earlier.chosen(request, request.GET.get("like", ""))
        draft = draft_of(like.context, settings.FEEDBACK_TIME_ZONE) if like else Draft()
        return _page(request, UploadForm(), About(draft, like))

    def post(self, request: HttpRequest) -> HttpResponse:
        caller_of(request)
        about = About(Draft(), None)
        try:
            check_size(request)
            form = UploadForm(request.POST, request.FILES)
            about = About(sent_draft(request.POST), earlier.chosen(request, request.POST.get("like", "")))
            valid = form.is_valid()
            context = _context(request, form, about)
            if not valid or about.draft.faults:
                return _page(request, form, about, status=400)
            return self._taken(request, form, about, context)
        except (EventsError, Refused, Exceeded, Busy) as fault:
            return _page(request, UploadForm(request.POST), about, fault, status=STATUSES[type(fault)])

    def _taken(self, request: HttpRequest, form: UploadForm, about: About, context: Context) -> HttpResponse:
        said = form.cleaned_data
        wishes = Wishes(form.wanted_formats(), form.wanted_options(), context, said["hidden"], said["seen"])
        try:
            taken = take(request, said["events"], sent_choices(request.POST), wishes)
        except Unread as unread:
            return _page(request, form, about, unread.fault, unread.preview, status=400)
        if isinstance(taken, Preview):
            return _page(request, form, about, preview=taken)
        return go_to(request, reverse("submission", args=[taken.id]))


class SampleView(View):
    """The sample class, submitted like any other."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WishesForm({})
        form.is_valid()
        with sample_path().open("rb") as sample:
            file = File(sample, sample_path().name)
            task = take(request, file, Choices(), Wishes(form.wanted_formats(), form.wanted_options()))
        if isinstance(task, Preview):
            raise TypeError("the sample class is no longer in our own format")
        return go_to(request, reverse("submission", args=[task.id]))


class WhoIsWhoView(View):
    """Who is behind the pseudonyms of a file: worked out from the file and the key, given once, stored nowhere."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        caller_of(request)
        about = About(Draft(), None)
        try:
            check_size(request)
            form = UploadForm(request.POST, request.FILES)
            about = About(sent_draft(request.POST), None)
            if form.is_valid() and form.cleaned_data["hidden"] is None:
                form.add_error("pseudonyms", "Tick this first: without it the reports name the students.")
            if not form.is_valid():
                return _page(request, form, about, status=400)
            said = form.cleaned_data
            found = who_is_who(request, said["events"], sent_choices(request.POST), said["hidden"])
        except (EventsError, Refused, Exceeded, Busy) as fault:
            return _page(request, UploadForm(request.POST), about, fault, status=STATUSES[type(fault)])
        headers = {"Content-Disposition": 'attachment; filename="who-is-who.csv"', "Cache-Control": "no-store"}
        return HttpResponse(csv_table(HEADER, found.rows), content_type="text/csv; charset=utf-8", headers=headers)


def sample_path() -> Path:
    return Path(settings.BASE_DIR) / "examples" / "class.json"


def _context(request: HttpRequest, form: UploadForm, about: About) -> Context:
    """What is said about the exam; where that has faults, the draft has them and the context is of no use."""
    zone = form.cleaned_data.get("time_zone") or settings.FEEDBACK_TIME_ZONE
    context = about.draft.check(zone, about.like.context if about.like else NO_CONTEXT)
    questions = about.like.context.questions if about.like else ()
    if file := form.cleaned_data.get("questions"):
        questions = questions_beside(request, file, about.draft)
    return msgspec.structs.replace(context, exam=_with_zones(context.exam), questions=questions)


def _with_zones(exam: Exam) -> Exam:
    """An earlier exam's times that say no zone are in UTC, whatever zone the new file's are in."""
    times = {name: time.replace(tzinfo=UTC) for name in TIMES if (time := getattr(exam, name)) and not time.tzinfo}
    return msgspec.structs.replace(exam, **times)


def _page(
    request: HttpRequest,
    form: UploadForm,
    about: About,
    fault: Exception | None = None,
    preview: Preview | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "file_errors": form.errors.get("events", []) if form.is_bound and not fault else [],
        "time_zones": time_zones(),
        "has_sample": sample_path().exists() and preview is None,
        "refusal": _refusal(request, fault) if fault else None,
        "draft": about.draft,
        "like": about.like,
        "offered": earlier.offered(request),
        "preview": preview,
        "file_is_kept": preview is not None and wants_fragment(request),
        "sources": source_labels(),
        "chosen_source": preview.source if preview else request.POST.get("source", ""),
        "kind_labels": KIND_LABELS,
        "new_key": secrets.token_urlsafe(_KEY_BYTES),
    }
    return render(request, "start.html.j2", context, status=status)


def _refusal(request: HttpRequest, fault: Exception) -> dict[str, Any]:
    """The faults for the template; the first of them name the line of the file where it can be found."""
    error, details = words_of(fault, request)
    faults = [(place, message) for place, found in details.items() if isinstance(found, list) for message in found]
    shown = faults[:_FAULTS_SHOWN]
    number = len(faults) + sum(found for found in details.values() if isinstance(found, int))
    file = request.FILES.get("events") if isinstance(fault, InvalidEvents) else None
    lines = lines_in(request, file, {place for place, _ in shown}) if file else {}
    places = [(f"line {lines[place]:,}: {place}" if place in lines else place, message) for place, message in shown]
    return {"error": error, "places": places, "number": number, "more": number - len(shown)}
