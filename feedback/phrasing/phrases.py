"""Lists, counts, names, clock times and days in the words of one language and the clock of one time zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from feedback.phrasing import numbers
from feedback.phrasing.i18n import N_, Speech, speech

NONE = "–"
SHOWN = 4
LONGEST_NAME = 40


def shortened(name: str) -> str:
    """A name from outside at a length that a sentence can bear."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def dashed(low: str, high: str, dash: str = "–") -> str:
    """`4–9`, of two printed values; one of them where they read the same."""
    return low if low == high else f"{low}{dash}{high}"


def listed(names: Sequence[str], say: Speech) -> str:
    """`Q1`, `Q1 and Q2`, `Q1, Q2 and Q3`; beyond four the rest as a number."""
    if len(names) > SHOWN:
        shown, more = ", ".join(names[: SHOWN - 1]), len(names) - SHOWN + 1
        return say.text(N_("{names} and {n} more"), names=shown, n=more)
    if len(names) < 2:
        return "".join(names)
    return say.text(N_("{names} and {last}"), names=", ".join(names[:-1]), last=names[-1])


def offset_name(offset: timedelta) -> str:
    """`UTC`, `UTC+2`, `UTC−3:30`."""
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def zone_name(name: str, zone: tzinfo) -> str:
    """The name of a time zone as an axis prints it: the signs of `Etc/GMT+2` are those of POSIX, so UTC−2 is added."""
    if not name.startswith("Etc/GMT"):
        return name
    return f"{name}, {offset_name(zone.utcoffset(datetime(2000, 1, 1)) or timedelta())}"  # noqa: DTZ001 - any time will do


class Phrases:
    """Texts, numbers and times in one language and one time zone; a dash for what is not there.

    Times are instants with a zone of their own; they are shown in `zone`.
    """

    def __init__(self, language: str, zone: tzinfo = UTC) -> None:
        self.say = speech(language)
        self.zone = zone
        self.language = self.say.language

    def text(self, message: str, **values: object) -> str:
        """The translation of a message, with its `{names}` filled in."""
        return self.say.text(message, **values)

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """A message with `{number}` in the form the language has for that number, and its other `{names}` filled in."""
        return self.say.count(one, many, number, **values)

    def number(self, value: float | None) -> str:
        """`1,234`, `0.5`, `0.63`, as the language writes them."""
        return NONE if value is None else numbers.number(value, self.say)

    def score(self, value: float | None, possible: float = 1.0) -> str:
        """`0.75`; only the full score reads as it."""
        return NONE if value is None else numbers.score(value, self.say, possible)

    def percent(self, share: float | None) -> str:
        """`37 %`, with a no-break space; 100 only where nothing is missing."""
        return NONE if share is None else numbers.percent(share, self.say)

    def duration(self, seconds: float | None) -> str:
        """`45 s`, `8 min`, `1 h 5 min`, `2 d 3 h`."""
        return NONE if seconds is None else numbers.brief_duration(seconds, self.say)

    def quartiles(self, low: float, high: float, *, in_seconds: bool) -> str:
        """The middle half of a measure, `4 min–9 min`; counts as whole numbers, which they are."""
        if in_seconds:
            return dashed(self.duration(low), self.duration(high))
        return dashed(self.number(numbers.whole(low)), self.number(numbers.whole(high)))

    def between(self, low: str, high: str) -> str:
        """`4 min to 9 min`, of two printed values; one of them where they read the same."""
        return low if low == high else self.text(N_("{low} to {high}"), low=low, high=high)

    def clock(self, at: datetime | None) -> str:
        """`09:41` in the zone; `02:15 (UTC+1)` in an hour that its clock shows twice."""
        if at is None:
            return NONE
        local = self.local(at)
        # Three times as quick as strftime, and every visit has one.
        return f"{local.hour:02}:{local.minute:02}{self._which(local)}"

    def _which(self, local: datetime) -> str:
        """The offset from UTC, in brackets, where the same clock time came twice; mostly empty."""
        if self.zone is UTC or local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
            return ""
        # In a gap, when clocks are set forward, the offsets differ too, but no instant falls there.
        return f" ({offset_name(local.utcoffset() or timedelta())})"

    def day(self, at: datetime) -> str:
        """`21 July 2024` in the zone."""
        return self.say.date(self.local(at).date())

    def calendar_day(self, day: date) -> str:
        """`21 July 2024`, of a day of the calendar."""
        return self.say.date(day)

    def short_day(self, day: date) -> str:
        """`21 Jul` with a no-break space, for where there is little room."""
        return self.say.day_and_month(day)

    def moment(self, at: datetime | None, *, with_day: bool) -> str:
        """A clock time, under its day where a log runs over several."""
        if at is None:
            return NONE
        if not with_day:
            return self.clock(at)
        # One message, because some languages put a comma between the two.
        return self.text(N_("{day} {time}"), day=self.day(at), time=self.clock(at))

    def local(self, at: datetime) -> datetime:
        """The time in the zone; at the ends of the calendar, where the zone would leave it, as it is."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            return at

    def span(self, first: datetime, last: datetime) -> str:
        """`21 July 2024, 09:02–11:00`, or both days in full; within a minute one time."""
        if self.day(first) == self.day(last):
            return f"{self.day(first)}, {dashed(self.clock(first), self.clock(last))}"
        return f"{self.moment(first, with_day=True)} – {self.moment(last, with_day=True)}"

    def one_day(self, first: datetime | None, last: datetime | None) -> bool:
        """Whether two times share a day of the zone, or are close enough that a clock time says which."""
        return first is None or last is None or last - first < timedelta(hours=20)
