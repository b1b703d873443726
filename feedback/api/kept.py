"""What clients ask for often, and what takes a while to find out: kept for a little in each process."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# A client that asks more often gets the same answer.
FRESH_SECONDS = 10


class Kept(Generic[T]):
    """The answer to a question, asked again when it is no longer fresh, by one thread at a time.

    While one thread asks, the others get the last answer at once: what is asked may hang for as long as its time-outs
    allow, and each request that waits holds a seat that others need. Raises what the question raises, and keeps nothing
    then.
    """

    def __init__(self, ask: Callable[[], T], keeps: Callable[[T], bool] = lambda _: True) -> None:
        """`keeps` says whether an answer holds for `FRESH_SECONDS`; one that does not is asked for anew each time."""
        self._ask, self._keeps = ask, keeps
        self._asking = threading.Lock()
        self._last: list[T] = []
        self._fresh_until = float("-inf")

    def __call__(self) -> T:
        last = self._last
        if last and time.monotonic() < self._fresh_until:
            return last[0]
        if not self._asking.acquire(blocking=not last):
            return last[0]
        try:
            # The first answer of all is waited for, and is then as new as this request could make it.
            if self._last and not last:
                return self._last[0]
            return self._anew()
        finally:
            self._asking.release()

    def forget(self) -> None:
        """Ask at the next time, however soon that is."""
        self._last, self._fresh_until = [], float("-inf")

    def _anew(self) -> T:
        begun = time.monotonic()
        answer = self._ask()
        self._last = [answer]
        self._fresh_until = begun + FRESH_SECONDS if self._keeps(answer) else float("-inf")
        return answer
