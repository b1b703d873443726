"""What can go wrong, one exception a kind.

FeedbackError
├── Unreachable          the network or the service is away, and stayed so
├── NotUnderstood        something answered that is no Feedback Generator
├── NotReady             what is asked for is still being made
├── TimedOut             a task was not done in the time that the caller gave it
├── TaskFailed           the task is final and has failed; `error` says why
└── ApiError             an answer with an error status: `status`, `error`, `details`
    ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, Conflict 409, Gone 410, TooLarge 413,
    │   UnsupportedMedia 415, KeyReused 422, TooManyRequests 429, HeadersTooLarge 431
    └── ServerError 5xx
        └── Unavailable 503
"""

from collections.abc import Mapping, Sequence

Details = Mapping[str, "Sequence[str] | int"]


class FeedbackError(Exception):
    """Anything that this package raises on purpose."""


class Unreachable(FeedbackError):
    """No answer that counts, after every attempt."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} cannot be reached: {reason}")
        self.url, self.reason = url, reason


class NotUnderstood(FeedbackError):
    """An answer that a Feedback Generator would not give: the address is most likely another one's."""


class NotReady(FeedbackError):
    """What is asked for is still being made: wait for the task first."""


class TimedOut(FeedbackError):
    """The task was not done in time. It goes on, and can be waited for again."""


class TaskFailed(FeedbackError):
    """The task is final, and there is no document. A class may still hold the reports of some students."""

    def __init__(self, task_id: str, error: str, details: Details) -> None:
        super().__init__(error)
        self.task_id, self.error, self.details = task_id, error, details


class ApiError(FeedbackError):
    """An answer with an error status. `details` maps each place to what is wrong there, as the service says it."""

    status = 0
    of_task = False  # whether it names a task: the 404 of a failed task does, that of an unknown address does not

    def __init__(self, status: int, error: str, details: Details, retry_after: float | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.details, self.retry_after = status, error, details, retry_after

    def __str__(self) -> str:
        places = [f"{place}: {_joined(what)}" for place, what in self.details.items()]
        return "\n".join([f"{self.status}: {self.error}", *places])


class BadRequest(ApiError):
    """400: the body, a parameter or a header breaks a rule; nothing was stored."""


class Unauthorized(ApiError):
    """401: no key, or one that is not valid or has expired."""


class Forbidden(ApiError):
    """403: the key may only read, or is not for this namespace."""


class NotFound(ApiError):
    """404: never issued, erased, of the other format, or another caller's."""


class Conflict(ApiError):
    """409: not possible as things stand, such as an archive with failed reports."""


class Gone(ApiError):
    """410: the link is closed."""


class TooLarge(ApiError):
    """413: over a limit of size, count or effort."""


class UnsupportedMedia(ApiError):
    """415: a type or an encoding that is not read."""


class KeyReused(ApiError):
    """422: the Idempotency-Key came before with other content."""


class TooManyRequests(ApiError):
    """429: more than the key may ask for in a while; `retry_after` says in how many seconds it may again."""


class HeadersTooLarge(ApiError):
    """431: the headers are larger than is read."""


class ServerError(ApiError):
    """5xx: the fault is the service's own, and its log says more."""


class Unavailable(ServerError):
    """503: the service cannot take this now. Nothing was stored."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: TooLarge,
    415: UnsupportedMedia,
    422: KeyReused,
    429: TooManyRequests,
    431: HeadersTooLarge,
    503: Unavailable,
}


def error_of(status: int, error: str, details: Details, retry_after: float | None = None) -> ApiError:
    """The exception that stands for an answer."""
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    return kind(status, error, details, retry_after)


def _joined(what: "Sequence[str] | int") -> str:
    return str(what) if isinstance(what, int) else "; ".join(what)
