"""Telling the workers that there may be work. A hint may be lost or doubled without harm: the rows are the truth."""

import functools
import logging
from uuid import UUID

from celery import current_app
from kombu import Connection
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from feedback.reports.models import Submission

log = logging.getLogger(__name__)

TASK = "feedback.reports.tasks.produce"
# Enough to set every worker of a small installation to one class at once; each hint then follows the work.
HINTS_PER_CLASS = 8
STUDENTS_PER_HINT = 16
_PATIENCE_SECONDS = 0.4


def publish(submission: Submission) -> bool:
    """Send hints for a submission; False (and a line in the log) where the broker cannot be reached.

    To be called outside of any transaction: a worker must find the rows committed.
    """
    hints = min(HINTS_PER_CLASS, -(-submission.students // STUDENTS_PER_HINT))
    return all(send(submission.id, is_class=submission.is_class) for _ in range(hints))


def send(submission_id: UUID, *, is_class: bool) -> bool:
    queue = "bulk" if is_class else "interactive"
    try:
        with producers[_connection()].acquire(block=True, timeout=_PATIENCE_SECONDS) as producer:
            current_app.send_task(TASK, args=[str(submission_id)], queue=queue, producer=producer)
    except (OperationalError, OSError, LimitExceeded) as fault:
        log.warning("no hint sent for %s, the sweep will: %s", submission_id, fault)
        return False
    return True


@functools.cache
def _connection() -> Connection:
    """A connection of the publisher's own: a worker may wait for a slow broker, a request may not."""
    patience = {"socket_connect_timeout": _PATIENCE_SECONDS, "socket_timeout": _PATIENCE_SECONDS}
    once = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    return current_app.connection_for_write(transport_options=patience | once)
