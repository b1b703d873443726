"""Celery's side: tasks of a few lines that take ids and call the service."""

from uuid import UUID

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError

from feedback.access import audit, limits
from feedback.reports import due, erasure, handout, hints, production, turns, upkeep

_turns = turns.Turns()


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
        hints.send(turn.send_back.id, hints.queue_of(turn.send_back))
    with _turns.timed(turn):
        more = production.produce(turn.submission_id)
    # Whoever was chosen out of turn has hints of its own; and a single is never more than a slice.
    if more and not turn.send_back:
        hints.send(turn.submission_id, hints.BULK)
    # A single has no hint of its own where enough were waiting (hints.publish): so whoever works looks for more.
    if waiting := due.next_single():
        hints.send(waiting, hints.INTERACTIVE, enough=hints.ENOUGH_FOR_SINGLES)


@shared_task
def sweep() -> None:
    """Bring back what a lost message or a lost worker has left behind, and erase what is past its time."""
    hints.drop(hints.UPKEEP)  # one sweep does for all that gathered while no worker was there
    upkeep.sweep()
    erasure.purge()
    handout.purge()
    audit.purge()
    limits.purge()
    SessionStore.clear_expired()
