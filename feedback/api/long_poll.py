"""`?wait=`: how long a client would have its answer held until the task is done (`feedback.server.long_poll`)."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from feedback.api.errors import InvalidRequest

# Whoever asks for more waits so long, and asks again. Proxies give up on an answer after 60 as a rule.
LONGEST_SECONDS = 30
# Where the ASGI scope of a request that may be held has its Hold.
KEY = "feedback.hold"


@dataclass
class Hold:
    """What a view says of its answer: that it may be held back until this task is done, for so long."""

    task_id: UUID | None = None
    seconds: int = 0


def seconds_from(request: Request) -> int:
    """Raises InvalidRequest."""
    value = request.query_params.get("wait", "0")
    if not (value.isascii() and value.isdigit()):
        raise InvalidRequest(
            "wait", f"expected a whole number of seconds; what is over {LONGEST_SECONDS} is {LONGEST_SECONDS}"
        )
    return min(int(value.lstrip("0")[:3] or 0), LONGEST_SECONDS)


def may_wait(request: Request, task_id: UUID, seconds: int, answer: HttpResponseBase) -> HttpResponseBase:
    """The same answer, which may be held if it is none yet."""
    hold = getattr(request._request, "scope", {}).get(KEY)
    if hold is not None and seconds and answer.status_code == 202:
        hold.task_id, hold.seconds = task_id, seconds
    return answer
