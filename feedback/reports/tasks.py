"""Celery's side: tasks of a few lines that take ids and call the service."""

from uuid import UUID

from celery import shared_task
from django.db import InterfaceError, OperationalError

from feedback.access import audit
from feedback.reports import erasure, hints, production, upkeep


@shared_task(
    autoretry_for=(OperationalError, InterfaceError, OSError),
    retry_backoff=1,
    retry_backoff_max=60,
    max_retries=8,
)
def produce(submission_id: str) -> None:
    """Work on a submission for a slice of time, then let others have a turn."""
    if production.produce(UUID(submission_id)):
        hints.send(UUID(submission_id), hints.BULK)  # a single is never more than a slice


@shared_task
def sweep() -> None:
    """Bring back what a lost message or a lost worker has left behind, and erase what is past its time."""
    hints.drop(hints.UPKEEP)  # one sweep does for all that gathered while no worker was there
    upkeep.sweep()
    erasure.purge()
    audit.purge()
