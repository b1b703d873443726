"""The page behind a hand-out link: one student's report."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views import View

from feedback.access.rate_limits import Exceeded
from feedback.api import responses
from feedback.contract.formats import Format
from feedback.phrasing.i18n import N_, speech
from feedback.submissions.handouts import (
    LinkClosed,
    NoSuchLink,
    NotMade,
    open_link,
)
from feedback.web.reader import language_of

_CLOSED = {
    NoSuchLink: (
        404,
        N_("There is no report here"),
        N_("It is no longer here, or the link was cut short on its way. Copy the whole of it, or ask your teachers."),
    ),
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
    """The page, or the PDF where the address ends so. Neither is kept anywhere on its way, nor told to anyone."""

    format_: Format | None = None

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = responses.document(open_link(token, self.format_))
            del response["ETag"]
        except (NoSuchLink, LinkClosed, NotMade) as fault:
            response = _closed(request, *_CLOSED[type(fault)])
        except Exceeded as fault:
            why = N_("It was opened very often just now. Try again in a minute.")
            response = _closed(request, 429, N_("One moment"), why)
            response["Retry-After"] = str(fault.taken.seconds_left)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response


def _closed(request: HttpRequest, status: int, title: str, why: str) -> HttpResponse:
    """Why there is no report, in the language of whoever opens the link."""
    say = speech(language_of(request))
    words = {"title": say.text(title), "why": say.text(why), "skip": say.text("Skip to the content")}
    response = render(request, "closed.html.j2", words | {"language": say.language}, status=status)
    patch_vary_headers(response, ["Accept-Language"])
    return response
