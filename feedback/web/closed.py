"""The page behind a hand-out link that shows no report: for students, in the language that their browser asks for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from feedback.access.context import context_of
from feedback.phrasing.i18n import N_, speech
from feedback.web.reader import language_of

NO_REPORT = (
    N_("There is no report here"),
    N_("It is no longer here, or the link was cut short on its way. Copy the whole of it, or ask your teachers."),
)
NOT_NOW = (
    N_("Your report cannot be shown right now"),
    N_("The service is interrupted. Nothing was lost: try again in a few minutes."),
)
_FAULT = (
    N_("Your report cannot be shown"),
    N_("Something went wrong on our side. Try again later, or send your teachers this number: {number}"),
)
_LINKS = "/r/"


def is_link(request: HttpRequest) -> bool:
    """Whether a request is for an address of hand-out links, whatever stands behind it."""
    return request.path_info.startswith(_LINKS)


def closed_page(request: HttpRequest, status: int, title: str, why: str, **values: object) -> HttpResponse:
    """Why there is no report; `title` and `why` are messages, `values` what is to be filled into `why`."""
    say = speech(language_of(request))
    words = {"title": say.text(title), "why": say.text(why, **values), "skip": say.text("Skip to the content")}
    response = render(request, "closed.html.j2", words | {"language": say.language}, status=status)
    patch_vary_headers(response, ["Accept-Language"])
    return kept_nowhere(response)


def fault_page(request: HttpRequest) -> HttpResponse:
    """The answer for an unexpected fault behind a link, with the id under which the log has it."""
    return closed_page(request, 500, *_FAULT, number=context_of(request).request_id)


def kept_nowhere(response: HttpResponse) -> HttpResponse:
    """An answer to the holder of a link is neither kept anywhere on its way, nor is its address told to anyone."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
