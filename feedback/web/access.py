"""Who is looking at a page."""

from django.http import HttpRequest

from feedback.access.callers import Caller


def caller_of(request: HttpRequest) -> Caller:
    """Everyone where the service is open, else who is logged in: without that, no page's view is reached."""
    caller: Caller = request.caller  # type: ignore[attr-defined] # access.middleware.KnownCallers' doing
    return caller
