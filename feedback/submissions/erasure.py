"""Erasing: what was accepted, what was made of it, and every trace by which it could come back.

What is late finds nothing: a worker's write is fenced by a row that
is gone (or, for a class report, by a fence that has moved on), and an identical body is a new submission.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from feedback.access import audit
from feedback.access.audit import Action
from feedback.queue import claims, doorbell
from feedback.store.models import (
    Report,
    Submission,
    Submissions,
    WithdrawnLink,
)

log = structlog.stdlib.get_logger(__name__)

# Of one sweep: what is left over is purged by the next.
_PURGED_AT_ONCE = 100


def erase(submissions: Submissions, by: str) -> int:
    """Delete submissions with everything that was made of them; returns how many there were."""
    with transaction.atomic():
        ids = list(submissions.values_list("pk", flat=True))
        _lock(Q(submission__in=ids))
        Submission.objects.filter(pk__in=ids).delete()
        for task_id in ids:
            audit.record(by, Action.ERASE, "task", task_id)
    return len(ids)


def erase_student(submissions: Submissions, by: str, student_id: str, namespace: str | None = None) -> int:
    """Take a student out of these submissions, in one namespace or in all; returns how many submissions had them.

    A student's own submissions go whole. A class loses the student's report, its class report is made again
    from the others, and it forgets the hashes that were made with the student in it.
    """
    wanted = Q(kind=Report.Kind.STUDENT, student_id=student_id)
    if namespace is not None:
        wanted &= Q(namespace=namespace)
    with transaction.atomic():
        found = Report.objects.filter(wanted, submission__in=submissions)
        ids = set(found.values_list("submission", flat=True))
        _lock(Q(submission__in=ids) & (wanted | Q(kind=Report.Kind.CLASS)))
        theirs = Report.objects.filter(wanted, submission__in=ids)
        WithdrawnLink.objects.filter(report_id__in=list(theirs.values_list("pk", flat=True))).delete()
        theirs.delete()
        smaller = _without_the_student(ids)
        for task_id in ids:
            audit.record(by, Action.ERASE, "student", task_id)
    if smaller:
        doorbell.ring()
    return len(ids)


def purge() -> int:
    """Erase what is older than FEEDBACK_RETENTION_DAYS, the oldest first; returns how many submissions."""
    if settings.FEEDBACK_RETENTION_DAYS is None:
        return 0
    old = Submission.objects.filter(created_at__lt=Now() - timedelta(days=settings.FEEDBACK_RETENTION_DAYS))
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:_PURGED_AT_ONCE])
    purged = sum(
        erase(Submission.objects.filter(pk=pk), by="retention") for pk in ids
    )  # each on its own: a class is large
    if purged:
        log.info("submissions erased, older than FEEDBACK_RETENTION_DAYS", number=purged)
    return purged


def _lock(which: Q) -> None:
    """Take the rows in the order in which a worker stores them, so that neither waits for the other in a circle."""
    rows = Report.objects.filter(which).order_by("submission", "position").select_for_update(of=("self",))
    list(rows.values_list("pk", flat=True))


def _without_the_student(ids: Collection[UUID]) -> int:
    """See to submissions that lost a report: the empty ones are deleted; returns how many others there are."""
    content: dict[bytes, bytes] = defaultdict(lambda: secrets.token_bytes(32))
    smaller = 0
    for submission in Submission.objects.filter(pk__in=ids).defer("statistics"):
        submission.students = submission.reports.filter(kind=Report.Kind.STUDENT).count()
        if not submission.students:
            submission.delete()
            continue
        # Random from here on: equal still for one class in two formats, and for nothing that may yet be submitted.
        submission.content_sha256 = content[bytes(submission.content_sha256)]
        submission.identity = secrets.token_bytes(32)
        submission.idempotency = submission.statistics = None
        submission.request_id = ""  # the client's own words
        submission.save(
            update_fields=["students", "content_sha256", "identity", "idempotency", "statistics", "request_id"]
        )
        claims.make_class_report_again(submission.id)
        smaller += 1
    return smaller
