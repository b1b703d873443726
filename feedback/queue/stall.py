"""Whether accepted work is being eaten: a worker that lives and eats nothing is the commonest failure of a queue."""

from dataclasses import dataclass

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Now

from feedback.contract.states import State
from feedback.queue import doorbell, ready
from feedback.store.models import HEADLINE, Report


@dataclass(frozen=True)
class Queue:
    """What waits in one of the queues. The tables say so: the broker is not asked. Ages are in seconds."""

    name: str
    ready: int
    oldest_due_seconds: float
    running: int
    last_finished_seconds: float

    def stalled(self, seconds: float) -> bool:
        """Whether something has been due for longer than this, while no one was at work and nothing was finished."""
        return not self.running and min(self.oldest_due_seconds, self.last_finished_seconds) > seconds


def queues() -> list[Queue]:
    return [_queue(name) for name in (doorbell.INTERACTIVE, doorbell.BULK)]


def _queue(name: str) -> Queue:
    single = Q(position=HEADLINE, kind=Report.Kind.STUDENT)
    reports = Report.objects.filter(single if name == doorbell.INTERACTIVE else ~single)
    waiting = ready.among(reports).aggregate(number=Count("pk"), age=Max(Now() - F("due_at")))
    running = reports.filter(state=State.RUNNING, due_at__gt=Now()).count()
    finished = reports.filter(finished_at__isnull=False).order_by("-finished_at")
    since = finished.values_list(Now() - F("finished_at"), flat=True).first()
    return Queue(
        name=name,
        ready=waiting["number"],
        oldest_due_seconds=waiting["age"].total_seconds() if waiting["number"] else 0.0,
        running=running,
        last_finished_seconds=float("inf") if since is None else since.total_seconds(),
    )
