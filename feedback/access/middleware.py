"""What every request passes: who it is, headers that keep the answer private, and an entry in the audit log."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

from feedback.access import audit
from feedback.access.callers import ANYONE
from feedback.access.context import Reading, context_of
from feedback.access.people import caller_for

# A 409 names the students whose reports failed; a 202 says how far a task is, to whoever waits for it.
_SHOWS = (200, 206, 304, 409)
HEADERS = {
    # Nobody in between keeps what was meant for one caller; what may be kept says so itself.
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class PrivateByDefault:
    """Headers for every answer that does not bring its own, static files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class KnownCallers(LoginRequiredMiddleware):
    """Pages are for who is logged in, except where the service is open or a view says otherwise.

    The API's views all say so: they have their own ways of knowing a caller. The context's `caller` is who it is.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if settings.FEEDBACK_AUTH == "open":
            context_of(request).caller = ANYONE
            return None
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal is None and request.user.is_authenticated:
            context_of(request).caller = caller_for(request.user)
        return refusal


class AuditOfReadings:
    """Writes down who read what: any answer at an address with a task in it, the admin's pages about reports,
    and whatever else says so itself.

    A view says so by the context's `reading`, or by its `shows` where it answers a POST with a page: that of a form
    that was refused shows what the same page shows to a GET. It is recorded before the answer is sent;
    in open mode nobody is known, so nothing is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.FEEDBACK_AUTH == "keys" and (response.status_code in _SHOWS or context_of(request).shows):
            self._record(request)
        return response

    def _record(self, request: HttpRequest) -> None:
        context = context_of(request)
        reading = context.reading or (
            _reading(request, context.shows) if context.shows or request.method in ("GET", "HEAD") else None
        )
        if reading is not None and context.caller is not None:
            audit.record_reading(context.caller.name, *reading)


def _reading(request: HttpRequest, shows: str) -> Reading | None:
    """What is read at the request's address, if anything of a student is; `shows` names it better than the address."""
    match = request.resolver_match
    if match is None or match.url_name is None:
        return None
    if "task_id" in match.kwargs:
        return shows or match.url_name, match.kwargs["task_id"], match.kwargs.get("report_id")
    if match.app_names == ["admin"] and match.url_name.startswith("reports_"):
        return f"admin {match.url_name} {match.kwargs.get('object_id', '')}".strip(), None, None
    return None
