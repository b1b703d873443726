"""Celery's side: tasks of a few lines, none of which takes an argument."""

from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_init, worker_process_init, worker_process_shutdown
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError

from feedback.access import audit, rate_limits
from feedback.celery import UPKEEP
from feedback.config import tracing
from feedback.db.connections import empty_sqlites_log
from feedback.queue import doorbell, reaper
from feedback.queue.worker import Worker
from feedback.store import leftovers
from feedback.submissions import handouts, retention, senders, tallies
from feedback.submissions.webhooks import outbox as webhooks

log = structlog.stdlib.get_logger(__name__)

# Where the edition before this one sent its messages: nothing takes them, and what they are about is in the table.
_FORMER_QUEUES = ("interactive", "bulk")
# After so many intervals without a sweep a worker sweeps by itself: where beat asks for one each interval, and where no
# broker is. There the worker processes ask, each every interval, and one of them is let through.
_OVERDUE, _OVERDUE_WITHOUT_BEAT = 3.0, 0.9
_worker = Worker(doorbell.ring)


def begin_sending(**_: Any) -> None:
    """Each process of a worker sends mail and delivers webhooks, in threads that begin after the fork."""
    senders.start()


@worker_init.connect
def have_each_process_send(**_: Any) -> None:
    """From here on, so that Celery first closes the connections that a process has of the worker."""
    worker_process_init.connect(begin_sending)


@worker_process_shutdown.connect
def stop_sending(**_: Any) -> None:
    senders.stop()


@shared_task(
    bind=True,
    autoretry_for=(OperationalError, InterfaceError, OSError),
    retry_backoff=1,
    retry_backoff_max=60,
    max_retries=8,
)
def wake(self: Any) -> None:
    """Answer a ring: one slice of work, and another ring where work is left."""
    ring = (self.request.headers or {}).get(tracing.TRACEPARENT, "")
    with tracing.span("wake", "consumer", parent=ring):
        if _worker.answer():
            doorbell.ring()


@shared_task
def sweep() -> None:
    """See to what a lost message or a lost worker has left behind, and erase what is past its time."""
    reaper.note_beat()
    _sweep()


@shared_task
def sweep_if_overdue() -> None:
    """The same where no sweep came for a while: every worker asks for it, so that the work goes on without beat."""
    intervals = _OVERDUE if settings.CELERY_BROKER_URL else _OVERDUE_WITHOUT_BEAT
    if reaper.begin_sweep(intervals * settings.FEEDBACK_SWEEP_SECONDS):
        if settings.CELERY_BROKER_URL:
            log.warning("no sweep came from beat for a while, so a worker sweeps by itself")
        _sweep()


def _sweep() -> None:
    doorbell.drop(UPKEEP, *_FORMER_QUEUES)  # one sweep does for all that gathered while no worker was there
    reaper.sweep()
    tallies.tally()  # before anything is erased
    retention.purge()
    handouts.purge()
    webhooks.prune()
    audit.purge()
    rate_limits.purge()
    SessionStore.clear_expired()
    leftovers.delete()
    leftovers.look_through()
    empty_sqlites_log()  # after all that erases
