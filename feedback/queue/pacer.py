"""How much a worker process claims at once and when its slice of time is over. Pure: the clock is given."""

import time
from collections.abc import Callable

# Long enough that wake-ups, claims and commits vanish beside the work, short enough for other owners to have a turn.
SLICE_SECONDS = 1.0
# By this part of itself a slice ends early or late: another claim, or a release, costs more than it is worth.
SLACK = 1 / 8
# Batch window: the longest that a single waits for others to share one claim and one commit with it.
BATCH_SECONDS = 0.1
# How much longer a batch may take than expected before the rest of it is released, to be committed apart.
GRACE_SECONDS = 0.05
# The part of what is left of a class that one claim may take: all workers are to be done with it at the same time.
SHARE = 1 / 4
# How often a class looks whether a single is due: often enough for its reader, seldom enough to cost nothing.
LOOK_SECONDS = 0.05
# How many a process claims that does not know yet how long one takes, and how many a claim takes at most.
FIRST_BATCH, LARGEST_BATCH = 4, 64


class Pacer:
    """What one worker process knows of its own pace: the seconds that a document lately took, by the kind of work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.interrupted = False  # whether a single cut the last slice of a class short
        self._pace: dict[str, float] = {}

    def learn(self, kind: str, seconds: float) -> None:
        """Take note that a document of this kind took so many seconds."""
        self._pace[kind] = seconds

    def batch(self, kind: str, seconds: float) -> int:
        """How many of a kind this process makes in so many seconds; at least one."""
        if kind not in self._pace:
            return FIRST_BATCH
        return min(max(round(seconds / self._pace[kind]), 1), LARGEST_BATCH)

    def share(self, kind: str, left: int, seconds: float) -> int:
        """How many to claim of a class that has `left` before it.

        Less towards the end of the class, or the last worker to claim would leave the others idle; yet no less than
        a batch, which is made quickly.
        """
        fair = max(round(left * SHARE), self.batch(kind, BATCH_SECONDS))
        return min(self.batch(kind, seconds), fair)

    def slice(self, seconds: float = SLICE_SECONDS) -> "Slice":
        """A slice of time that begins now."""
        return Slice(self, seconds)


class Slice:
    """One owner's turn: over when its time is or, amid a class, when a single is found to be due."""

    def __init__(self, pacer: Pacer, seconds: float) -> None:
        now = pacer.clock()
        self._pacer = pacer
        self._until, self._slack = now + seconds, seconds * SLACK
        self._ends = self._until + self._slack
        self._look_at = now + LOOK_SECONDS

    def batch_seconds(self) -> float:
        """The time that the next claim of singles should fill."""
        return max(min(BATCH_SECONDS, self._until - self._pacer.clock()), 0.0)

    def class_seconds(self) -> float:
        """The time that the next claim of a class should fill: little where singles keep coming."""
        left = self._until - self._pacer.clock()
        return max(min(left, LOOK_SECONDS) if self._pacer.interrupted else left, 0.0)

    def spent(self) -> bool:
        """Whether the time is over, or too little of it left for another claim."""
        return self._pacer.clock() + self._slack > min(self._until, self._ends)

    def over_after(self, seconds: float) -> Callable[[], bool]:
        """A condition for a batch of singles: that many seconds from now, and a little more, have passed."""
        end = self._pacer.clock() + seconds + GRACE_SECONDS
        return lambda: self._pacer.clock() >= end

    def over(self, single_is_due: Callable[[], bool]) -> bool:
        """Whether a class must stop now. Asks `single_is_due` every LOOK_SECONDS."""
        now = self._pacer.clock()
        if self._look_at <= now < self._ends:
            self._look_at = now + LOOK_SECONDS
            self._pacer.interrupted = single_is_due()
            if self._pacer.interrupted:
                self._ends = now
        return now >= self._ends
