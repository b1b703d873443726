"""How far an upload is: counts, rate and time left of each of its tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from feedback.contract.states import State
from feedback.store.models import (
    HEADLINE,
    UNFINISHED,
    Document,
    Task,
)

_WINDOW = timedelta(seconds=10)
_MILESTONE_PERCENT = 25


@dataclass(frozen=True)
class Progress:
    """One task's students. `state` is the headline report's; `per_second` is measured over the last seconds."""

    task: Task
    state: State
    error: str
    total: int
    done: int
    failed: int
    per_second: float | None

    @property
    def finished(self) -> int:
        return self.done + self.failed

    @property
    def unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def percent(self) -> int:
        return 100 * self.finished // self.total if self.total else 100

    @property
    def seconds_left(self) -> float | None:
        if not self.per_second or not self.unfinished:
            return None
        return (self.total - self.finished) / self.per_second


def progress_of(tasks: Sequence[Task]) -> list[Progress]:
    """One for each, in the same order. Two queries."""
    reports = Document.objects.filter(task__in=[task.id for task in tasks])
    counted = reports.filter(kind=Document.Kind.STUDENT).values("task")
    counts = {
        row["task"]: row
        for row in counted.annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state=State.SUCCESS)),
            failed=Count("pk", filter=Q(state=State.FAILURE)),
            recent=Count("pk", filter=Q(finished_at__gte=Now() - _WINDOW)),
        )
    }
    headlines = {
        task_id: (State(state), error)
        for task_id, state, error in reports.filter(position=HEADLINE).values_list("task", "state", "error")
    }
    return [_progress(task, counts[task.id], *headlines[task.id]) for task in tasks]


def _progress(task: Task, counts: Mapping[str, Any], state: State, error: str) -> Progress:
    return Progress(
        task=task,
        state=state,
        error=error,
        total=counts["total"],
        done=counts["done"],
        failed=counts["failed"],
        per_second=_per_second(counts["recent"], task.created_at),
    )


def _per_second(recent: int, since: datetime) -> float | None:
    elapsed = min(timezone.now() - since, _WINDOW).total_seconds()
    return recent / elapsed if recent and elapsed > 0 else None


def milestone(tasks: Sequence[Progress]) -> int:
    """The last of 0, 25, 50, 75 and 100 per cent that all tasks together have passed: often enough to be told."""
    total, finished = sum(task.total for task in tasks), sum(task.finished for task in tasks)
    return 100 * finished // max(total, 1) // _MILESTONE_PERCENT * _MILESTONE_PERCENT
