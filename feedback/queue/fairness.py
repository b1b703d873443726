"""Fair queueing: owners share the workers' time equally, however much each of them has submitted.

Each worker process gives the next slice to the owner to whom it has given the least time of those who have work that
is ready. No process needs to know of another: each is fair, so all of them together are.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from feedback.queue import claims

# For how many times what it took a look at the table is relied on: so looking takes a twentieth of the time at most,
# also where 30,000 documents wait (60 ms a look). A new owner waits that long, and a slice, for its first turn.
_COST = 20


@dataclass
class Turn:
    """An owner with work that is ready: perhaps singles, which go first, and classes, the oldest first."""

    owner: str
    has_singles: bool = False
    classes: list[UUID] = field(default_factory=list)


class Turns:
    """One worker process's view of the owners who have work, and of the time that it has given to each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, Turn] = {}
        self._seconds: dict[str, float] = {}
        self._fresh_until = float("-inf")
        self._served = 0

    def in_order(self) -> Iterator[Turn]:
        """Whose turn it is, then whose it would be if that owner's work is gone, until there is surely no work."""
        looked = self._clock() >= self._fresh_until
        if looked:
            self._look()
        while True:
            while self._waiting:
                owner = min(self._waiting, key=lambda one: (self._seconds[one], not self._waiting[one].has_singles))
                yield self._waiting[owner]
                del self._waiting[owner]  # the worker is back: it found nothing there
            if looked:
                return
            self._look()
            looked = True

    @contextmanager
    def timed(self, turn: Turn) -> Iterator[None]:
        """Count the time inside for the owner."""
        began = self._clock()
        try:
            yield
        finally:
            self._seconds[turn.owner] += self._clock() - began

    def class_of(self, turn: Turn) -> UUID | None:
        """One of the owner's classes that are ready, each in its turn; None where none is."""
        if not turn.classes:
            return None
        chosen = turn.classes[self._served % len(turn.classes)]
        self._served += 1
        return chosen

    def _look(self) -> None:
        began = self._clock()
        self._waiting = {}
        for owner, class_id in claims.waiting():
            turn = self._waiting.setdefault(owner, Turn(owner))
            if class_id is None:
                turn.has_singles = True
            else:
                turn.classes.append(class_id)
        # A new owner begins where the one who had least stands: neither ahead of the others nor behind.
        least = min((seconds for owner, seconds in self._seconds.items() if owner in self._waiting), default=0.0)
        self._seconds = {owner: self._seconds.get(owner, least) for owner in self._waiting}
        ended = self._clock()
        self._fresh_until = ended + _COST * (ended - began)
