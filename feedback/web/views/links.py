"""The page behind a hand-out link: one student's report."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View

from feedback.access.rate_limits import Exceeded
from feedback.api import responses
from feedback.contract.formats import Format
from feedback.submissions.handouts import (
    LinkClosed,
    NoSuchLink,
    NotMade,
    open_link,
)

_CLOSED = {
    NoSuchLink: (
        404,
        "There is no report here",
        "It is no longer here, or the link was cut short on its way. Copy the whole of it, or ask your teachers.",
    ),
    LinkClosed: (410, "This link is closed", "Its time is over, or it was withdrawn. Ask those who teach the course."),
    NotMade: (
        404,
        "This report is not there yet",
        "It is still being made, or nobody had it made in this format. Try again later, or ask your teachers.",
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
            status, title, why = _CLOSED[type(fault)]
            response = render(request, "closed.html.j2", {"title": title, "why": why}, status=status)
        except Exceeded as fault:
            why = "It was opened very often just now. Try again in a minute."
            response = render(request, "closed.html.j2", {"title": "One moment", "why": why}, status=429)
            response["Retry-After"] = str(fault.taken.seconds_left)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response
