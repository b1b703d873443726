"""What reading one body may cost: processor time, counted in every loop of every reader."""

import time
from math import inf
from typing import Protocol

from feedback.events.faults import TooLarge

# A turn of a loop takes about a microsecond; asking the clock takes about as long.
_TURNS_BETWEEN_LOOKS = 256
# A body that is read in less than this, as nearly all are, waits for nobody and yields to nobody.
UNNOTICED_SECONDS = 0.05


class Turn(Protocol):
    """How a server lets its other requests run beside a reading that takes long."""

    def begin(self) -> None:
        """Called before a step that takes long; may wait until the same sender's other readings are over."""

    def give_way(self) -> None:
        """Called again and again once the reading has taken UNNOTICED_SECONDS; may wait."""

    def end(self) -> None:
        """Called when the reading is over."""


class Effort:
    """A deadline in processor time of the thread that reads one body; without `seconds` there is none.

    A reader calls `spend` in each loop whose length the sender decides, with a weight where one turn does more
    than one small thing. What is done between `pause` and `resume` is not counted.
    """

    def __init__(self, seconds: float = inf, turn: Turn | None = None) -> None:
        self._seconds = seconds
        self._turn = turn
        self._turns = _TURNS_BETWEEN_LOOKS
        self._begun = time.thread_time()
        self._paused_at = 0.0
        self._idle = seconds == inf and turn is None

    def spend(self, weight: int = 1) -> None:
        """Count turns of a loop. Raises TooLarge once the time is used up."""
        self._turns -= weight
        if self._turns < 0:
            self._turns = _TURNS_BETWEEN_LOOKS
            self.look()

    def look(self) -> None:
        """Compare what was used with the deadline at once. Raises TooLarge."""
        if self._idle:
            return
        used = time.thread_time() - self._begun
        if used > self._seconds:
            raise TooLarge(
                f"Reading the body takes more than {self._seconds:g} seconds of processor time. "
                "Send the class in parts, leave out fields that this service does not read, "
                "or ask the operator to raise FEEDBACK_READ_SECONDS."
            )
        if self._turn is not None and used > UNNOTICED_SECONDS:
            self._turn.give_way()

    def begin_long(self) -> None:
        """Wait before one step that takes long and much room, however little was used so far."""
        if self._turn is not None:
            self._turn.begin()

    def end(self) -> None:
        """The reading is over, whatever its caller goes on to do."""
        if self._turn is not None:
            self._turn.end()

    def pause(self) -> None:
        self._paused_at = time.thread_time()

    def resume(self) -> None:
        self._begun += time.thread_time() - self._paused_at
