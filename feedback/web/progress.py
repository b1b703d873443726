"""How far an upload is: counts, rate and time left of each of its tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from feedback.contract.states import State
from feedback.store.models import (
    HEADLINE,
    UNFINISHED,
    Document,
    Task,
)
from feedback.store.progress import LATELY, Counts, counts

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
    counted = counts([task.id for task in tasks])
    headlines = Document.objects.filter(task__in=counted, position=HEADLINE).values_list("task", "state", "error")
    states = {task_id: (State(state), error) for task_id, state, error in headlines}
    return [_progress(task, counted[task.id], *states[task.id]) for task in tasks]


def _progress(task: Task, counted: Counts, state: State, error: str) -> Progress:
    return Progress(
        task=task,
        state=state,
        error=error,
        total=counted.total,
        done=counted.done,
        failed=counted.failed,
        per_second=_per_second(counted),
    )


def _per_second(counted: Counts) -> float | None:
    elapsed = min(timezone.now() - counted.created_at, LATELY).total_seconds()
    return counted.lately / elapsed if counted.lately and elapsed > 0 else None


def milestone(tasks: Sequence[Progress]) -> int:
    """The last of 0, 25, 50, 75 and 100 per cent that all tasks together have passed: often enough to be told."""
    total, finished = sum(task.total for task in tasks), sum(task.finished for task in tasks)
    return 100 * finished // max(total, 1) // _MILESTONE_PERCENT * _MILESTONE_PERCENT
