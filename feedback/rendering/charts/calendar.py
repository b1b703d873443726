"""A calendar of days: a square a day, a column a week, the stronger the more happened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import msgspec

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import HALF_WIDTH, WIDTH, Drawing, Label, lines, rectangle, shape, svg

_LEFT, _HEAD, _GAP, _BETWEEN = 32.0, 18.0, 2.5, 14.0
_WEEK = 7
# Between two dates.
_APART = 6.0


class CalendarSize(msgspec.Struct, frozen=True):
    """The layout: its width, the largest square, how many weeks stand in one row of weeks, and the size of the type."""

    width: float
    largest: float
    weeks: int
    type: float


WIDE_CALENDAR = CalendarSize(width=WIDTH, largest=25, weeks=32, type=11)
# Beside the weeks, and on a phone.
HALF_CALENDAR = CalendarSize(width=HALF_WIDTH, largest=24, weeks=16, type=12)


class Calendar(msgspec.Struct, frozen=True):
    """What to draw: how much happened on each day, the days to show, and the deadline where it is one of them.

    `weekdays` are the seven short names from Monday on, and `label` says a date in few letters.
    """

    amounts: Mapping[date, int]
    first: date
    last: date
    weekdays: Sequence[str]
    label: Callable[[date], str]
    deadline: date | None = None


def calendar(what: Calendar, size: CalendarSize = WIDE_CALENDAR) -> Drawing:
    """The drawing: as many rows of weeks as are needed, each with its weekdays at the left and dates above."""
    mondays = list(_mondays(what.first, what.last))
    blocks = [mondays[i : i + size.weeks] for i in range(0, len(mondays), size.weeks)]
    step = min((size.width - _LEFT) / len(blocks[0]), size.largest)
    height = _HEAD + _WEEK * step
    cells: dict[int, list[str]] = {}
    labels: list[Label] = []
    marked = ""
    most = max(what.amounts.values(), default=1)
    for row, block in enumerate(blocks):
        top = _HEAD + row * (height + _BETWEEN)
        labels += _weekdays(what.weekdays, top, step, size.type)
        labels += _dates(block, what.label, top, step, size)
        for column, monday in enumerate(block):
            for weekday in range(_WEEK):
                day = monday + timedelta(days=weekday) if (date.max - monday).days >= weekday else None
                if day is None or not what.first <= day <= what.last:
                    continue
                square = (_LEFT + column * step, top + weekday * step, step - _GAP, step - _GAP)
                cells.setdefault(_level(what.amounts.get(day, 0), most), []).append(rectangle(*square))
                if day == what.deadline:
                    marked += rectangle(square[0] - 0.5, square[1] - 0.5, square[2] + 1, square[3] + 1)
    parts = [shape(f"heat{level}", _colour(level), "".join(cells[level])) for level in sorted(cells)]
    parts.append(lines("low-line", palette.LOW, marked, width=2))
    bottom = len(blocks) * (height + _BETWEEN) - _BETWEEN
    return Drawing(size.width, svg(size.width, bottom, parts), tuple(labels))


@cache
def calendar_key(level: int) -> str:
    """A square, for a legend: of a level from 0 to 5, or -1 for the deadline."""
    square = rectangle(1, 2, 12, 12)
    if level < 0:
        return svg(14, 16, [lines("low-line", palette.LOW, square, width=2)])
    return svg(14, 16, [shape(f"heat{level}", _colour(level), square)])


def _level(amount: int, most: int) -> int:
    """From 0 for nothing to 5, by the square root: a day with very much leaves the others their differences."""
    return 0 if not amount else max(1, round(len(palette.HEAT) * (amount / most) ** 0.5))


def _colour(level: int) -> str:
    return palette.HEAT[level - 1] if level else palette.PAUSE


def _mondays(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal() - first.weekday(), last.toordinal() + 1, _WEEK):
        yield date.fromordinal(ordinal)


def _weekdays(names: Sequence[str], top: float, step: float, size: float) -> Iterator[Label]:
    """Every second name: rows are less high than two lines of type."""
    for weekday in range(0, _WEEK, 2 if step < size * 1.6 else 1):
        yield Label(_LEFT - 7, top + weekday * step + step / 2 + size * 0.3, names[weekday], "end", size=size)


def _dates(
    mondays: Sequence[date], label: Callable[[date], str], top: float, step: float, size: CalendarSize
) -> Iterator[Label]:
    """The date of a Monday above its column, as often as there is room for the longest."""
    said = [label(monday) for monday in mondays]
    room = max(map(len, said), default=0) * size.type * 0.6 + _APART
    every = max(round(room / step + 0.5), 1)
    for column in range(0, len(mondays), every):
        x = _LEFT + column * step
        if x + room <= size.width + step:
            yield Label(x, top - 6, said[column], size=size.type)
