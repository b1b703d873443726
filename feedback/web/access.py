"""The caller of a page."""

from django.http import HttpRequest

from feedback.access.callers import Caller
from feedback.access.context import context_of


def caller_of(request: HttpRequest) -> Caller:
    """The person who is logged in, or everyone in open mode. The middleware lets no other request reach a view."""
    caller = context_of(request).caller
    assert caller is not None  # noqa: S101 - access.middleware.KnownCallers has refused everyone else
    return caller
