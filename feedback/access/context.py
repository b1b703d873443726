"""What the layers of one request tell each other: typed, and in one place."""

from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from django.http import HttpRequest

from feedback.access.callers import Caller
from feedback.access.rate_limits import Taken

# What was read, task id, report id: what the audit log keeps of a reading.
Reading: TypeAlias = tuple[str, UUID | None, UUID | None]
# The key of the ASGI scope under which a server that can hold an answer back puts its Hold.
HOLD_KEY = "feedback.hold"
_ATTRIBUTE = "_feedback_context"


@dataclass
class Hold:
    """A view's word to the server that its answer may be held back until this task is done, for so many seconds.

    `owner` is the caller's, among whom the places of those who wait are shared out.
    """

    task_id: UUID | None = None
    seconds: int = 0
    owner: str = ""


@dataclass
class RequestContext:
    """One request, as far as its layers know it. Each field says who writes it and who reads it."""

    # Written by RequestId; read by the log and by the answer to an unexpected error.
    request_id: str = "unknown"
    # Written by KnownCallers (pages) or by the API's views; read by the pages and the audit log. None: not known (yet).
    caller: Caller | None = None
    # Written by the throttle; read for the RateLimit headers.
    taken: Taken | None = None
    # Written by a view that answers with a report where its address does not say so; read by the audit log.
    reading: Reading | None = None
    # Written by a view that answers a POST with a page of a task: that page's name. Read by the audit log.
    shows: str = ""
    # Put into the ASGI scope by the server; written by a view (`api.long_poll`). Without such a server it goes unread.
    hold: Hold = field(default_factory=Hold)
    # The text of a new key or secret, shown once: written and read by the admin's two steps of making one.
    issued_key: str = ""


def context_of(request: HttpRequest) -> RequestContext:
    """The context of a request, made at the first call; REST framework's request has that of the one it wraps."""
    django_request: HttpRequest = getattr(request, "_request", request)
    known = django_request.__dict__
    if _ATTRIBUTE not in known:
        scope = getattr(django_request, "scope", {})
        known[_ATTRIBUTE] = RequestContext(hold=scope.get(HOLD_KEY) or Hold())
    found: RequestContext = known[_ATTRIBUTE]
    return found
