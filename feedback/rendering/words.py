"""Texts, numbers and times as people write them, in one language, one time zone, and for one format."""

import math
from datetime import datetime, timedelta

from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.quality import replaced_characters_note
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.characters import Legible
from feedback.rendering.texts import N_, speech

NONE = "–"
MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
_MINUTE = 60
_LONGEST = 220


class Words:
    """How a document speaks. `legible` makes text from outside fit for the format."""

    def __init__(self, language: str, options: RenderOptions, legible: Legible) -> None:
        self._speech = speech(language)
        # As HTML and PDF name it (BCP 47): `pt-BR` for gettext's `pt_BR`.
        self.language = language.partition("@")[0].replace("_", "-")
        self.time_zone = options.time_zone
        self.zone = options.zone
        self.legible = legible

    def text(self, message: str, **values: object) -> str:
        """The translation of a message, with its `{names}` filled in."""
        translated = self._speech.gettext(message)
        return translated.format(**values) if values else translated

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """A message with `{number}` in the form the language has for that number, and its other `{names}` filled in."""
        return self._speech.ngettext(one, many, number).format(number=f"{number:,}", **values)

    def foreign(self, text: str) -> str:
        """Text from outside, legible, and no longer than a page can take."""
        if len(text) > _LONGEST:
            shown = text[:_LONGEST]
            return self.text("{shown}… ({count} characters)", shown=self.legible(shown), count=f"{len(text):,}")
        return self.legible(text)

    def replaced_note(self, settings: AnalysisSettings) -> str:
        """Which characters had to be written as code points so far; empty where none had."""
        note = replaced_characters_note(self.legible.replaced, settings)
        return "" if note is None else note.text

    def number(self, value: float | None) -> str:
        """`1,234`, `0.5`; a dash where there is none."""
        if value is None:
            return NONE
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"

    def quartiles(self, low: float, high: float, *, in_seconds: bool) -> str:
        """The middle half of a measure, `4 min–9 min`; counts as whole numbers, which they are."""
        if in_seconds:
            return f"{self.duration(low)}–{self.duration(high)}"
        return f"{math.floor(low + 0.5):,}–{math.floor(high + 0.5):,}"

    def score(self, value: float | None) -> str:
        """A share of the points, `0.75`; only the full score reads `1`."""
        if value is None:
            return NONE
        shown = min(value, 0.99) if value < 1 else value
        return f"{shown:.2f}".removesuffix("0").removesuffix(".0")

    def percent(self, share: float | None) -> str:
        """`37 %`, with a no-break space."""
        return NONE if share is None else f"{share * 100:.0f}\u00a0%"

    def duration(self, seconds: float | None) -> str:
        """`45 s`, `8 min`, `1 h 05 min`, `2 d 3 h`; a dash where there is none."""
        if seconds is None:
            return NONE
        if seconds < _MINUTE - 0.5:
            return self.text("{seconds} s", seconds=f"{seconds:.0f}")
        minutes = round(seconds / _MINUTE)
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return self.text("{minutes} min", minutes=minutes)
        if hours < 24:
            return self.text("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02}")
        return self.text("{days} d {hours} h", days=f"{hours // 24:,}", hours=hours % 24)

    def clock(self, at: datetime | None) -> str:
        """`09:41` in the zone; a dash where there is none."""
        if at is None:
            return NONE
        local = self.local(at)
        return f"{local.hour:02}:{local.minute:02}"  # three times as quick as strftime, and every visit has one

    def exact_clock(self, at: datetime | None) -> str:
        """`09:41:07` in the zone; a dash where there is none."""
        return NONE if at is None else f"{self.local(at):%H:%M:%S}"

    def day(self, at: datetime) -> str:
        """`21 July 2024` in the zone."""
        local = self.local(at)
        return self.text(
            "{day} {month} {year}", day=local.day, month=self.text(MONTHS[local.month - 1]), year=local.year
        )

    def moment(self, at: datetime | None, *, with_day: bool) -> str:
        """A clock time, under its day where a log runs over several."""
        if at is None:
            return NONE
        return f"{self.day(at)} {self.clock(at)}" if with_day else self.clock(at)

    def local(self, at: datetime) -> datetime:
        """The time in the zone; at the ends of the calendar, where the zone would leave it, as it is."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            return at

    def span(self, first: datetime, last: datetime) -> str:
        """`21 July 2024, 09:02–11:00`, or both days in full."""
        if self.day(first) == self.day(last):
            return f"{self.day(first)}, {self.clock(first)}–{self.clock(last)}"
        return f"{self.moment(first, with_day=True)} – {self.moment(last, with_day=True)}"

    def one_day(self, first: datetime | None, last: datetime | None) -> bool:
        """Whether two times share a day of the zone, or are close enough that a clock time says which."""
        return first is None or last is None or last - first < timedelta(hours=20)
