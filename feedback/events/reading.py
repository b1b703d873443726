"""What a reader gives: students one by one, and what else the body said, known once the last one is there."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from feedback.events.context import NO_CONTEXT, Context
from feedback.events.context_decoder import context_from
from feedback.events.context_rules import ANY_NAMES, Names
from feedback.events.faults import Faults, Place
from feedback.events.limits import Limits
from feedback.events.model import Student

# What a format's reader gives of each student: its place in the body, and the student where it could be read.
Received = Iterator[tuple[Place, Student | None]]

_SHOWN = 5
# What a spreadsheet makes of an id of more than eleven digits.
_RUINED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2,}")


class Note(NamedTuple):
    """Something that the sender may want to mend, though the body was taken: a code, and the words for people."""

    code: str
    message: str


class Columns(NamedTuple):
    """The columns of a table, by the names in its header: read as which field, and not read at all."""

    used: dict[str, str]
    ignored: tuple[str, ...]


class StudentStream:
    """The students of a body, to be iterated once; the rest is complete when that has ended well.

    `source` is the format that is read, by the name of a source, and `folder` the one in an archive where the log was.
    `context` is the exam's, `columns` those of a table (None for other formats), `notes` what the reader noticed.
    `left_out` counts what was not taken in, by the reason that people read, and `assumed_zone` is the zone in which
    times that say none were taken; None where no reader took any, or only as our own formats take them, which the
    times themselves still show.
    """

    def __init__(self, names: Names = ANY_NAMES, context: Context = NO_CONTEXT) -> None:
        self.context = context
        self._names = names
        self.columns: Columns | None = None
        self.notes: list[Note] = []
        self.source = "feedback"
        self.folder = ""
        self.left_out: Mapping[str, int] = {}
        self.assumed_zone: str | None = None
        self._students: Iterable[Student] = ()

    def of(self, students: Iterable[Student]) -> "StudentStream":
        self._students = students
        return self

    def take_context(self, members: Mapping[str, Any], place: Place, faults: Faults, limits: Limits) -> None:
        """The context that a body has of its own, in an object with these members at `place`."""
        own = context_from(members, place, self._names, faults, limits)
        if own and self.context:
            faults.add(place, "the context came beside the events already; give it once")
        self.context = own or self.context

    def __iter__(self) -> Iterator[Student]:
        return iter(self._students)


def has_no_zone(student: Student) -> bool:
    """Whether a time of theirs, the first or the last, says no zone: a log has one way of writing times."""
    ends = (student.events[0], student.events[-1]) if student.events else ()
    return any(event.created_time is not None and event.created_time.tzinfo is None for event in ends)


def notes_about(keys: Iterable[tuple[str, str]], some_time_has_no_zone: bool) -> Iterator[Note]:
    """What is odd about the ids of a whole body, (namespace, student_id) each, and about its times."""
    keys = list(keys)
    ruined = [student_id for _, student_id in keys if _RUINED.fullmatch(student_id)]
    alike = [", ".join(map(_shown, ids)) for ids in alike_in_case(keys)]
    if alike:
        yield Note("ids_differ_in_case", f"Ids that differ only in case are different students: {_first(alike)}.")
    if ruined:
        yield Note(
            "ids_ruined",
            f"Ids that look as if a spreadsheet had rounded them: {_first(list(map(_shown, ruined)))}. Students may "
            "have become one; export the ids as text.",
        )
    if some_time_has_no_zone:
        yield Note("times_without_zone", "Times without a zone were taken as UTC.")


def alike_in_case(keys: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The ids of different students of one namespace, (namespace, student_id) each, that differ only in case."""
    by_case = dict[tuple[str, str], list[str]]()
    for namespace, student_id in keys:
        by_case.setdefault((namespace, student_id.casefold()), []).append(student_id)
    return [ids for ids in by_case.values() if len(ids) > 1]


def _shown(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _first(texts: list[str]) -> str:
    more = len(texts) - _SHOWN
    return "; ".join(texts[:_SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
