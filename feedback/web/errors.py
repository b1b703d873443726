"""Errors outside the API's own views: a page for a browser, the API's envelope for everyone else."""

import math
import sys

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import pluralize

from feedback.access.budgets import Busy
from feedback.access.context import context_of
from feedback.access.rate_limits import Exceeded
from feedback.api import errors as api
from feedback.api.negotiation import names
from feedback.submissions.errors import NotWritable
from feedback.web.closed import NO_REPORT, NOT_NOW, closed_page, fault_page, is_link
from feedback.web.responses import wants_fragment

_API = ("/assignment", "/students", "/tasks", "/health", "/metrics", "/api")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not wants_page(request):
        return api.bad_request(request, exception)
    why = "The address, or the name of this site in it, is not one that the service answers to."
    return error_page(request, 400, "That request cannot be understood", why)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not wants_page(request):
        return api.forbidden(request, exception)
    return error_page(request, 403, "You may not see this", str(exception) or "Your account does not reach this far.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_link(request):
        return closed_page(request, 404, *NO_REPORT)
    if not wants_page(request):
        return api.not_found(request, exception)
    why = "It may have been deleted, or the address was cut short on its way to you."
    return error_page(request, 404, "There is nothing here", why)


def refused(request: HttpRequest, fault: Exception) -> HttpResponse:
    """An answer for a request that a rule refuses: out of scope, over a limit, or read only."""
    response = _refusal(request, fault)
    if isinstance(fault, Exceeded):
        response["Retry-After"] = str(fault.taken.seconds_left)
    elif isinstance(fault, Busy):
        response["Retry-After"] = api.RETRY_AFTER["Retry-After"]
    return response


def _refusal(request: HttpRequest, fault: Exception) -> HttpResponse:
    error, details = api.words_of(fault, request)
    status = api.status_of(fault) or 403
    if not wants_page(request):
        return JsonResponse(api.envelope(error, details), status=status)
    if isinstance(fault, Exceeded):
        minutes = math.ceil(fault.taken.seconds_left / 60)
        why = f"Try again in {minutes:,} minute{pluralize(minutes)}, or ask whoever runs this service for more."
        return error_page(request, status, "That was too often", why)
    if isinstance(fault, NotWritable):
        error = (
            "Your account may read this, but not change, hand out or delete it. Ask the people who run this service."
        )
    return error_page(request, status, "That is not possible", error)


def not_to_be_opened(request: HttpRequest, refusal: HttpResponseNotAllowed) -> HttpResponse:
    """An answer for a GET at an address that takes only POST."""
    if not wants_page(request):
        return refusal
    why = "This address takes what a form sends, and shows nothing by itself. Go back, and send the form again."
    response = error_page(request, 405, "There is nothing to open here", why)
    response["Allow"] = refusal["Allow"]
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """An answer while the database cannot be reached or the disk is full."""
    if is_link(request):
        response = closed_page(request, 503, *NOT_NOW)
    elif wants_page(request):
        response = error_page(request, 503, "The service cannot work right now", "Nothing was lost. Try again shortly.")
    else:
        response = api.unavailable()
    response["Retry-After"] = api.RETRY_AFTER["Retry-After"]
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """An answer for an unexpected fault; Django calls this while it handles the exception."""
    fault = sys.exception()
    if isinstance(fault, Exception) and api.status_of(fault) == api.UNAVAILABLE_STATUS:
        return unavailable(request)
    if is_link(request):
        return fault_page(request)
    if not wants_page(request):
        return api.server_error(request)
    request_id = context_of(request).request_id
    why = f"Nothing was lost. If it happens again, report it with this request id: {request_id}."
    return error_page(request, 500, "Something went wrong on our side", why)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not wants_page(request):
        return api.forbidden(request, PermissionDenied(reason))
    why = "This form was open for too long, or cookies are switched off. Go back, load the page again, and send it."
    return error_page(request, 403, "The form could not be accepted", why)


def error_page(request: HttpRequest, status: int, title: str, why: str) -> HttpResponse:
    return render(request, "error.html.j2", {"title": title, "why": why}, status=status)


def wants_page(request: HttpRequest) -> bool:
    """Whether a browser asks for a page: Accept names HTML itself, or htmx asks, which accepts anything."""
    return (names(request, "text/html") or wants_fragment(request)) and not request.path_info.startswith(_API)
