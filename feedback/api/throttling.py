"""Limits in HTTP: the count of requests, and the headers that say how it stands."""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from feedback.access import rate_limits
from feedback.access.context import context_of
from feedback.api.authentication import caller_of


class RequestsPerMinute(BaseThrottle):
    """Counts each request of a known caller. Raises rate_limits.Exceeded, which the error table answers."""

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002 - DRF's signature
        context_of(request).taken = rate_limits.take(rate_limits.requests(), caller_of(request).meter)
        return True


def tell(response: HttpResponseBase, taken: rate_limits.Taken | None) -> None:
    """`RateLimit` and `RateLimit-Policy`, where anything is counted; what an exceeded limit has said stays."""
    if taken is not None and not response.has_header("RateLimit"):
        response["RateLimit"] = rate_limits.standing(taken)
        response["RateLimit-Policy"] = rate_limits.policy()
