"""Who is looking at a page."""

from django.http import HttpRequest

from feedback.access.callers import Caller
from feedback.access.context import context_of


def caller_of(request: HttpRequest) -> Caller:
    """Everyone where the service is open, else who is logged in: without that, no page's view is reached."""
    caller = context_of(request).caller
    assert caller is not None  # noqa: S101 - access.middleware.KnownCallers has refused everyone else
    return caller
