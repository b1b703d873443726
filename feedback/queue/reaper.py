"""The sweep: what is due although nobody is working on it is hinted at again."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from feedback.queue import claims, doorbell, ready
from feedback.store.models import Report, Submission

log = structlog.stdlib.get_logger(__name__)

# Queues that hold this many messages keep the workers busy; more hints would only make them longer.
ENOUGH = {doorbell.INTERACTIVE: doorbell.ENOUGH_FOR_SINGLES, doorbell.BULK: 2_000}
# Yet the longest neglected are always hinted at, so that no lost hint waits for a queue that never drains.
AT_LEAST = 10
_SWEEP_LOCK = 0x5EE9  # any number that no other advisory lock of this database has


def patience() -> timedelta:
    """Work attended to more recently than this is probably in the queue or in progress."""
    return timedelta(seconds=settings.FEEDBACK_LEASE_SECONDS / 3)


def sweep() -> int:
    """Give up what has no attempt left, hint at what else is neglected, the longest first; returns at how many.

    Sweeps at the same moment, of two beats say, do no harm: one works, the others find the lock taken.
    """
    neglected: list[Submission] = []
    rooms = {queue: _room(queue) for queue in ENOUGH}
    with transaction.atomic():
        if not _alone():
            return 0
        if given_up := claims.give_up_exhausted():
            log.warning("reports given up: their worker was lost on the last attempt", number=given_up)
        for queue, room in rooms.items():
            neglected += _neglected(is_class=queue == doorbell.BULK)[:room]
        # Marked before they are hinted at: should we end in between, a sweep finds them when they are neglected again.
        _attended(Submission.objects.filter(id__in=[submission.id for submission in neglected]))
    for number, submission in enumerate(neglected):
        if not doorbell.publish(submission):
            return number
    return len(neglected)


def attend(submission: Submission) -> bool:
    """Note that a neglected submission is attended to; False where it is not neglected."""
    return _attended(_unattended(Submission.objects.filter(id=submission.id))) == 1


def _attended(submissions: QuerySet[Submission]) -> int:
    return submissions.update(attended_at=Now())


def _room(queue: str) -> int:
    """How many submissions may be hinted at: none where the broker is down, so that it is not hammered."""
    waiting = doorbell.waiting(queue)
    return 0 if waiting is None else max(ENOUGH[queue] - waiting, AT_LEAST)


def _alone() -> bool:
    """Take the sweep's lock for the current transaction; False where another has it. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
        return bool(cursor.fetchone()[0])


def _neglected(*, is_class: bool) -> QuerySet[Submission]:
    work = ready.among(Report.objects.filter(submission=OuterRef("pk")))
    return _unattended(Submission.objects.filter(Exists(work), is_class=is_class)).order_by("attended_at")


def _unattended(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    return submissions.filter(attended_at__lt=Now() - patience())
