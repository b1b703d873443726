"""Erasing: what was accepted, what was made of it, and every trace by which it could come back.

A late write finds nothing: it is fenced by a row that is gone (or, for a class report, by a fence that has moved on),
and an identical body is a new upload. Objects in the document store are noted in the same transaction and deleted soon
after.
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from feedback.access import audit
from feedback.access.audit import Action
from feedback.events import OWN, Context
from feedback.queue import doorbell, unclaimed
from feedback.store import leftovers, locks
from feedback.store.models import Document, Student, Task, Tasks, Upload, Uploads
from feedback.store.small import small
from feedback.submissions import erased_questions

# That one transaction takes a student out of: on SQLite every other writer waits for it.
PIECE_UPLOADS = 50


def erase(tasks: Tasks, by: str) -> int:
    """Delete tasks with their documents, and with the last task of an upload all of it; returns how many tasks."""
    with transaction.atomic():
        ids = dict(tasks.values_list("pk", "upload"))
        locks.students(set(ids.values()))
        locks.documents(Q(task__in=ids))
        leftovers.note(Document.objects.filter(task__in=ids))
        Task.objects.filter(pk__in=ids).only("pk").delete()
        empty = Upload.objects.filter(pk__in=ids.values()).exclude(Exists(Task.objects.filter(upload=OuterRef("pk"))))
        empty.only("pk").delete()
        audit.record_all(by, Action.ERASE, "task", ids)
    return len(ids)


def erase_all(tasks: Tasks, by: str) -> int:
    """The same for any number of tasks, each in a transaction: one may be a class of thousands."""
    ids = tasks.order_by("pk").values_list("pk", flat=True)
    return sum(erase(Task.objects.filter(pk__in=piece), by) for piece in _pieces(list(ids), 1, time.sleep))


def erase_student(
    uploads: Uploads,
    by: str,
    student_id: str,
    namespace: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Take a student out of these uploads, in one namespace or in all; returns how many uploads had them.

    A student's own uploads go whole, in all formats. A class loses the student with all their documents, its class
    reports are made again from the others, and it forgets the hashes that were made with the student in it, and what a
    platform's log called questions that nobody else had (the others' reports are then made again, too). The class facts
    stay: they are about the class as it was, and nothing that they say of one changes what the others read.

    Each PIECE_UPLOADS uploads are a transaction, with a pause between two. A call that ends early has taken the student
    out of some uploads wholly, and the same call takes them out of the others.
    """
    wanted = Q(student_id=student_id)
    if namespace is not None:
        wanted &= Q(namespace=namespace)
    ids = set(Student.objects.filter(wanted, upload__in=uploads).values_list("upload", flat=True))
    erased = 0
    for piece in _pieces(sorted(ids), PIECE_UPLOADS, sleep):
        number, any_left = _erase_from(piece, wanted, by)
        erased += number
        if any_left:
            doorbell.ring()
    return erased


def _pieces(ids: list[UUID], size: int, sleep: Callable[[float], None]) -> Iterator[list[UUID]]:
    """The ids in pieces; between two a pause, as long as the caller took for the one before."""
    for start in range(0, len(ids), size):
        begun = time.monotonic()
        yield ids[start : start + size]
        if start + size < len(ids):
            sleep(time.monotonic() - begun)


def _erase_from(piece: list[UUID], wanted: Q, by: str) -> tuple[int, bool]:
    """Take a student out of some uploads; of how many, and whether one of those has others left."""
    with transaction.atomic():
        locks.uploads(piece)
        wordless = _without_words(piece, wanted)
        locks.students(piece, wanted | Q(upload__in=[upload.pk for upload in wordless]))
        students = list(Student.objects.filter(wanted, upload__in=piece).values_list("pk", flat=True))
        ids = set(Student.objects.filter(pk__in=students).values_list("upload", flat=True))  # not erased meanwhile
        others = [Q(task__upload__in=[upload.pk for upload in wordless])] if wordless else []
        locks.documents(Q(about__in=students), Q(kind=Document.Kind.CLASS, task__upload__in=ids), *others)
        leftovers.note(Document.objects.filter(about__in=students))
        Student.objects.filter(pk__in=students).only("pk").delete()
        for upload, context in wordless.items():
            erased_questions.forget_words(upload, context)
            unclaimed.make_again(upload.pk)
        return len(ids), _without_the_student(ids, by)


def _without_words(piece: list[UUID], wanted: Q) -> dict[Upload, Context]:
    """What is said of the exam from now on, of the uploads where that had words of the student's alone."""
    of_platforms = small(Upload.objects.filter(pk__in=piece, is_class=True, context__isnull=False).exclude(source=OWN))
    found = {upload: erased_questions.without_words(upload, wanted) for upload in of_platforms}
    return {upload: context for upload, context in found.items() if context is not None}


def _without_the_student(ids: Collection[UUID], by: str) -> bool:
    """Delete the uploads that have nobody left; whether there are others, whose class reports are made again."""
    any_left = False
    for upload in small(Upload.objects.filter(pk__in=ids)):
        tasks = list(small(upload.tasks.all()))
        upload.students = upload.student_set.count()
        if not upload.students:
            leftovers.note(Document.objects.filter(task__upload=upload))  # class reports are all that is left
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
    unclaimed.make_class_report_again(task.id)
