"""What a log of several sittings, or of days and weeks, adds to a student's findings."""

from datetime import date, datetime, tzinfo

import msgspec

# Ten years: where breaks of months add up to more, the first weeks are left out.
MOST_WEEKS = 522
DAYS_OF_WEEK = 7


class Sitting(msgspec.Struct, frozen=True, gc=False):
    """Work without a break longer than `sitting_gap_minutes`, from its first event to its last.

    `questions` are aliases in the order first touched; `gained` are the points that it added, None without scores.
    """

    start_at: datetime
    end_at: datetime
    seconds: float
    events: int
    attempts: int
    questions: tuple[str, ...]
    gained: float | None = None


class Day(msgspec.Struct, frozen=True, gc=False):
    """A day with events, by the calendar of `settings.time_zone`; `seconds` is the time in sittings."""

    on: date
    events: int
    attempts: int
    seconds: float
    questions: tuple[str, ...]


class Week(msgspec.Struct, frozen=True, gc=False):
    """A week from Monday on, also one without events; `days` of it have some, and `sittings` began in it.

    `gained` are the points that it added, `earned` all points at its end; both None without scores.
    """

    starts_on: date
    days: int
    sittings: int
    events: int
    attempts: int
    seconds: float
    questions: tuple[str, ...]
    gained: float | None = None
    earned: float | None = None


class Course(msgspec.Struct, frozen=True, gc=False):
    """A course by its days: those with events, and all weeks from the first to the last, of which it has the last 522.

    `deadline` is the end that was given, with the student's extra time. `days_to_deadline` are the whole days from
    the last event to it, negative where events came after. `longest_break_days` are the days without events in the
    longest break between two days with some, None for a single day.
    """

    days: tuple[Day, ...]
    weeks: tuple[Week, ...]
    deadline: datetime | None = None
    days_to_deadline: int | None = None
    longest_break_days: int | None = None

    @property
    def weeks_worked(self) -> int:
        """How many of the weeks have events."""
        return sum(week.days > 0 for week in self.weeks)


def day_of(at: datetime, zone: tzinfo) -> int:
    """The day of the zone's calendar, by its number; at the ends of the calendar, which the zone would leave, UTC's."""
    try:
        return at.astimezone(zone).toordinal()
    except OverflowError:
        return at.toordinal()


def monday_of(day: int) -> int:
    """The Monday of a day's week, both by their numbers in the calendar, whose first day is a Monday."""
    return day - (day - 1) % DAYS_OF_WEEK


def mondays(first: int, last: int) -> range:
    """The Mondays from one to another, by their numbers; of more than `MOST_WEEKS` the last ones."""
    return range(max(first, last - (MOST_WEEKS - 1) * DAYS_OF_WEEK), last + 1, DAYS_OF_WEEK)
