"""The roster of an upload: who its students are, for archives, tables of links and mails; all its formats share it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from feedback.access import audit
from feedback.access.audit import Action
from feedback.store import loading, locks
from feedback.store.models import Student, Task, Upload
from feedback.store.reaching import RosterEntry
from feedback.submissions.errors import RosterFitsNobody
from feedback.submissions.roster_file import RosterRow
from feedback.submissions.roster_match import NOBODY, Joined, Person, join
from feedback.submissions.upload_limits import room_for_logs

_PAGE = 500
# What an entry has of its row.
KEPT = tuple(field.name for field in RosterEntry._meta.concrete_fields if not field.primary_key)


class Known(NamedTuple):
    """How many students of an upload the roster knows, and of how many of them what."""

    students: int
    addresses: int
    participants: int
    canvas_users: int


class _Named(msgspec.Struct):
    """Of a student's payload, what a roster is joined by."""

    name: str | None = None


def replace(task: Task, rows: Sequence[RosterRow], by: str) -> Joined:
    """Keep the rows that fit a student of the task's upload, instead of the roster that it had.

    What fits nobody is returned and not stored. Raises RosterFitsNobody and Busy, with the roster as it was.
    """
    joined = _joined(task.upload, rows)  # reads payloads: nobody's writing waits for that
    with transaction.atomic():
        locks.uploads([task.upload_id])  # from here on no student of it is erased
        joined = _without_erased(joined, task.upload_id)
        if not joined.pairs:
            raise RosterFitsNobody({f"line {row.line}": [why] for row, why in joined.rows})
        RosterEntry.objects.filter(about__upload=task.upload_id).delete()
        entries = (_entry(person, row) for person, row in joined.pairs)
        RosterEntry.objects.bulk_create(entries, batch_size=_PAGE)
        audit.record(by, Action.AMEND, "roster", task.id)
    return joined


def forget(task: Task, by: str) -> None:
    """Delete the roster of the task's upload, if it has one."""
    with transaction.atomic():
        locks.uploads([task.upload_id])  # no student of it is erased meanwhile
        if RosterEntry.objects.filter(about__upload=task.upload_id).delete()[0]:
            audit.record(by, Action.ERASE, "roster", task.id)


def entries_of(upload: UUID) -> dict[UUID, RosterEntry]:
    """Those of an upload by the student's primary key. One query."""
    return {entry.about_id: entry for entry in RosterEntry.objects.filter(about__upload=upload)}


def known(upload: UUID) -> Known | None:
    """None where the upload has no roster. One query."""
    rows = RosterEntry.objects.filter(about__upload=upload).values_list("email", "participant", "canvas_user")
    found = list(rows)
    return Known(len(found), *(sum(map(bool, column)) for column in zip(*found, strict=True))) if found else None


def names_of(upload: Upload) -> dict[UUID, str]:
    """The names of an upload's students by primary key, as the roster has them, else as the log. Raises Busy."""
    names = {student: entry.name for student, entry in entries_of(upload.pk).items() if entry.name}
    unnamed = Student.objects.filter(upload=upload.pk).exclude(roster_entry__name__gt="")
    return names | dict(_names_in_log(unnamed, upload.owner))


def _names_in_log(students: QuerySet[Student], owner: str) -> Iterator[tuple[UUID, str]]:
    """The name of each of these who was posted with one, by primary key.

    Reads their payloads, a few at a time. Raises Busy where an owner's other requests read as many large ones.
    """
    for student, payload in loading.payloads(students, room_for_logs(owner)):
        if name := name_in(payload):
            yield student, name


def name_in(payload: bytes) -> str:
    """The student's name as it was posted, "" where it was not."""
    return msgspec.json.decode(payload, type=_Named).name or ""


def _joined(upload: Upload, rows: Sequence[RosterRow]) -> Joined:
    students = Student.objects.filter(upload=upload.pk).order_by("position")
    people = [Person(*found, "") for found in students.values_list("pk", "namespace", "student_id")]
    joined = join(rows, people)
    if not joined.people or not any(row.name for row, _ in joined.rows):
        return joined
    names = dict(_names_in_log(students, upload.owner))  # only now: a class's payloads may be large
    return join(rows, [person._replace(name=names.get(person.pk, "")) for person in people])


def _without_erased(joined: Joined, upload: UUID) -> Joined:
    """What is left of it, should a student have been erased since the upload was read."""
    there = set(Student.objects.filter(upload=upload).values_list("pk", flat=True))
    lost = [(row, NOBODY) for person, row in joined.pairs if person.pk not in there]
    return Joined(
        [(person, row) for person, row in joined.pairs if person.pk in there],
        sorted([*joined.rows, *lost], key=lambda left: left[0].line) if lost else joined.rows,
        [person for person in joined.people if person.pk in there],
    )


def _entry(person: Person, row: RosterRow) -> RosterEntry:
    return RosterEntry(about_id=person.pk, **{name: getattr(row, name) for name in KEPT})
