"""The sittings of a log, and a course by its days and weeks, from its timed events."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import floor, fsum
from typing import NamedTuple

from feedback.analysis.course import Course, Day, Sitting, Week, day_of, monday_of, mondays
from feedback.analysis.findings import Mark, Slot
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import DAY, SECOND, microseconds, moment


class Step(NamedTuple):
    """An event with a time, in microseconds like `spent`, the time since the one before it in its sitting.

    `begins` says that it is the first of a sitting. `earned` are the points up to it, None without scores.
    """

    mark: Mark
    at: int
    begins: bool
    spent: int
    earned: float | None


def steps_of(
    log: Log, slots: Sequence[Slot], settings: AnalysisSettings, *, scores: bool, by_last: bool
) -> Iterator[Step]:
    """The timed events in order, with what they add to; `scores` says that the upload has some."""
    points = _Points(log, slots, by_last=by_last) if scores else None
    limit = microseconds(settings.sitting_gap_minutes)
    for mark, at, gap in zip(log.marks, log.instants, log.gaps, strict=True):
        if points is not None:
            points.add(mark)
        if at is None:
            continue
        begins = gap is None or gap > limit
        yield Step(mark, at, begins, 0 if gap is None or begins else gap, None if points is None else points.earned)


def sittings_of(steps: Iterable[Step], log: Log) -> tuple[Sitting, ...]:
    """Every sitting, the first to the last."""
    parts: list[_Part] = []
    for step in steps:
        if step.begins:
            parts.append(_Part())
        parts[-1].add(step)
    return tuple(_sittings(parts, log))


def course_of(steps: Iterable[Step], log: Log, deadline: int | None, settings: AnalysisSettings) -> Course | None:
    """The days and weeks with what was done in them; None where no event has a time. `deadline` is in microseconds."""
    timed, zone = log.timed, settings.zone
    if not timed:
        return None
    days: dict[int, _Part] = {}
    weeks: dict[int, _Part] = {}
    for step in steps:
        day = day_of(moment(step.at), zone)
        days.setdefault(day, _Part()).add(step)
        weeks.setdefault(monday_of(day), _Part()).add(step)
    return Course(
        days=tuple(_named_day(day, part, log) for day, part in days.items()),
        weeks=tuple(_weeks(weeks, Counter(monday_of(day) for day in days), log)),
        deadline=None if deadline is None else moment(deadline),
        days_to_deadline=None if deadline is None else floor((deadline - timed[-1]) / DAY),
        longest_break_days=max((later - earlier - 1 for earlier, later in pairwise(days)), default=None),
    )


class _Part:
    """What happened in one part of the time."""

    def __init__(self) -> None:
        self.events = self.attempts = self.sittings = 0
        self.spent = 0
        self.questions: dict[int, None] = {}
        self.first = self.last = 0
        self.earned: float | None = None

    def add(self, step: Step) -> None:
        self.first = self.first if self.events else step.at
        self.last = step.at
        self.events += 1
        self.sittings += step.begins
        self.attempts += step.mark.kind == "submission" and not step.mark.look
        self.spent += step.spent
        self.questions[step.mark.question] = None
        self.earned = step.earned

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
