"""A class over the days and weeks of a course: when it was at work, and who has gone quiet."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from feedback.analysis.course import monday_of, mondays
from feedback.analysis.findings import Findings
from feedback.analysis.outliers import near_part
from feedback.analysis.scores import nothing_left
from feedback.analysis.times import DAY, instant

# A week counts as one of the course where at least so large a part of the class worked.
_PART = 0.1


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
    """The course of a class. Days are those of `settings.time_zone`, without those that lie far from most students'.

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
    """Gathers students one by one.

    Memory: a number for each day, for each student the last event, and while the course is made a number for each week
    in which a student worked.
    """

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
        done = nothing_left(findings.key_figures, findings.slots, findings.questions)
        self._last.append((quiet, course.days[-1].on, done))

    def course(self, quiet_days: int, far_off_hours: float) -> ClassCourse | None:
        """The class's course, without days that are far off; None where no student has one."""
        if not self._last:
            return None
        weeks = self._near_weeks(far_off_hours)
        days = sorted(day for day in self._events if monday_of(day.toordinal()) in weeks)
        enough = max(_PART * len(self._last), 1)
        counted = [monday for monday in weeks if self._week_students[date.fromordinal(monday)] >= enough]
        last_week = max(counted, default=weeks[-1])
        last_day = max(day for day in days if monday_of(day.toordinal()) <= last_week)
        return ClassCourse(
            days=tuple(ClassDay(day, self._events[day], self._students[day]) for day in days),
            weeks=tuple(self._week(date.fromordinal(monday)) for monday in weeks),
            last_day=last_day,
            quiet=tuple(self._quiet(days[0], last_day, quiet_days)),
            deadline=self._deadlines.most_common(1)[0][0] if self._deadlines else None,
        )

    def _near_weeks(self, far_off_hours: float) -> range:
        """The Mondays from the first week to the last, by their numbers, as one clock alone cannot move them."""
        worked = sorted(day.toordinal() for day in self._week_students.elements())
        near = near_part([day * DAY for day in worked], far_off_hours)
        return mondays(worked[near[0]], worked[near[-1]])

    def _week(self, monday: date) -> ClassWeek:
        return ClassWeek(monday, self._week_events[monday], self._week_attempts[monday], self._week_students[monday])

    def _quiet(self, first_day: date, last_day: date, quiet_days: int) -> Iterator[Quiet]:
        found = [
            msgspec.structs.replace(each, days=days)
            for each, day, done in self._last
            if not done and day >= first_day and (days := (last_day - day).days) >= quiet_days
        ]
        yield from sorted(found, key=lambda each: (-instant(each.last_at) // DAY, each.row))
