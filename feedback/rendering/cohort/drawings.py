"""The drawings of a class report: scores as columns, time and score as dots, and a mean among its versions."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from feedback.analysis.cohort.results import ClassScores, Item
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import TOLERANCE, number
from feedback.rendering.charts import marks, palette
from feedback.rendering.charts.svg import HALF_WIDTH, Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import round_step

_TOP, _HEIGHT, _FOOT = 16.0, 132.0, 20.0
_LEFT, _RIGHT = 34.0, 8.0
_TICKS = 8
# Dots nearer to each other than this are one, the stronger the more of them there are.
_GRID = 3.0
_DOT = marks.circle(1.9)
_MEAN = marks.circle(4.6)
_STRENGTHS = ((1, 0.4), (2, 0.64), (3, 0.8), (4, 1.0))
_STRIP_WIDTH, _STRIP_HEIGHT = 130.0, 16.0


def score_columns(scores: ClassScores, show: Callable[[float], str], say: Speech) -> Drawing:
    """A column for each bin of scores with the number of students on it; those below half in another colour."""
    top, bins = scores.possible or 1.0, len(scores.histogram)
    step, most = (HALF_WIDTH - 2 * _RIGHT) / (bins * scores.bin_width), max(scores.histogram)
    wide = scores.bin_width * step
    columns: dict[bool, list[str]] = {False: [], True: []}
    labels = []
    for position, count in enumerate(scores.histogram):
        if not count:
            continue
        x, size = _RIGHT + position * wide, count / most * _HEIGHT
        low = (position + 1) * scores.bin_width <= top / 2 + TOLERANCE
        columns[low].append(rectangle(x + 0.5, _TOP + _HEIGHT - size, wide - 1, max(size, 0.8)))
        name = "label-low" if low else "tick"
        labels.append(Label(x + wide / 2, _TOP + _HEIGHT - size - 4, number(count, say), "middle", name, 9))
    parts = [
        shape("score", palette.SCORE, "".join(columns[False])),
        shape("low", palette.LOW, "".join(columns[True])),
        lines("rule", palette.RULE, f"M{_RIGHT} {_TOP + _HEIGHT:.1f}H{HALF_WIDTH - _RIGHT:g}"),
    ]
    labels += _foot([(_RIGHT + at * step, show(at)) for at in ticks(top)])
    return Drawing(HALF_WIDTH, svg(HALF_WIDTH, _TOP + _HEIGHT + _FOOT, parts), tuple(labels))


def time_and_score(
    points: Sequence[tuple[float, float]], top: float, longest: float, show: Callable[[float], str], say: Speech
) -> Drawing:
    """A dot for each (amount of time up to `longest`, score up to `top`); those below half in another colour."""
    room = HALF_WIDTH - _LEFT - _RIGHT
    dots: dict[bool, Counter[tuple[int, int]]] = {False: Counter(), True: Counter()}
    for amount, score in points:
        x, y = _LEFT + amount / longest * room, _TOP + (1 - score / top) * _HEIGHT
        dots[score < top / 2 - TOLERANCE][round(x / _GRID), round(y / _GRID)] += 1
    heights = [(_TOP + (1 - share) * _HEIGHT, show(share * top)) for share in (0, 0.5, 1)]
    rules = "".join(f"M{_LEFT} {y:.1f}H{HALF_WIDTH - _RIGHT:g}" for y, _ in heights)
    parts = [lines("rule", palette.RULE, rules)]
    parts += _dots("score", palette.SCORE, dots[False])
    parts += _dots("low", palette.LOW, dots[True])
    labels = [Label(_LEFT - 7, y + 3.5, text, "end") for y, text in heights]
    labels += _foot([(_LEFT + at / longest * room, number(round(at), say)) for at in ticks(longest)])
    return Drawing(HALF_WIDTH, svg(HALF_WIDTH, _TOP + _HEIGHT + _FOOT, parts), tuple(labels))


def mean_among_versions(item: Item, enough: int) -> str:
    """From 0 to 1: the mean as a dot on its interval, and a tick for each version that enough students had."""
    if item.facility is None:
        return ""
    middle, left, room = _STRIP_HEIGHT / 2, 4.0, _STRIP_WIDTH - 8

    def x(share: float) -> float:
        return left + share * room

    versions = [each.facility for each in item.versions if each.facility is not None and each.n >= enough]
    each = "".join(f"M{x(share):.1f} {middle - 4:g}v8" for share in versions)
    parts = [
        lines("rule", palette.RULE, f"M{left:g} {middle:g}H{left + room:g}"),
        lines("version", palette.MUTED, each, width=0.9),
    ]
    if item.facility_low is not None and item.facility_high is not None:
        reach = f"M{x(item.facility_low):.1f} {middle:g}H{x(item.facility_high):.1f}"
        parts.append(lines("interval", palette.SCORE, reach, width=4))
    parts.append(shape("score", palette.SCORE, _MEAN.at(x(item.facility), middle)))
    return svg(_STRIP_WIDTH, _STRIP_HEIGHT, parts)


def ticks(top: float) -> list[float]:
    """From 0 to `top` in round steps, at most `_TICKS` of them."""
    step = round_step(top / _TICKS, 10.0**-3)
    return [n * step for n in range(int(top / step + TOLERANCE) + 1)]


def _foot(places: Sequence[tuple[float, str]]) -> Iterator[Label]:
    """The labels below the base line, none of which leaves the drawing."""
    for x, text in places:
        half = len(text) * 2.8
        anchor = "start" if x < half else "end" if x > HALF_WIDTH - half else "middle"
        at = 0.0 if anchor == "start" else HALF_WIDTH if anchor == "end" else x
        yield Label(at, _TOP + _HEIGHT + 15, text, anchor)


def _dots(name: str, colour: str, cells: Counter[tuple[int, int]]) -> Iterator[str]:
    """As transparent dots that lie on each other would look, in a few strengths instead of thousands of layers."""
    for least, opacity in _STRENGTHS:
        last = least == _STRENGTHS[-1][0]
        d = "".join(
            _DOT.at(x * _GRID, y * _GRID)
            for (x, y), count in sorted(cells.items())
            if count == least or (last and count > least)
        )
        if d:
            yield f'<path class="{name}" fill="{colour}" fill-opacity="{opacity:g}" d="{d}"/>'
