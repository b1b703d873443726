"""A student's events along an axis, a row for each question: the best score as steps, or what was done as marks."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import ceil

import msgspec

from feedback.analysis.findings import Mark
from feedback.phrasing.numbers import TOLERANCE
from feedback.rendering.charts import marks, palette
from feedback.rendering.charts.axes import Axis
from feedback.rendering.charts.svg import Drawing, Label, lines, rectangle, shape, svg

_TOP, _FOOT, _RIGHT = 4, 22, 8
_LABEL_EVERY = 13.0
# The score of a step stands so much below the row above.
_HEAD = 6.0

# The share of the width, and which row.
Place = tuple[float, int]
Placed = tuple[Mark, float, int]


class Size(msgspec.Struct, frozen=True):
    """The layout: width, the room for labels, the height of a row and of all, the size of the type, how many ticks."""

    width: float
    left: float
    row: float
    height: float
    type: float
    ticks: int


WIDE = Size(width=700, left=44, row=24, height=180, type=12, ticks=9)
PHONE = Size(width=352, left=36, row=26, height=300, type=12, ticks=4)


class Timeline(msgspec.Struct, frozen=True):
    """What to draw: marks along an axis, in rows.

    `rows` are the numbers of the questions that have one, from the top, and `labels` the words beside them. `low` is
    the question to look at first, by its number, 0 for none. With `scores` a row shows the best score. `outside` are
    the parts beyond the exam's window, by their shares of the width.
    """

    marks: Sequence[Mark]
    rows: Sequence[int]
    labels: Sequence[str]
    axis: Axis
    scores: bool
    outside: Sequence[tuple[float, float]] = ()
    low: int = 0


def timelines(what: Timeline, sizes: Sequence[Size] = (WIDE,)) -> list[Drawing]:
    """The drawing in each of the sizes; where everything stands along the axis is worked out once."""
    row_of = {question: row for row, question in enumerate(what.rows, start=1)}
    placed = [
        (mark, share, row_of[mark.question])
        for mark in what.marks
        if mark.question in row_of and (share := what.axis.share(mark)) is not None
    ]
    places, rises = _places(placed, scores=what.scores), _rises(placed if what.scores else ())
    low = row_of.get(what.low, 0)
    return [_drawn(what, _Rows(what.labels, size), places, rises, low) for size in sizes]


def _drawn(what: Timeline, rows: "_Rows", places: Mapping[str, Sequence[Place]], rises: "_Rises", low: int) -> Drawing:
    axis, times = _axis(what.axis, rows)
    parts = [
        *_shaded((*what.outside, *what.axis.cuts), rows),
        axis,
        rows.rules(),
        *(_steps(rises, rows, low) if what.scores else ()),
        *marks.drawn(places, rows.across, rows.foot if what.scores else rows.centre, rows.half),
    ]
    return Drawing(rows.size.width, svg(rows.size.width, rows.bottom + _FOOT, parts), (*rows.labels(low), *times))


@cache
def key(name: str) -> str:
    """A single mark, for a legend: the name of a kind, `look`, or `step`."""
    if name == "step":
        area, line = "M1 14V9H7V3H13V14Z", "M1 14V9H7V3H13"
        parts = [shape("area", palette.AREA, area), lines("score-line", palette.SCORE, line, width=1.4)]
    else:
        parts = list(marks.drawn({name: [(7.0, 1)]}, lambda x: x, lambda _: 8.0, 6.0))
    return svg(14, 16, parts)


class _Rows:
    """Where the rows stand."""

    def __init__(self, labels: Sequence[str], size: Size) -> None:
        self._labels, self.size = labels, size
        self.height = min(size.row, size.height / max(len(labels), 1))
        self.half = min(6.0, max(self.height * 0.32, 1.4))
        self.bottom = _TOP + self.height * len(labels)

    def across(self, share: float) -> float:
        """How far right a share of the time stands."""
        return self.size.left + share * (self.size.width - self.size.left - _RIGHT)

    def centre(self, question: int) -> float:
        return _TOP + self.height * (question - 0.5)

    def foot(self, question: int) -> float:
        """Where the score 0 stands."""
        return _TOP + self.height * question - 1

    def level(self, question: int, score: float) -> float:
        """Where a score stands in the row of a question."""
        return self.foot(question) - score * max(self.height - _HEAD, 2.0)

    def rules(self) -> str:
        """A line under each row with a label."""
        edge = self.size.width - _RIGHT
        return lines(
            "rule", palette.RULE, "".join(f"M{self.size.left:g} {self.foot(n):.1f}H{edge:g}" for n in self._told())
        )

    def labels(self, low: int) -> Iterable[Label]:
        for n in self._told():
            name, y = "label-low" if n == low else "label", self.centre(n) + self.size.type * 0.35
            yield Label(self.size.left - 8, y, self._labels[n - 1], anchor="end", name=name, size=self.size.type)

    def _told(self) -> range:
        return range(1, len(self._labels) + 1, ceil(_LABEL_EVERY / self.height))


def _places(placed: Iterable[Placed], *, scores: bool) -> Mapping[str, Sequence[Place]]:
    """For each kind of mark the distinct places: what falls on one spot is drawn once."""
    distinct: dict[str, dict[Place, None]] = {}
    for mark, share, row in placed:
        name: str = mark.kind
        if mark.look or name == "view":
            name = "look"
        elif scores and name == "submission":
            name = "try"
        distinct.setdefault(name, {})[round(share, 4), row] = None
    return {name: list(places) for name, places in distinct.items()}


def _shaded(spans: Iterable[tuple[float, float]], rows: _Rows) -> Iterable[str]:
    """The time outside of the window, and that which is left out between two sittings."""
    drawn = [(rows.across(start), rows.across(end)) for start, end in spans if end > start]
    yield shape(
        "pause",
        palette.PAUSE,
        "".join(rectangle(start, _TOP, end - start, rows.bottom - _TOP) for start, end in drawn),
    )


_DOT = marks.circle(2.2)
# Of each row where its best score so far rose, and to what.
_Rises = Mapping[int, Sequence[tuple[float, float]]]


def _steps(rises: _Rises, rows: _Rows, low_row: int) -> Iterable[str]:
    """The best score so far of each question, as a filled step line with a dot at each rise."""
    areas: dict[bool, list[str]] = {False: [], True: []}
    outlines: dict[bool, list[str]] = {False: [], True: []}
    dots: dict[bool, list[str]] = {False: [], True: []}
    for row, steps in rises.items():
        low, foot = row == low_row, rows.foot(row)
        begin, line = f"{rows.across(steps[0][0]):.1f}", ""
        for (at, score), (until, _) in pairwise([*steps, (1.0, 0.0)]):
            x, y = rows.across(at), rows.level(row, score)
            line += f"V{y:.1f}H{rows.across(until):.1f}"
            dots[low].append(_DOT.at(x, y))
        line = f"M{begin} {foot:.1f}{line}"
        outlines[low].append(line)
        if steps[0][0] < 1:
            areas[low].append(f"{line}V{foot:.1f}H{begin}Z")
    for low, (name, colour, light) in _TONES.items():
        yield shape("area-low" if low else "area", light, "".join(areas[low]))
        yield lines(f"{name}-line", colour, "".join(outlines[low]), width=1.4)
        yield shape(name, colour, "".join(dots[low]))


_TONES = {False: ("score", palette.SCORE, palette.AREA), True: ("low", palette.LOW, palette.AREA_LOW)}


def _rises(placed: Iterable[Placed]) -> _Rises:
    """Of each row its first score, and each that was the best so far."""
    rises: dict[int, list[tuple[float, float]]] = {}
    for mark, share, row in placed:
        if mark.score is None:
            continue
        known = rises.setdefault(row, [])
        if not known or mark.score > known[-1][1] + TOLERANCE:
            known.append((share, mark.score))
    return rises


def _axis(axis: Axis, rows: _Rows) -> tuple[str, tuple[Label, ...]]:
    size = rows.size
    ticks = [(rows.across(share), text) for share, text in axis.ticks(size.ticks)]
    drawn = "".join(f"M{x:.1f} {_TOP}V{rows.bottom + 4:.1f}" for x, _ in ticks)
    labels: list[Label] = []
    edge = 0.0
    for x, text in ticks:
        # Half of a label on either side, but none beyond the edge, and none over the one before.
        half = len(text) * size.type * 0.3
        at = min(max(x, half), size.width - half)
        if at - half >= edge:
            labels.append(Label(at, rows.bottom + 17, text, anchor="middle", size=size.type))
            edge = at + half
    return lines("rule", palette.RULE, drawn, width=0.6), tuple(labels)
