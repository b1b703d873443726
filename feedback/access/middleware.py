"""What every answer is told to the browser and to whatever stands in between."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

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
