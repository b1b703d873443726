"""Who is looking at a page."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from feedback.access.callers import ANYONE, Caller


def caller_of(request: HttpRequest) -> Caller:  # noqa: ARG001 - who it is will be in its session
    """Raises PermissionDenied where the service is not open to everyone."""
    if settings.FEEDBACK_AUTH == "open":
        return ANYONE
    raise PermissionDenied("This service is closed. Its operator can set FEEDBACK_AUTH=open where only you reach it.")
