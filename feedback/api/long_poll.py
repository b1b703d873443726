"""`?wait=`: how long a client would have its answer held until the task is done (`feedback.server.long_poll`)."""

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from feedback.access.context import context_of
from feedback.api.authentication import caller_of
from feedback.api.errors import InvalidRequest

# Whoever asks for more waits so long, and asks again. Proxies give up on an answer after 60 as a rule.
LONGEST_SECONDS = 30


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
    if seconds and answer.status_code == 202:
        hold = context_of(request).hold
        hold.task_id, hold.seconds, hold.owner = task_id, seconds, caller_of(request).owner
    return answer
