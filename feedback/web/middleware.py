"""Middleware of the pages: static files, a content security policy, and refusals as pages."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.common import CommonMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped] # it has no types

from feedback.access import rate_limits
from feedback.access.budgets import Busy
from feedback.access.context import context_of
from feedback.access.rate_limits import Exceeded
from feedback.rendering import style_source
from feedback.submissions.errors import Refused
from feedback.web.errors import not_to_be_opened, refused


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # it has no types
    """WhiteNoise, with each file's content in one piece.

    WhiteNoise answers with a synchronous stream, which Django under ASGI gathers into memory as well, but
    with a warning for each file.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class Lengths(CommonMiddleware):
    """Sets Content-Length, except on 204 and 304, which have no body (RFC 9110, 8.6)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            return response
        return super().process_response(request, response)


class ContentSecurityPolicy:
    """Allows a page its own files and the reports' style sheet; nothing inline and nobody else.

    A response that brings a policy of its own, as a report does, keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", page_policy())
        return response


class RefusalsAsPages:
    """Turns the exceptions of refused requests into pages, and refuses a person who asks too often.

    Also a 405 for a GET at an address that takes only POST: a log-in between the two leads a browser there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return not_to_be_opened(request, response) if isinstance(response, HttpResponseNotAllowed) else response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        *_: object,
    ) -> HttpResponseBase | None:
        """Count the request of a person, as the API counts those of a key; its views count by themselves."""
        caller = context_of(request).caller
        if caller is not None and getattr(view, "login_required", True):
            try:
                rate_limits.take(rate_limits.requests(), caller.meter)
            except Exceeded as fault:
                return refused(request, fault)
        return None

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponseBase | None:
        return refused(request, fault) if isinstance(fault, Refused | Exceeded | Busy) else None


@functools.cache
def page_policy() -> str:
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' {style_source()}",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
