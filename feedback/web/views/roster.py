"""The roster of an upload as a form: a file says who the students are, or it is forgotten."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from feedback.access.budgets import Busy
from feedback.api.errors import STATUSES, words_of
from feedback.events import EventsError, InvalidEvents, spool
from feedback.events.files import plain
from feedback.submissions import rosters
from feedback.submissions.errors import RosterFitsNobody
from feedback.submissions.roster_file import read_roster
from feedback.submissions.roster_match import Joined
from feedback.submissions.upload_limits import reading
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.upload_file import check_size
from feedback.web.uploads import Shown, writable_upload
from feedback.web.views.handouts import ways_page

_SHOWN = 50


class RosterView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = writable_upload(request, task_id)
        try:
            check_size(request)
            if "forget" in request.POST:
                rosters.forget(shown.first, caller_of(request).name)
                return go_to(request, reverse("handing-out", args=[task_id]))
            joined = _take(request, shown)
        except (EventsError, RosterFitsNobody, Busy) as fault:
            error, details = words_of(fault, request)
            if isinstance(fault, InvalidEvents) and details:
                error = "Mend what is named here, and send it again; nothing was stored."
            places = [(place, text) for place, texts in details.items() if isinstance(texts, list) for text in texts]
            told = {"error": error, "places": places[:_SHOWN], "more": max(len(places) - _SHOWN, 0)}
            return ways_page(request, shown, status=STATUSES[type(fault)], roster_fault=told)
        return ways_page(request, shown, joined=joined, listed=_SHOWN)


def _take(request: HttpRequest, shown: Shown) -> Joined:
    """What came of the file. Raises EventsError, RosterFitsNobody and Busy, with the roster as it was."""
    file = request.FILES.get("roster")
    if file is None:
        raise InvalidEvents("Choose a file first: a table of your students, as CSV.")
    with reading(caller_of(request)) as one:
        chunks = one.counted(plain(iter(file.chunks()), one.effort))
        with spool(chunks, settings.FEEDBACK_MAX_BODY_BYTES) as content:
            return rosters.replace(shown.first, read_roster(content, one.limits), caller_of(request).name)
