"""Class facts: all that a student's report may depend on beyond the student's own log and the exam's context.

They are computed once from the payloads, in one pass, and stored with the upload. So two formats, a retry, a remark
and the erasure of one student never change another student's findings.
"""

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from feedback.analysis.at_work import at_work_until
from feedback.analysis.cohort.findings import ClassStatistics
from feedback.analysis.exam import ExamContext
from feedback.analysis.kinds import kind_of
from feedback.analysis.log_kinds import LogKindTally
from feedback.analysis.outliers import far_off_hours, near_part
from feedback.analysis.student.ordering import time_order
from feedback.analysis.times import DAY, SECOND, in_utc, instant, moment, quartiles
from feedback.analysis.units import SectionNumbers, Unit, is_own_name, merged_spellings, unit_of
from feedback.analysis.versions import SlotsTally
from feedback.events import Event, Student
from feedback.events.context import NO_CONTEXT, Context, ExamKind, LogKind

FAR_OFF_HOURS = 24.0
# The usual window of a class: so many students, half of whom begin, and end, within so long.
WINDOW_STUDENTS, WINDOW_SPREAD = 10, 15 * 60 * SECOND
_FAR_OFF_IN_COURSE = far_off_hours("course", FAR_OFF_HOURS)


class UsualWindow(msgspec.Struct, frozen=True, gc=False):
    """When most of a class began and ended: the medians of their first and last events."""

    starts_at: datetime
    ends_at: datetime


class ClassFacts(msgspec.Struct, frozen=True, gc=False):
    """What holds for an upload as a whole; the defaults are those of an upload without events.

    `log_kind` and `kind` are the sender's where `…_given` says so. `groups` maps the name of a unit to its slot where
    versions were detected. `merged` are the spellings of each unit that the body writes in several ways. With
    `section_numbers`, strings with a point are texts. `own_names` says that every unit is a name that people read, or
    has a title. `scores` says that some submission has a score. `median_slots` is over the students with events.
    `last_at` is until when a class was at work on a course, as `at_work_until` says. It is None for an exam and for a
    single.
    `statistics` is there where a comparison with the class was asked for.
    """

    students: int = 0
    log_kind: LogKind = "submissions"
    log_kind_given: bool = False
    kind: ExamKind = "exam"
    kind_given: bool = False
    groups: dict[str, str] = {}
    merged: tuple[tuple[str, ...], ...] = ()
    section_numbers: bool = False
    own_names: bool = False
    scores: bool = False
    median_slots: float | None = None
    usual_window: UsualWindow | None = None
    last_at: datetime | None = None
    statistics: ClassStatistics | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ClassFacts)


def encode_facts(facts: ClassFacts) -> bytes:
    """The facts as JSON; equal facts give equal bytes."""
    return _encoder.encode(facts)


def decode_facts(data: bytes) -> ClassFacts:
    """Facts from bytes that `encode_facts` made. Raises msgspec.DecodeError for anything else."""
    return _decoder.decode(data)


def facts_of(students: Iterable[Student], context: Context = NO_CONTEXT) -> ClassFacts:
    """The facts of an upload of these students, who are read once and not kept; an upload of one is a single.

    Memory: four numbers for each student, and the distinct units of the body.
    """
    tally = _Tally(context)
    for student in students:
        tally.add(student)
    return tally.facts()


class _Tally:
    """What the facts need of the students that have passed by."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._students = 0
        self._scores = False
        self._sections = SectionNumbers()
        self._units = set[Unit]()
        self._written = set[tuple[type, str | int | float]]()
        self._log_kind = LogKindTally()
        self._slots = SlotsTally(self._groups())
        self._first, self._last = array("q"), array("q")
        self._last_in_course = array("q")
        for question in context.questions:
            self._sections.add(question.unit)

    def add(self, student: Student) -> None:
        self._students += 1
        raw = {(type(event.unit), event.unit) for event in student.events}
        for _, unit in raw:
            self._sections.add(unit)
        # Until section numbers are found no two spellings of one number have been seen, so no unit was merged wrongly.
        units = {key: unit_of(key[1], self._sections.found) for key in raw}
        mine = set(units.values())
        self._units |= mine
        self._written |= raw
        self._slots.add(mine)
        instants = [None if e.created_time is None else instant(in_utc(e.created_time)) for e in student.events]
        ordered = [student.events[i] for i in time_order(instants)]
        self._add_events(ordered, [units[type(event.unit), event.unit] for event in ordered])
        self._add_times(sorted(at for at in instants if at is not None))

    def _add_events(self, events: Sequence[Event], units: Sequence[Unit]) -> None:
        kinds = [kind_of(event.type) for event in events]
        scores = [event.score if kind == "submission" else None for event, kind in zip(events, kinds, strict=True)]
        self._scores = self._scores or any(score is not None for score in scores)
        self._log_kind.add(units, kinds, scores)

    def _add_times(self, instants: Sequence[int]) -> None:
        near = near_part(instants, FAR_OFF_HOURS)
        if near:
            self._first.append(instants[near[0]])
            self._last.append(instants[near[-1]])
            self._last_in_course.append(instants[near_part(instants, _FAR_OFF_IN_COURSE)[-1]])

    def facts(self) -> ClassFacts:
        exam, titles = self._context.exam, self._titles()
        kind = exam.kind or self._kind()
        versions = self._slots.versions()
        return ClassFacts(
            students=self._students,
            log_kind=exam.log_kind or self._log_kind.log_kind(),
            log_kind_given=exam.log_kind is not None,
            kind=kind,
            kind_given=exam.kind is not None,
            groups={unit.name: versions[unit] for unit in sorted(versions)},
            merged=tuple(merged_spellings((unit for _, unit in self._written), self._sections.found)),
            section_numbers=self._sections.found,
            own_names=bool(self._units) and all(is_own_name(unit) or unit in titles for unit in self._units),
            scores=self._scores,
            median_slots=self._slots.median_touched(),
            usual_window=self._usual_window(),
            last_at=self._last_at() if kind == "course" else None,
        )

    def _titles(self) -> set[Unit]:
        questions = ExamContext(self._context, section_numbers=self._sections.found).questions
        return {unit for unit, each in questions.items() if each.title}

    def _groups(self) -> dict[Unit, str]:
        questions = ExamContext(self._context, section_numbers=False).questions
        return {unit: each.group for unit, each in questions.items() if each.group is not None}

    def _kind(self) -> ExamKind:
        """A course where most students' logs cover more than a day."""
        long = sum(last - first > DAY for first, last in zip(self._first, self._last, strict=True))
        return "course" if 2 * long > len(self._first) else "exam"

    def _last_at(self) -> datetime | None:
        if len(self._last_in_course) < 2:
            return None
        return moment(at_work_until(self._last_in_course, _FAR_OFF_IN_COURSE))

    def _usual_window(self) -> UsualWindow | None:
        if len(self._first) < WINDOW_STUDENTS:
            return None
        start, end = quartiles(self._first), quartiles(self._last)
        together = all(each.q3 - each.q1 <= WINDOW_SPREAD for each in (start, end))
        if not together or end.median <= start.median:
            return None
        return UsualWindow(moment(round(start.median)), moment(round(end.median)))
