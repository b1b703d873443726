"""What every request gets, whatever it asks for."""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from feedback.access.context import context_of
from feedback.api import traffic

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Gives each request an id, the client's own X-Request-ID where it is harmless, and answers with it.

    Everything logged on behalf of the request bears it, in the worker too (`Submission.request_id`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if _ACCEPTABLE.fullmatch(sent) else secrets.token_hex(8)
        context_of(request).request_id = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        with traffic.traced(request):
            begun = time.perf_counter()
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            traffic.note(request, response, time.perf_counter() - begun)
        return response
