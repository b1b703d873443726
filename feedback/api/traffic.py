"""Requests counted and logged: how many, of which route, with which status, how long.

The counters are of this web process; with `feedback web --workers` its processes share them in files
(prometheus_client's multiprocess mode). They begin at 0 when the service starts, and never go down after that.
"""

import logging
import os
from contextlib import AbstractContextManager, nullcontext
from http import HTTPMethod

import structlog
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Summary
from prometheus_client.multiprocess import MultiProcessCollector

from feedback.config import tracing

log = structlog.stdlib.get_logger(__name__)

# Set by `feedback web` where it has several processes; read by prometheus_client too, when it is imported.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Probes, scrapes and static files: lines of the level debug.
_FREQUENT = ("health/", "metrics", "static/")
_METHODS = frozenset(HTTPMethod)

_requests = Counter(
    "feedback_http_requests",
    "Requests answered, 429s and other refusals too.",
    ("method", "route", "status"),
    registry=None,
)
_seconds = Summary(
    "feedback_http_request_seconds", "From the first line of code to the answer.", ("route",), registry=None
)


def register(registry: CollectorRegistry) -> None:
    if os.environ.get(SHARED_FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it registers itself
    else:
        registry.register(_requests)
        registry.register(_seconds)


def traced(request: HttpRequest) -> AbstractContextManager[object]:
    """A context that is the request's span where traces are on; `note` says what became of it."""
    if request.path_info.lstrip("/").startswith(_FREQUENT):
        return nullcontext()
    method = request.method if request.method in _METHODS else "_OTHER"
    return tracing.span(
        str(method),
        "server",
        parent=request.headers.get(tracing.TRACEPARENT, ""),
        about={"http.request.method": str(method)},
    )


def note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count an answered request and log it in one line. `seconds` end before the first byte is sent.

    By its route, not its address: an address may hold a student's id, or be a link that opens a report.
    """
    match = request.resolver_match
    route = match.route if match else _without_view(request.path_info, response.status_code)
    method = request.method if request.method in _METHODS else "other"
    _requests.labels(method, route, response.status_code).inc()
    _seconds.labels(route).observe(seconds)
    tracing.rename(f"{method} {route}", {"http.route": route, "http.response.status_code": response.status_code})
    log.log(
        logging.DEBUG if route.startswith(_FREQUENT) else logging.INFO,
        "request answered",
        method=method,
        route=route,
        status=response.status_code,
        seconds=round(seconds, 4),
        **{name: str(value) for name, value in (match.kwargs if match else {}).items() if name.endswith("_id")},
    )


def _without_view(path: str, status: int) -> str:
    """The route of what no view has answered: a file, a redirect to HTTPS, or nothing at this address."""
    return "static/" if status in (200, 304) or path.startswith("/static/") else "(none)"
