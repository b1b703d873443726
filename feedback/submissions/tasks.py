"""Celery's side: tasks of a few lines that take ids and call the service."""

from uuid import UUID

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError

from feedback.access import audit, limits
from feedback.queue import (
    doorbell,
    fairness,
    ready,
    reaper,
    worker,
)
from feedback.submissions import erasure, handouts

_turns = fairness.Turns()


@shared_task(
    autoretry_for=(OperationalError, InterfaceError, OSError),
    retry_backoff=1,
    retry_backoff_max=60,
    max_retries=8,
)
def produce(submission_id: str) -> None:
    """Work on a submission for a slice of time, then let others have a turn."""
    turn = _turns.choose(UUID(submission_id))
    if turn.send_back:
        doorbell.send(turn.send_back.id, doorbell.queue_of(turn.send_back))
    with _turns.timed(turn):
        more = worker.produce(turn.submission_id)
    # Whoever was chosen out of turn has hints of its own; and a single is never more than a slice.
    if more and not turn.send_back:
        doorbell.send(turn.submission_id, doorbell.BULK)
    # A single has no hint of its own where enough were waiting (hints.publish): so whoever works looks for more.
    if waiting := ready.next_single():
        doorbell.send(waiting, doorbell.INTERACTIVE, enough=doorbell.ENOUGH_FOR_SINGLES)


@shared_task
def sweep() -> None:
    """Bring back what a lost message or a lost worker has left behind, and erase what is past its time."""
    doorbell.drop(doorbell.UPKEEP)  # one sweep does for all that gathered while no worker was there
    reaper.sweep()
    erasure.purge()
    handouts.purge()
    audit.purge()
    limits.purge()
    SessionStore.clear_expired()
