"""What the reports of a course share, a student's and a class's: its calendar, and drawings that stand side by side."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeVar

from feedback.rendering.blocks import Key
from feedback.rendering.charts.calendar import HALF_CALENDAR, WIDE_CALENDAR, Calendar, calendar, calendar_key
from feedback.rendering.charts.svg import Drawing
from feedback.rendering.words import Words

# More than a year; of a longer course the last ones are drawn.
MAX_WEEKS = 64
Size = TypeVar("Size")
# A drawing, and the one for a phone where the first is too wide for it.
Drawings = tuple[Drawing, Drawing | None]


def latest_weeks(first: date, last: date) -> date:
    """The first day to draw of a course from `first` to `last`."""
    return max(first, date.fromordinal(max(last.toordinal() - 7 * MAX_WEEKS + 1, 1)))


def fits_half(first: date, last: date) -> bool:
    """Whether the calendar from `first` to `last` fits half of a page in one row of weeks."""
    monday = first - timedelta(days=first.weekday())
    return (last - monday).days // 7 < HALF_CALENDAR.weeks


def drawings(draw: Callable[[Size], Drawing], wide: Size, half_size: Size, words: Words, *, half: bool) -> Drawings:
    """A drawing over the whole page, with half of one for a phone; or with `half` the half alone."""
    if half:
        return draw(half_size), None
    return draw(wide), draw(half_size) if words.on_screen else None


def calendar_drawings(
    amounts: Mapping[date, int], first: date, last: date, deadline: date | None, words: Words, *, half: bool
) -> Drawings:
    """The calendar from `first` to `last`, with the deadline where it is one of these days."""
    what = Calendar(amounts, first, last, words.say.weekdays(), words.short_day, deadline)
    return drawings(lambda size: calendar(what, size), WIDE_CALENDAR, HALF_CALENDAR, words, half=half)


def calendar_legend(words: Words, *, deadline: bool) -> Iterator[Key]:
    """What the squares of a calendar mean."""
    yield Key(calendar_key(0), words.text("no entry"))
    yield Key(calendar_key(1), words.text("few entries"))
    yield Key(calendar_key(5), words.text("many entries"))
    if deadline:
        yield Key(calendar_key(-1), words.text("deadline"))
