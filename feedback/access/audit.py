"""Who read, handed out and erased what: kept by ids alone, so that no student's name outlives an erasure here."""

from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from feedback.access.models import AuditEntry

Action: TypeAlias = AuditEntry.Action

# Reading the same thing again and again, as whoever waits for it does, is one entry.
_SAME_READING = timedelta(minutes=10)


def record(by: str, action: Action, what: str, task_id: UUID | None = None, report_id: UUID | None = None) -> None:
    """Write down what was done; in the same transaction, where that is what does it."""
    AuditEntry.objects.create(actor=by, action=action, what=what, task_id=task_id, report_id=report_id)


def record_reading(by: str, what: str, task_id: UUID | None = None, report_id: UUID | None = None) -> None:
    """Write down that something was read, once in a while for each reader and thing."""
    lately = AuditEntry.objects.filter(at__gt=Now() - _SAME_READING, actor=by, action=Action.READ, what=what)
    if not lately.filter(task_id=task_id, report_id=report_id).exists():
        record(by, Action.READ, what, task_id, report_id)


def purge() -> int:
    """Forget entries older than FEEDBACK_AUDIT_DAYS; returns how many."""
    old = AuditEntry.objects.filter(at__lt=Now() - timedelta(days=settings.FEEDBACK_AUDIT_DAYS))
    return old.delete()[0]
