"""How much a worker process claims at once and when its slice of time is over. Pure: the clock is given."""

import time
from collections.abc import Callable, Sequence

from feedback.queue.claims import Share

# Long enough that wake-ups, claims and commits vanish beside the work, short enough for other owners to have a turn.
SLICE_SECONDS = 1.0
# By this part of itself a slice ends early or late: another claim, or a release, costs more than it is worth.
SLACK = 1 / 8
# Batch window: the longest that a single waits for others to share one claim and one commit with it.
BATCH_SECONDS = 0.1
# How much longer a batch may take than expected before the rest of it is released, to be committed apart.
GRACE_SECONDS = 0.05
# How often a class looks whether a single is due: often enough for its reader, seldom enough to cost nothing.
LOOK_SECONDS = 0.05
# How many a process claims that does not know yet how long one takes, and how many a claim takes at most.
FIRST_BATCH, LARGEST_BATCH = 4, 64


class Pacer:
    """What one worker process knows of its own pace: the seconds that a document lately took, by the kind of work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, slice_seconds: float = SLICE_SECONDS) -> None:
        self.clock, self.slice_seconds = clock, slice_seconds
        self.interrupted = False  # whether a single cut the last slice of a class short
        self._pace: dict[str, float] = {}

    def learn(self, kind: str, seconds: Sequence[float]) -> None:
        """Take note of how many seconds each of the latest documents of this kind took."""
        if seconds:
            self._pace[kind] = sum(seconds) / len(seconds)

    def batch(self, kind: str, seconds: float) -> int:
        """How many of a kind this process makes in so many seconds; at least one."""
        if kind not in self._pace:
            return FIRST_BATCH
        return min(max(round(seconds / self._pace[kind]), 1), LARGEST_BATCH)


class Slice:
    """One owner's turn, which begins now: batches of singles, or parts of a class until a single is due."""

    def __init__(self, pacer: Pacer, kind: str, single_is_due: Callable[[], bool] | None = None) -> None:
        """Amid a class `single_is_due` is asked every LOOK_SECONDS; None for singles, which nothing interrupts."""
        self._pacer, self._kind, self._single_is_due = pacer, kind, single_is_due
        now, self._slack = pacer.clock(), pacer.slice_seconds * SLACK
        self._until = now + pacer.slice_seconds
        self._stops_at = self._until + self._slack
        self._look_at = now + LOOK_SECONDS

    def share(self) -> Share:
        """How much to claim now."""
        now = self._pacer.clock()
        seconds = max(self._until - now, 0.0)
        if self._single_is_due is None:
            seconds = min(seconds, BATCH_SECONDS)
            self._stops_at = now + seconds + GRACE_SECONDS
        elif self._pacer.interrupted:
            seconds = min(seconds, LOOK_SECONDS)  # singles keep coming
        quickly_made = min(seconds, BATCH_SECONDS)
        return Share(self._pacer.batch(self._kind, seconds), self._pacer.batch(self._kind, quickly_made))

    def over(self) -> bool:
        """Whether to make no more of what is claimed."""
        self._look()
        return self._pacer.clock() >= self._stops_at

    def spent(self) -> bool:
        """Whether the time is over, or too little of it left for another claim."""
        self._look()
        return self._pacer.clock() + self._slack > self._until

    def _look(self) -> None:
        now = self._pacer.clock()
        if self._single_is_due and self._look_at <= now < self._stops_at:
            self._look_at = now + LOOK_SECONDS
            self._pacer.interrupted = self._single_is_due()
            if self._pacer.interrupted:
                self._until = self._stops_at = now
