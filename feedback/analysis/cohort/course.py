"""A class over the days and weeks of a course: when it was at work, and who has gone quiet."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec

from feedback.analysis.at_work import at_work_until
from feedback.analysis.course import monday_of, mondays
from feedback.analysis.findings import Findings
from feedback.analysis.outliers import near_part
from feedback.analysis.scores import nothing_left
from feedback.analysis.times import DAY, instant


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

    `last_day` is the last day on which the class was at work: from then on a tenth of the students, or one of a few,
    still had an event. `quiet` are the students whose last event lies `quiet_days` days or more before it, the latest
    of them first. `deadline` is that of most students.
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
        last_day = self._last_day(days, far_off_hours)
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

    def _last_day(self, days: Sequence[date], far_off_hours: float) -> date:
        """The last of these days on which the class was at work."""
        end = at_work_until((instant(each.last_at) for each, _, _ in self._last), far_off_hours)
        until = max(day for each, day, _ in self._last if instant(each.last_at) <= end)
        return max((day for day in days if day <= until), default=days[-1])

    def _week(self, monday: date) -> ClassWeek:
        return ClassWeek(monday, self._week_events[monday], self._week_attempts[monday], self._week_students[monday])

    def _quiet(self, first_day: date, last_day: date, quiet_days: int) -> Iterator[Quiet]:
        found = [
            msgspec.structs.replace(each, days=days)
            for each, day, done in self._last
            if not done and day >= first_day and (days := (last_day - day).days) >= quiet_days
        ]
        yield from sorted(found, key=lambda each: (-instant(each.last_at) // DAY, each.row))
