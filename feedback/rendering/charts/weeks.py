"""A course week by week: the score so far as a step line, and under it the time of each week as a bar."""

from collections.abc import Sequence

import msgspec

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import HALF_WIDTH, WIDTH, Drawing, Label, lines, rectangle, shape, svg

_TOP, _LEFT, _RIGHT, _FOOT, _BETWEEN = 8.0, 34.0, 8.0, 22.0, 8.0


class WeeksSize(msgspec.Struct, frozen=True):
    """The layout: its width, the heights of the score and of the bars, the size of the type, how many dates."""

    width: float
    score: float
    bars: float
    type: float
    dates: int


WIDE_WEEKS = WeeksSize(width=WIDTH, score=96, bars=40, type=12, dates=9)
# Beside the calendar, and on a phone.
HALF_WEEKS = WeeksSize(width=HALF_WIDTH, score=100, bars=36, type=12, dates=4)
# Of bars alone.
WIDE_BARS = WeeksSize(width=WIDTH, score=0, bars=110, type=12, dates=9)
HALF_BARS = WeeksSize(width=HALF_WIDTH, score=0, bars=128, type=12, dates=4)


class Weeks(msgspec.Struct, frozen=True):
    """What to draw: of each week its date in words, its amount of time, and the points at its end, None without scores.

    `levels` are what the scale names, in words, of the score, or without one of the bars; the last of them is its top.
    """

    dates: Sequence[str]
    amounts: Sequence[float]
    earned: Sequence[float] | None
    levels: Sequence[tuple[float, str]] = ()


def weeks_chart(what: Weeks, size: WeeksSize = WIDE_WEEKS) -> Drawing:
    """The drawing; without scores the bars alone."""
    step = (size.width - _LEFT - _RIGHT) / len(what.dates)
    foot = _TOP + (size.score + _BETWEEN if what.earned is not None else 0)
    base = foot + size.bars
    top = what.levels[-1][0] or 1.0 if what.levels else max(what.amounts) or 1.0
    on, room = (foot - _BETWEEN, size.score) if what.earned is not None else (base, size.bars)
    heights = [(on - value / top * room, words) for value, words in what.levels]
    rules = "".join(f"M{_LEFT:g} {y:.1f}H{size.width - _RIGHT:g}" for y, _ in heights)
    parts = [lines("rule", palette.RULE, rules)]
    labels = [Label(_LEFT - 7, y + size.type * 0.35, words, "end", size=size.type) for y, words in heights]
    if what.earned is not None:
        parts += _score([on - min(each / top, 1) * room for each in what.earned], on, step)
    most = (max(what.amounts) or 1.0) if what.earned is not None else top
    bars = [
        rectangle(
            _LEFT + n * step + step * 0.12, base - amount / most * size.bars, step * 0.76, amount / most * size.bars
        )
        for n, amount in enumerate(what.amounts)
        if amount
    ]
    parts.append(shape("time", palette.TIME, "".join(bars)))
    parts.append(lines("rule", palette.MUTED, f"M{_LEFT:g} {base:.1f}H{size.width - _RIGHT:g}", width=0.6))
    labels += _dates(what.dates, step, base, size)
    return Drawing(size.width, svg(size.width, base + _FOOT, parts), tuple(labels))


def _score(heights: Sequence[float], foot: float, step: float) -> Sequence[str]:
    """The score after each week, as a line that rises where the week ends."""
    line = f"M{_LEFT:g} {foot:.1f}" + "".join(f"L{_LEFT + (n + 1) * step:.1f} {y:.1f}" for n, y in enumerate(heights))
    area = f"{line}V{foot:.1f}H{_LEFT:g}Z"
    return shape("area", palette.AREA, area), lines("score-line", palette.SCORE, line, width=1.6)


def _dates(dates: Sequence[str], step: float, base: float, size: WeeksSize) -> Sequence[Label]:
    every = -(-len(dates) // size.dates)
    return [
        Label(_LEFT + n * step, base + 16, dates[n], size=size.type)
        for n in range(0, len(dates), every)
        if _LEFT + n * step + len(dates[n]) * size.type * 0.55 <= size.width
    ]
