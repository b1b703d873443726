"""The sittings of a log, and a course by its days and weeks, in one pass over the events."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import floor, fsum
from typing import NamedTuple

from feedback.analysis.course import Course, Day, Sitting, Week, day_of, monday_of, mondays
from feedback.analysis.findings import Mark, Slot
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import DAY, SECOND, microseconds, moment


class Over(NamedTuple):
    """How the work lay over the time: as a course, and as sittings."""

    course: Course
    sittings: tuple[Sitting, ...]


def over_time(
    log: Log, slots: Sequence[Slot], deadline: int | None, settings: AnalysisSettings, *, scores: bool, by_last: bool
) -> Over | None:
    """None where no event has a time. `deadline` is in microseconds; `scores` says that there are some."""
    timed = log.timed
    if not timed:
        return None
    zone = settings.zone
    points = _Points(log, slots, by_last=by_last) if scores else None
    days: dict[int, _Part] = {}
    weeks: dict[int, _Part] = {}
    sittings: list[_Part] = []
    limit = microseconds(settings.sitting_gap_minutes)
    for mark, at, gap in _in_time(log):
        if points is not None:
            points.add(mark)
        if at is None:
            continue
        day = day_of(moment(at), zone)
        week = monday_of(day)
        if gap is None or gap > limit:
            sittings.append(_Part())
            weeks.setdefault(week, _Part()).sittings += 1
        earned = points.earned if points is not None else None
        for part in (sittings[-1], days.setdefault(day, _Part()), weeks.setdefault(week, _Part())):
            part.add(mark, at, gap if gap is not None and gap <= limit else 0, earned)
    course = Course(
        days=tuple(_named_day(day, part, log) for day, part in days.items()),
        weeks=tuple(_weeks(weeks, Counter(monday_of(day) for day in days), log)),
        deadline=None if deadline is None else moment(deadline),
        days_to_deadline=None if deadline is None else floor((deadline - timed[-1]) / DAY),
        longest_break_days=max((later - earlier - 1 for earlier, later in pairwise(days)), default=None),
    )
    return Over(course, tuple(_sittings(sittings, log)))


class _Part:
    """What happened in one part of the time."""

    def __init__(self) -> None:
        self.events = self.attempts = self.sittings = 0
        self.spent = 0
        self.questions: dict[int, None] = {}
        self.first = self.last = 0
        self.earned: float | None = None

    def add(self, mark: Mark, at: int, spent: int, earned: float | None) -> None:
        self.first = self.first if self.events else at
        self.last = at
        self.events += 1
        self.attempts += mark.kind == "submission" and not mark.look
        self.spent += spent
        self.questions[mark.question] = None
        self.earned = earned

    def aliases(self, log: Log) -> tuple[str, ...]:
        return tuple(log.aliases[number - 1] for number in self.questions)


class _Points:
    """The points earned so far: of each slot that counts the best share, or the last."""

    def __init__(self, log: Log, slots: Sequence[Slot], *, by_last: bool) -> None:
        self._by_last = by_last
        self._points = {alias: slot.points for slot in slots if slot.points for alias in slot.aliases}
        # By its first question: a group and a unit may have the same name.
        self._slot = {alias: slot.aliases[0] for slot in slots for alias in slot.aliases}
        self._aliases = log.aliases
        self._earned: dict[str, float] = {}
        self.earned = 0.0

    def add(self, mark: Mark) -> None:
        alias = self._aliases[mark.question - 1]
        points = self._points.get(alias)
        if mark.score is None or points is None:
            return
        slot, value = self._slot[alias], mark.score * points
        before = self._earned.get(slot, 0.0)
        value = value if self._by_last else max(value, before)
        if value != before:
            self._earned[slot] = value
            self.earned = fsum(self._earned.values())


def _in_time(log: Log) -> Iterator[tuple[Mark, int | None, int | None]]:
    return zip(log.marks, log.instants, log.gaps, strict=True)


def _named_day(day: int, part: _Part, log: Log) -> Day:
    return Day(date.fromordinal(day), part.events, part.attempts, part.spent / SECOND, part.aliases(log))


def _weeks(worked: Mapping[int, _Part], days: Mapping[int, int], log: Log) -> Iterator[Week]:
    """The weeks from the first to the last; the points of an empty one are those of the week before."""
    shown = mondays(min(worked), max(worked))
    before = [part for monday, part in worked.items() if monday < shown.start]
    earned = before[-1].earned if before else _nothing(worked)
    for monday in shown:
        part = worked.get(monday) or _Part()
        after = part.earned if part.events else earned
        yield Week(
            starts_on=date.fromordinal(monday),
            days=days.get(monday, 0),
            sittings=part.sittings,
            events=part.events,
            attempts=part.attempts,
            seconds=part.spent / SECOND,
            questions=part.aliases(log),
            gained=None if after is None else after - (earned or 0.0),
            earned=after,
        )
        earned = after


def _nothing(worked: Mapping[int, _Part]) -> float | None:
    """The points before the first week: 0, and None without scores."""
    return None if next(iter(worked.values())).earned is None else 0.0


def _sittings(parts: Sequence[_Part], log: Log) -> Iterator[Sitting]:
    earned = 0.0
    for part in parts:
        yield Sitting(
            start_at=moment(part.first),
            end_at=moment(part.last),
            seconds=(part.last - part.first) / SECOND,
            events=part.events,
            attempts=part.attempts,
            questions=part.aliases(log),
            gained=None if part.earned is None else part.earned - earned,
        )
        earned = part.earned or 0.0
