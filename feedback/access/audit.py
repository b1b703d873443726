"""Who read, handed out and erased what: kept by ids alone, so that no student's name outlives an erasure here."""

import functools
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from feedback.access.models import AuditEntry
from feedback.db.compiled_query import (
    A_TEXT,
    AN_ID,
    ANOTHER_ID,
    ANOTHER_TEXT,
    CompiledQuery,
)

log = structlog.stdlib.get_logger(__name__)

Action: TypeAlias = AuditEntry.Action

# Reading the same thing again and again, as whoever waits for it does, is one entry.
_SAME_READING = timedelta(minutes=10)
# Entries of one purge; what is left over is for the next.
_FORGOTTEN_AT_ONCE = 2_000


def record(by: str, action: Action, what: str, task_id: UUID | None = None, report_id: UUID | None = None) -> None:
    """Write down what was done; in the same transaction, where that is what does it."""
    AuditEntry.objects.create(actor=by, action=action, what=what, task_id=task_id, report_id=report_id)
    if action != Action.READ:  # readings are logged with their requests
        done = {"action": action.value, "by": by, "what": what, "task_id": str(task_id) if task_id else None}
        transaction.on_commit(partial(log.info, "audited", **done))


def record_all(by: str, action: Action, what: str, task_ids: Iterable[UUID]) -> None:
    """The same of many tasks in one statement."""
    ids = list(task_ids)
    AuditEntry.objects.bulk_create(AuditEntry(actor=by, action=action, what=what, task_id=one) for one in ids)
    for one in ids:
        done = {"action": action.value, "by": by, "what": what, "task_id": str(one)}
        transaction.on_commit(partial(log.info, "audited", **done))


def record_reading(by: str, what: str, task_id: UUID | None = None, report_id: UUID | None = None) -> None:
    """Write down that something was read, once in a while for each reader and thing."""
    about = {stand_in: value for stand_in, value in ((AN_ID, task_id), (ANOTHER_ID, report_id)) if value}
    lately = _lately(task_id is None, report_id is None).rows({A_TEXT: by, ANOTHER_TEXT: what, **about})
    if next(lately, None) is None:
        record(by, Action.READ, what, task_id, report_id)


def record_reading_of_reports(by: str, what: str, tasks: Mapping[UUID, UUID]) -> None:
    """The same of many reports, each with its task, in two statements."""
    lately = AuditEntry.objects.filter(
        at__gt=Now() - _SAME_READING, actor=by, action=Action.READ, what=what, task_id__in=set(tasks.values())
    )
    known = set(lately.values_list("report_id", flat=True))
    AuditEntry.objects.bulk_create(
        AuditEntry(actor=by, action=Action.READ, what=what, task_id=task_id, report_id=report_id)
        for report_id, task_id in tasks.items()
        if report_id not in known
    )


@functools.cache
def _lately(no_task: bool, no_report: bool) -> CompiledQuery[AuditEntry]:
    """A reading of the same by the same, if there was any a moment ago."""
    same = AuditEntry.objects.filter(
        at__gt=Now() - _SAME_READING,
        actor=A_TEXT,
        action=Action.READ,
        what=ANOTHER_TEXT,
        task_id=None if no_task else AN_ID,
        report_id=None if no_report else ANOTHER_ID,
    )
    return CompiledQuery(same.only("pk")[:1])


def purge() -> int:
    """Forget entries older than FEEDBACK_AUDIT_DAYS, so many at most that nobody waits for it; returns how many."""
    old = AuditEntry.objects.filter(at__lt=Now() - timedelta(days=settings.FEEDBACK_AUDIT_DAYS)).order_by("at")
    return AuditEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])).delete()[0]
