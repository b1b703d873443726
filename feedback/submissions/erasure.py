"""Erasing: what was accepted, what was made of it, and every trace by which it could come back.

What is late finds nothing: a worker's write is fenced by a row that
is gone (or, for a class report, by a fence that has moved on), and an identical body is a new upload.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from feedback.access import audit
from feedback.access.audit import Action
from feedback.queue import claims, doorbell
from feedback.store import locks
from feedback.store.models import Document, Student, Task, Tasks, Upload, Uploads

log = structlog.stdlib.get_logger(__name__)

# Of one sweep: what is left over is purged by the next.
_PURGED_AT_ONCE = 100


def erase(tasks: Tasks, by: str) -> int:
    """Delete tasks with their documents, and with the last task of an upload all of it; returns how many tasks."""
    with transaction.atomic():
        ids = dict(tasks.values_list("pk", "upload"))
        locks.students(set(ids.values()))
        locks.documents(Q(task__in=ids))
        Task.objects.filter(pk__in=ids).delete()
        Upload.objects.filter(pk__in=ids.values()).exclude(Exists(Task.objects.filter(upload=OuterRef("pk")))).delete()
        for task_id in ids:
            audit.record(by, Action.ERASE, "task", task_id)
    return len(ids)


def erase_student(uploads: Uploads, by: str, student_id: str, namespace: str | None = None) -> int:
    """Take a student out of these uploads, in one namespace or in all; returns how many uploads had them.

    A student's own uploads go whole, in all formats. A class loses the student with all their documents, its class
    reports are made again from the others, and it forgets the hashes that were made with the student in it. The class
    facts stay: they are about the class as it was, and nothing that they say of one changes what the others read.
    """
    wanted = Q(student_id=student_id)
    if namespace is not None:
        wanted &= Q(namespace=namespace)
    with transaction.atomic():
        ids = set(Student.objects.filter(wanted, upload__in=uploads).values_list("upload", flat=True))
        students = locks.students(ids, wanted)
        locks.documents(Q(about__in=students) | Q(kind=Document.Kind.CLASS, task__upload__in=ids))
        Student.objects.filter(pk__in=students).delete()
        any_left = _without_the_student(ids, by)
    if any_left:
        doorbell.ring()
    return len(ids)


def purge() -> int:
    """Erase what is older than FEEDBACK_RETENTION_DAYS, the oldest first; returns how many tasks."""
    if settings.FEEDBACK_RETENTION_DAYS is None:
        return 0
    old = Task.objects.filter(created_at__lt=Now() - timedelta(days=settings.FEEDBACK_RETENTION_DAYS))
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:_PURGED_AT_ONCE])
    purged = sum(erase(Task.objects.filter(pk=pk), by="retention") for pk in ids)  # each by itself: a class is large
    if purged:
        log.info("tasks erased, older than FEEDBACK_RETENTION_DAYS", number=purged)
    return purged


def _without_the_student(ids: Collection[UUID], by: str) -> bool:
    """Delete the uploads that have nobody left; whether there are others, whose class reports are made again."""
    any_left = False
    for upload in Upload.objects.filter(pk__in=ids).defer("facts"):
        tasks = list(upload.tasks.defer("findings"))
        upload.students = upload.student_set.count()
        if not upload.students:
            upload.delete()
        else:
            any_left = True
            upload.identity = secrets.token_bytes(32)  # of nothing that may yet be submitted
            upload.save(update_fields=["students", "identity"])
            for task in tasks:
                _forget(task)
        for task in tasks:
            audit.record(by, Action.ERASE, "student", task.id)
    return any_left


def _forget(task: Task) -> None:
    """What a task still knows of the class as it was."""
    task.identity, task.idempotency = secrets.token_bytes(32), None
    task.request_id = task.traceparent = ""  # the client's own words
    task.save(update_fields=["identity", "idempotency", "request_id", "traceparent"])
    claims.make_class_report_again(task.id)
