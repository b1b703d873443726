"""Whether accepted work is being done: a worker that lives and does nothing is the commonest failure of a queue."""

from dataclasses import dataclass

from django.conf import settings

from feedback.queue import reaper
from feedback.queue.statements import rows

# The two kinds of work by the names that metrics and health have for them.
INTERACTIVE, BULK = "interactive", "bulk"


@dataclass(frozen=True)
class Queue:
    """One kind of work that waits. The table says so: the broker is not asked. Ages are in seconds."""

    name: str
    ready: int
    oldest_due_seconds: float
    running: int

    def stalled(self, seconds: float) -> bool:
        """Whether work has been due for longer than this while no worker was at any and none was finished."""
        if self.running or self.oldest_due_seconds <= seconds:
            return False
        return not _finished_since(seconds, single=self.name == INTERACTIVE)


def queues() -> list[Queue]:
    figures = {is_single: (ready, oldest, running) for is_single, ready, oldest, running in _backlog()}
    names = {True: INTERACTIVE, False: BULK}
    return [Queue(name, *figures.get(is_single, (0, 0.0, 0))) for is_single, name in names.items()]


def advice(seconds: float) -> str:
    """What to do about stalled work, by what swept last: every worker that runs has the table swept now and then."""
    swept, beat = reaper.last_sweep()
    if swept > seconds:
        return "No worker runs, or none reaches the database and the broker: start one."
    if settings.CELERY_BROKER_URL and beat > seconds:
        return "A worker runs, but beat has asked for no sweep: start `celery -A feedback beat`."
    return "A worker runs and does nothing: restart the workers."


def _backlog() -> list[tuple[bool, int, float, int]]:
    """A row for singles, one for the rest: (whether singles, ready, seconds that the oldest is due, running)."""
    found = rows("backlog")
    return [(bool(single), ready, float(oldest or 0.0), running) for single, ready, oldest, running in found]


def _finished_since(seconds: float, *, single: bool) -> bool:
    """Whether any single, or any other document, was finished in the last so many seconds."""
    return bool(rows("finished_since", seconds=seconds, single=single))
