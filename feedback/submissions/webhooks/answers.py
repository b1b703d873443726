"""What came of a try."""

from dataclasses import dataclass

# The whole of a try, from the resolution of the name to the end of the answer.
WHOLE_SECONDS = 15.0


@dataclass(frozen=True)
class Answer:
    """A status, or None and why there is none.

    `retry_after` is in seconds, 0 where it was not asked for; `wants_no_more` says that no other try would do.
    """

    status: int | None
    words: str
    retry_after: float = 0.0
    wants_no_more: bool = False

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
