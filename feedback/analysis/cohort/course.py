"""A class over the days and weeks of a course: when it was at work, and who has gone quiet."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from feedback.analysis.findings import Findings
from feedback.analysis.times import DAY, instant

# A week counts as one of the course where at least so large a part of the class worked.
_PART = 0.1
_WEEK = 7


class ClassDay(msgspec.Struct, frozen=True, gc=False):
    """A day on which somebody worked: the events, and the students who had some."""

    on: date
    events: int
    students: int


class ClassWeek(msgspec.Struct, frozen=True, gc=False):
    """A week from Monday on, also one in which nobody worked."""

    starts_on: date
    events: int
    attempts: int
    students: int


class Quiet(msgspec.Struct, frozen=True, gc=False):
    """A student with points or work left, and no event in the last `days` days; `row` is as in `Attention`."""

    row: int
    student_id: str
    namespace: str | None
    last_at: datetime
    days: int
    name: str | None = None


class ClassCourse(msgspec.Struct, frozen=True, gc=False):
    """The course of a class. Days are those of `settings.time_zone`.

    `last_day` is the last one of the last week in which at least a tenth of the students worked. `quiet` are the
    students whose last event lies `quiet_days` days or more before its end, the latest of them first. `deadline` is
    that of most students.
    """

    days: tuple[ClassDay, ...]
    weeks: tuple[ClassWeek, ...]
    last_day: date
    quiet: tuple[Quiet, ...] = ()
    deadline: datetime | None = None


class CourseTally:
    """Gathers students one by one; keeps a number for each day, and for each student when the last event was."""

    def __init__(self) -> None:
        self._events, self._students = Counter[date](), Counter[date]()
        self._week_events, self._week_attempts = Counter[date](), Counter[date]()
        self._week_students = Counter[date]()
        self._deadlines = Counter[datetime]()
        self._last: list[tuple[Quiet, date, bool]] = []

    def add(self, row: int, findings: Findings) -> None:
        """Count one student, whose place among the rows is `row`."""
        course, last_at = findings.course, findings.key_figures.last_at
        if course is None or last_at is None:
            return
        for day in course.days:
            self._events[day.on] += day.events
            self._students[day.on] += 1
        for week in course.weeks:
            if week.days:
                self._week_events[week.starts_on] += week.events
                self._week_attempts[week.starts_on] += week.attempts
                self._week_students[week.starts_on] += 1
        if course.deadline is not None:
            self._deadlines[course.deadline] += 1
        quiet = Quiet(row, findings.student_id, findings.namespace, last_at, 0, findings.name)
        self._last.append((quiet, course.days[-1].on, _is_done(findings)))

    def course(self, quiet_days: int) -> ClassCourse | None:
        """The class's course; None where no student has one."""
        if not self._last:
            return None
        enough = max(_PART * len(self._last), 1)
        counted = [monday for monday, students in self._week_students.items() if students >= enough]
        last_week = max(counted or self._week_students)
        last_day = max(day for day in self._events if day.toordinal() < last_week.toordinal() + _WEEK)
        return ClassCourse(
            days=tuple(ClassDay(day, self._events[day], self._students[day]) for day in sorted(self._events)),
            weeks=tuple(self._weeks()),
            last_day=last_day,
            quiet=tuple(self._quiet(last_day, quiet_days)),
            deadline=self._deadlines.most_common(1)[0][0] if self._deadlines else None,
        )

    def _weeks(self) -> Iterator[ClassWeek]:
        first, last = min(self._week_events), max(self._week_events)
        for ordinal in range(first.toordinal(), last.toordinal() + 1, _WEEK):
            monday = date.fromordinal(ordinal)
            yield ClassWeek(monday, self._week_events[monday], self._week_attempts[monday], self._week_students[monday])

    def _quiet(self, last_day: date, quiet_days: int) -> Iterator[Quiet]:
        found = [
            msgspec.structs.replace(each, days=days)
            for each, day, done in self._last
            if not done and (days := (last_day - day).days) >= quiet_days
        ]
        yield from sorted(found, key=lambda each: (-instant(each.last_at) // DAY, each.row))


def _is_done(findings: Findings) -> bool:
    """Whether a student has nothing left to do: no points lost, or without scores everything submitted."""
    if findings.key_figures.questions_solved is not None:
        return not any(slot.lost > 0 for slot in findings.slots)
    return findings.key_figures.questions_submitted == findings.key_figures.questions
