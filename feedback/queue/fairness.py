"""Fair queueing: owners share the workers' time equally, however much each of them has submitted.

Each worker process gives the next slice to the owner to whom it has given the least time of those who have work that
is ready. No process needs to know of another: each is fair, so all of them together are.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from feedback.queue import claims
from feedback.queue.claims import Work

# For how many times what it took a look at the table is relied on: so looking takes a twentieth of the time at most,
# also where 30,000 documents wait (60 ms a look). A new owner waits that long, and a slice, for its first turn.
_COST = 20


class Turns:
    """One worker process's view of the owners who have work, and of the time that it has given to each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, list[Work]] = {}
        self._seconds: dict[str, float] = {}
        self._fresh_until = float("-inf")
        self._served = 0

    def in_order(self) -> Iterator[Work]:
        """Work of the owner whose turn it is: its singles, then one of its classes, then the next owner's, and so on.

        To be asked for more where what it gave was gone; it ends when there is surely no work.
        """
        looked = self._clock() >= self._fresh_until
        if looked:
            self._look()
        while True:
            while self._waiting:
                owner = min(self._waiting, key=self._precedence)
                yield Work(owner)  # also such as came since the look
                if classes := [work for work in self._waiting[owner] if work.upload]:
                    self._served += 1
                    yield classes[self._served % len(classes)]
                del self._waiting[owner]
            if looked:
                return
            self._look()
            looked = True

    @contextmanager
    def timed(self, work: Work) -> Iterator[None]:
        """Count the time inside for the owner."""
        began = self._clock()
        try:
            yield
        finally:
            self._seconds[work.owner] += self._clock() - began

    def _precedence(self, owner: str) -> tuple[float, bool]:
        return self._seconds[owner], Work(owner) not in self._waiting[owner]

    def _look(self) -> None:
        began = self._clock()
        self._waiting = {}
        for work in claims.waiting():
            self._waiting.setdefault(work.owner, []).append(work)
        # A new owner begins where the one who had least stands: neither ahead of the others nor behind.
        least = min((seconds for owner, seconds in self._seconds.items() if owner in self._waiting), default=0.0)
        self._seconds = {owner: self._seconds.get(owner, least) for owner in self._waiting}
        ended = self._clock()
        self._fresh_until = ended + _COST * (ended - began)
