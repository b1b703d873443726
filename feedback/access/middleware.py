"""What every answer gets, whoever made it: headers that keep it private, and an entry in the audit log."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from feedback.access import audit

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


class AuditOfReadings:
    """Writes down who read what: any answer at an address with a task in it, and whatever else says so itself.

    An answer says so by its attribute `reading`: (what, task id, report id). It is recorded before it is sent;
    in open mode nobody is known, so nothing is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.FEEDBACK_AUTH == "keys" and response.status_code in (200, 206, 304):
            self._record(request, response)
        return response

    def _record(self, request: HttpRequest, response: HttpResponseBase) -> None:
        match, caller = request.resolver_match, getattr(request, "caller", None)
        reading = getattr(response, "reading", None)
        if reading is None and match is not None and "task_id" in match.kwargs and request.method in ("GET", "HEAD"):
            reading = (match.url_name or match.route, match.kwargs["task_id"], match.kwargs.get("report_id"))
        if reading is not None and caller is not None:
            audit.record_reading(caller.name, *reading)
