"""The page behind a hand-out link: one student's report."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View

from feedback.access.rate_limits import Exceeded
from feedback.api import responses
from feedback.contract.formats import Format
from feedback.phrasing.i18n import N_
from feedback.submissions.errors import UnknownTask
from feedback.submissions.handouts import (
    LinkClosed,
    NoSuchLink,
    NotMade,
    open_link,
)
from feedback.web.closed import NO_REPORT, closed_page, kept_nowhere

_CLOSED = {
    NoSuchLink: (404, *NO_REPORT),
    UnknownTask: (404, *NO_REPORT),  # it was erased at this very moment
    LinkClosed: (
        410,
        N_("This link is closed"),
        N_("Its time is over, or it was withdrawn. Ask those who teach the course."),
    ),
    NotMade: (
        404,
        N_("This report is not there yet"),
        N_("It is still being made, or nobody had it made in this format. Try again later, or ask your teachers."),
    ),
}


@method_decorator(login_not_required, name="dispatch")
class LinkView(View):
    """The page, or the PDF where the address ends so."""

    format_: Format | None = None

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = responses.document(open_link(token, self.format_))
        except (NoSuchLink, LinkClosed, NotMade, UnknownTask) as fault:
            return closed_page(request, *_CLOSED[type(fault)])
        except Exceeded as fault:
            why = N_("It was opened very often just now. Try again in a minute.")
            response = closed_page(request, 429, N_("One moment"), why)
            response["Retry-After"] = str(fault.taken.seconds_left)
            return response
        del response["ETag"]
        return kept_nowhere(response)
