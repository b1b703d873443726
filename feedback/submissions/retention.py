"""Erasing what is older than FEEDBACK_RETENTION_DAYS: however much that is, nobody else waits for it.

Each piece is a transaction of about a tenth of a second, and as long a pause follows; a sweep ends early where a report
of one student is due.
Small uploads go whole, many in a piece. The task of a large class is first taken out of sight, with its class report
and everything that could bring it back, and then goes a few documents at a time.
"""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from feedback.access import audit
from feedback.access.audit import Action
from feedback.queue import claims
from feedback.store import leftovers, locks
from feedback.store.models import Document, HandOut, Student, Task, Upload
from feedback.submissions.erasure import erase

log = structlog.stdlib.get_logger(__name__)

_BY = "retention"
# Documents, or students, of one piece: the fewest, with which a process begins, and the most. A piece has some twenty
# statements whatever its size, so small pieces would be slow, and large ones hold their locks for long.
_LEAST, _MOST = 50, 500
_PIECE_SECONDS = 0.1
# Of one sweep; half of it are pauses. SQLite has one writer at a time: two pieces in five seconds take it for a
# twenty-fifth of the time, so that fewer than one in twenty writers have to wait.
_SECONDS = {"postgresql": 2.0, "sqlite": 0.3}


class _Pace:
    """How much a piece may have, as this process has learnt."""

    def __init__(self) -> None:
        self._number = _LEAST

    @property
    def number(self) -> int:
        return min(max(self._number, _LEAST), _MOST)

    def learn(self, seconds: float) -> None:
        """A piece of `number` took so many seconds: the next has what would take _PIECE_SECONDS, or twice as much."""
        number = self.number
        self._number = 2 * number if seconds <= _PIECE_SECONDS / 2 else int(number * _PIECE_SECONDS / seconds)


_pace = _Pace()


def purge(seconds: float | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Erase what is past its time, the oldest first, for about this long; returns how many tasks are gone."""
    purged, until = 0, time.monotonic() + (_SECONDS[connection.vendor] if seconds is None else seconds)
    while True:
        begun = time.monotonic()
        gone = _piece(_pace.number)
        if gone is None:
            break
        purged += gone
        now = time.monotonic()
        _pace.learn(now - begun)
        if now >= until or claims.single_is_due():
            break
        sleep(now - begun)
    if purged:
        log.info("tasks erased, older than FEEDBACK_RETENTION_DAYS", number=purged)
    return purged


def _piece(number: int) -> int | None:
    """Erase so many documents or students; returns how many tasks that ended, None where none is past its time."""
    expired = Task.objects.exclude(expired_at=None).order_by("expired_at", "pk").only("pk", "upload_id").first()
    if expired is not None:
        return _part_of(expired, number)
    if settings.FEEDBACK_RETENTION_DAYS is None:
        return None
    old = Task.objects.filter(created_at__lt=Now() - timedelta(days=settings.FEEDBACK_RETENTION_DAYS))
    oldest = list(old.order_by("created_at").values_list("pk", "upload__students")[:number])
    if not oldest:
        return None
    whole, students = [], 0
    for task_id, of_task in oldest:
        if (students := students + of_task) > number:
            break
        whole.append(task_id)
    if not whole:
        _expire(oldest[0][0])
        return 0
    return erase(Task.objects.filter(pk__in=whole), by=_BY)


def _expire(task_id: UUID) -> None:
    """Take a class out of sight: nobody finds it any more, no worker works on it, no POST is answered with it."""
    with transaction.atomic():
        task = Task.objects.only("pk", "upload_id").filter(pk=task_id).first()
        if task is None:
            return  # erased by somebody else
        locks.uploads([task.upload_id])
        class_report = Document.objects.filter(task=task, kind=Document.Kind.CLASS)
        locks.documents(Q(pk__in=class_report))
        leftovers.note(class_report)
        class_report.delete()
        nothing = {"identity": secrets.token_bytes(32), "idempotency": None, "request_id": "", "traceparent": ""}
        if Task.objects.filter(pk=task.pk).update(expired_at=Now(), **nothing):
            audit.record(_BY, Action.ERASE, "task", task.pk)
        if not Task.objects.filter(upload=task.upload_id, expired_at=None).exists():
            HandOut.objects.filter(upload=task.upload_id).delete()


def _part_of(task: Task, number: int) -> int:
    """Erase some documents of a task that is out of sight, then some students whom no other task needs, then itself."""
    documents = Document.objects.filter(task=task).order_by("position").values_list("pk", flat=True)
    if ids := list(documents[:number]):
        with transaction.atomic():
            # Before their documents, as a worker that stores one may hold the student.
            locks.students([task.upload_id], Q(pk__in=Document.objects.filter(pk__in=ids).values("about")))
            locks.documents(Q(pk__in=ids))
            leftovers.note(Document.objects.filter(pk__in=ids))
            Document.objects.filter(pk__in=ids).delete()
        return 0
    with transaction.atomic():
        locks.uploads([task.upload_id])
        if Task.objects.filter(upload=task.upload_id).exclude(pk=task.pk).exists():
            Task.objects.filter(pk=task.pk).only("pk").delete()
            return 1
        # No POST joins an upload whose students go.
        Upload.objects.filter(pk=task.upload_id).update(identity=secrets.token_bytes(32))
        students = Student.objects.filter(upload=task.upload_id).order_by("position").values_list("pk", flat=True)
        if ids := list(students[:number]):
            locks.students([task.upload_id], Q(pk__in=ids))
            Student.objects.filter(pk__in=ids).only("pk").delete()
            return 0
        Upload.objects.filter(pk=task.upload_id).only("pk").delete()
        return 1
