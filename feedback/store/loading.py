"""What a worker loads by ids. The queries are compiled once: Django takes longer to write one than to run it."""

import functools
from collections.abc import Collection, Iterator
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from feedback.db.compiled_query import CompiledQuery, padded, places
from feedback.store.models import Student, Task

# Of a class whose logs are read one after the other. One may have megabytes, and several requests read at a time.
PAYLOADS_AT_ONCE = 16


class Log(NamedTuple):
    """What documents are made from: a student's log, and what was found in it, if anything was yet.

    `revision` says which log it is.
    """

    payload: bytes
    findings: bytes | None
    revision: int


def tasks(ids: Collection[UUID]) -> dict[UUID, Task]:
    """Those that still are, by id, each with its upload and without its findings; one query.

    Tasks of one upload share it.
    """
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    found = {task.id: task for task in _of(len(wanted)).rows(values)}
    uploads = {task.upload_id: task.upload for task in found.values()}
    for task in found.values():
        task.upload = uploads[task.upload_id]
    return found


@functools.cache
def _of(number: int) -> CompiledQuery[Task]:
    return CompiledQuery(Task.objects.filter(pk__in=places(number)).select_related("upload").defer("findings"))


def logs(ids: Collection[UUID]) -> dict[UUID, Log]:
    """The logs of students, by the student's row, those that still are; one query."""
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    return {found.id: _log_of(found) for found in _logs_of(len(wanted)).rows(values)}


def _log_of(student: Student) -> Log:
    findings = None if student.findings is None else bytes(student.findings)
    return Log(bytes(student.payload), findings, student.revision)


@functools.cache
def _logs_of(number: int) -> CompiledQuery[Student]:
    needed = ("pk", "payload", "findings", "revision")
    return CompiledQuery(Student.objects.filter(pk__in=places(number)).only(*needed), binary=True)


def payloads(students: QuerySet[Student]) -> Iterator[tuple[UUID, bytes]]:
    """The logs of these in the order received, by the student's row; a few of them are in memory at a time."""
    found = students.order_by("position").values_list("pk", "payload")
    for student, payload in found.iterator(chunk_size=PAYLOADS_AT_ONCE):
        yield student, bytes(payload)
