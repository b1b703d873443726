"""What is loaded by ids. The queries are compiled once: Django takes longer to write one than to run it.

A log may have megabytes (`events.limits.MAX_STUDENT_BYTES`), so logs are loaded in portions of so many bytes.
"""

import functools
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length

from feedback.db.compiled_query import CompiledQuery, padded, places
from feedback.store.models import Student, Task

# Of a class whose logs are read one after the other: several requests do that at a time, each with a portion in memory.
LOGS_AT_ONCE, BYTES_AT_ONCE = 16, 16 << 20
# Given the bytes of a portion, a context in which it may be in memory.
Room = Callable[[int], AbstractContextManager[None]]
_Key = TypeVar("_Key")


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


def payloads(students: QuerySet[Student], room: Room = lambda _: nullcontext()) -> Iterator[tuple[UUID, bytes]]:
    """The logs of these in the order received, by the student's row; one portion of them is in memory at a time.

    That is where `room` lets it be; what that raises passes through. A student who is erased meanwhile is left out.
    """
    return _one_by_one(students, "payload", room)


def findings(students: QuerySet[Student]) -> Iterator[tuple[UUID, bytes]]:
    """The same for what was found in their logs, of those who have any: it may be many times a log."""
    return _one_by_one(students.exclude(findings=None), "findings", lambda _: nullcontext())


def _one_by_one(students: QuerySet[Student], column: str, room: Room) -> Iterator[tuple[UUID, bytes]]:
    sized = students.order_by("position").values_list("pk", Length(column))
    for portion in portions(sized, LOGS_AT_ONCE, BYTES_AT_ONCE):
        with room(sum(size for _, size in portion)):
            found = _values_in(column, [student for student, _ in portion])
            for student, _ in portion:
                if (value := found.pop(student, None)) is not None:
                    yield student, value
                    del value


def _values_in(column: str, ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Those that are there still."""
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    found = {student.id: getattr(student, column) for student in _column_of(len(wanted), column).rows(values)}
    return {student: bytes(value) for student, value in found.items() if value is not None}


@functools.cache
def _column_of(number: int, column: str) -> CompiledQuery[Student]:
    return CompiledQuery(Student.objects.filter(pk__in=places(number)).only("pk", column), binary=True)


def portions(sized: Iterable[tuple[_Key, int]], most: int, most_bytes: int) -> Iterator[list[tuple[_Key, int]]]:
    """Things with their sizes in bytes, in order, in lists of at most `most` things and `most_bytes` bytes.

    One that is larger by itself comes alone.
    """
    portion, held = list[tuple[_Key, int]](), 0
    for key, size in sized:
        if portion and (len(portion) >= most or held + size > most_bytes):
            yield portion
            portion, held = [], 0
        portion.append((key, size))
        held += size
    if portion:
        yield portion
