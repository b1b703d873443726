"""What is done about a task, as the log and the traces tell it."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from feedback.config import tracing
from feedback.store.models import Task


@contextmanager
def observed(name: str, task: Task, **attributes: str | int) -> Iterator[None]:
    """A context whose lines in the log have the task's ids, and a span in the trace of the POST that brought the task.

    The span is linked to the wake-up that led to it.
    """
    ids = {"task_id": str(task.id), "request_id": task.request_id}
    about: dict[str, str | int] = {"feedback.task_id": str(task.id), "feedback.format": task.format, **attributes}
    span = tracing.span(name, parent=task.traceparent, links=(tracing.traceparent(),), about=about)
    with structlog.contextvars.bound_contextvars(**ids), span:
        yield
