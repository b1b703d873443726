"""The envelope of every error, and the one table from a fault to its status.

Envelope: `{"error": "what failed, why, and how to mend it", "details": {place: [message, …]}}`.
"""

from typing import Any

import psycopg_pool
import structlog
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from feedback.access.budgets import Busy
from feedback.access.context import context_of
from feedback.access.rate_limits import Exceeded
from feedback.api.authentication import HOW_TO_GET_IN
from feedback.api.throttling import tell
from feedback.events import EventsError, InvalidEvents, TooLarge, UnsupportedInput
from feedback.store.objects import StoreLost
from feedback.submissions.errors import (
    Incomplete,
    KeyReused,
    LinksClosed,
    NoClass,
    NoMail,
    NotWritable,
    OutdatedFindings,
    OutOfScope,
    Refused,
    RosterFitsNobody,
    RosterLacks,
    UnknownStudent,
    UnknownTask,
)

log = structlog.stdlib.get_logger(__name__)


class InvalidRequest(Exception):
    """Something beside the body is wrong: a query parameter or a header, named in `details`."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.details = {place: [message]}


STATUSES: dict[type[Exception], int] = {
    InvalidEvents: 400,
    InvalidRequest: 400,
    BadRequest: 400,
    RosterFitsNobody: 400,
    exceptions.NotAuthenticated: 401,
    exceptions.AuthenticationFailed: 401,
    PermissionDenied: 403,
    exceptions.PermissionDenied: 403,
    OutOfScope: 403,
    NotWritable: 403,
    Http404: 404,
    exceptions.NotFound: 404,
    UnknownTask: 404,
    UnknownStudent: 404,
    NoClass: 404,
    OutdatedFindings: 404,
    exceptions.MethodNotAllowed: 405,
    Incomplete: 409,
    RosterLacks: 409,
    NoMail: 409,
    LinksClosed: 409,
    TooLarge: 413,
    UnsupportedInput: 415,
    KeyReused: 422,
    Exceeded: 429,
    Busy: 503,
    OperationalError: 503,
    InterfaceError: 503,
    InternalError: 503,  # of a database that went read-only, say
    psycopg_pool.PoolTimeout: 503,
    OSError: 503,
}
UNAVAILABLE_STATUS = 503
# Seconds, of every answer that says "not yet": an unfinished task, and a service that cannot answer at the moment.
RETRY_AFTER = {"Retry-After": "1"}


def status_of(fault: Exception) -> int | None:
    """The status that tells of a fault; None for one that nobody expected."""
    return next((STATUSES[kind] for kind in type(fault).__mro__ if kind in STATUSES), None)


def exception_handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: the response to a fault in a view; None (an unexpected fault) leaves it to `server_error`."""
    code = status_of(fault)
    if code is None:
        return None
    response = Response(envelope(*words_of(fault, context["request"])), status=code)
    if code == status.HTTP_405_METHOD_NOT_ALLOWED:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    elif code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    elif isinstance(fault, Exceeded):
        tell(response, fault.taken)
        response["Retry-After"] = str(fault.taken.seconds_left)
    elif code == status.HTTP_503_SERVICE_UNAVAILABLE:
        if not isinstance(fault, Busy):
            log.error("a dependency failed", exc_info=fault)
        response["Retry-After"] = RETRY_AFTER["Retry-After"]
    return response


def words_of(fault: Exception, request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """`error` and `details` of the envelope, for every fault that has a status."""
    match fault:
        case EventsError() | Refused():
            return fault.error, dict(fault.details)
        case Exceeded():
            return str(fault), {fault.taken.limit.name: [f"{fault.taken.remaining} left"]}
        case InvalidRequest():
            return f"The request cannot be taken because of `{fault.place}`: {fault}", dict(fault.details)
        case Busy():
            return str(fault), {}
        case StoreLost():
            return STORE_LOST, {}
        case exceptions.NotAuthenticated():
            return f"This service needs a key. {HOW_TO_GET_IN}", {}
        case exceptions.MethodNotAllowed():
            return f"{request.method} is not possible here; the Allow header lists what is.", {}
        case exceptions.APIException():
            return str(fault.detail), {}
        case Http404():
            return UNKNOWN_ADDRESS, {}
        case _:
            return UNAVAILABLE, {}


def envelope(error: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"error": error, "details": details or {}}


STORE_LOST = "The store that holds the documents cannot be reached right now. Nothing was lost; try again shortly."
UNAVAILABLE = "The service cannot reach its database or disk right now. Nothing was lost; try again shortly."
UNKNOWN_ADDRESS = "There is nothing at this address. The API begins at /assignment/html and /assignment/pdf."


def bad_request(_request: HttpRequest, exception: Exception) -> JsonResponse:
    why = "The request is not acceptable: check the Host header and the address."
    return JsonResponse(envelope(why, {"request": [type(exception).__name__]}), status=400)


def forbidden(_request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - passed by name
    return JsonResponse(envelope("This is not allowed with the credentials that were sent."), status=403)


def not_found(_request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - passed by name
    return JsonResponse(envelope(UNKNOWN_ADDRESS), status=404)


def unavailable() -> JsonResponse:
    return JsonResponse(envelope(UNAVAILABLE), status=503)


def server_error(request: HttpRequest) -> JsonResponse:
    """What an unexpected fault shows: an id under which the log has it all, and nothing of the inside."""
    request_id = context_of(request).request_id
    why = f"An unexpected fault. Nothing was lost; report it with this request id: {request_id}."
    return JsonResponse(envelope(why, {"request_id": [request_id]}), status=500)
