"""A student's events over time, a row for each question: the best score as steps, or what was done as marks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from math import ceil

import msgspec

from feedback.analysis.findings import Mark
from feedback.analysis.kinds import Kind
from feedback.analysis.times import SECOND
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import exceeds
from feedback.rendering.charts import marks, palette
from feedback.rendering.charts.svg import Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import clock_ticks

_TOP, _FOOT, _RIGHT = 4, 22, 8
_LABEL_EVERY = 13.0
# The score of a step stands so much below the row above.
_HEAD = 6.0

# How far right, and which question.
Place = tuple[float, int]


class Size(msgspec.Struct, frozen=True):
    """The layout: width, the room for labels, the height of a row and of all, the size of the type, how many ticks."""

    width: float
    left: float
    row: float
    height: float
    type: float
    ticks: int


WIDE = Size(width=700, left=44, row=26, height=230, type=12, ticks=9)
PHONE = Size(width=352, left=36, row=26, height=300, type=12, ticks=4)


class Timeline(msgspec.Struct, frozen=True):
    """What to draw: marks, the label of each question, the time to show, and the edges of the exam's window in it.

    `low` is the question to look at first, by its number, 0 for none. With `scores` a row shows the best score.
    """

    marks: Sequence[Mark]
    labels: Sequence[str]
    first: datetime
    last: datetime
    scores: bool
    edges: Sequence[datetime] = ()
    low: int = 0


def timeline(what: Timeline, zone: tzinfo, say: Speech, size: Size = WIDE) -> Drawing:
    """The drawing."""
    rows = _Rows(what.labels, size)
    scale = _Scale(what.first, what.last, size)
    places = _places(what, scale)
    axis, times = _axis(what, zone, say, scale, rows)
    parts = [
        *_outside(what, scale, rows),
        axis,
        rows.rules(),
        *(_steps(what, scale, rows) if what.scores else ()),
        *marks.drawn(places, rows.foot if what.scores else rows.centre, rows.half),
    ]
    return Drawing(size.width, svg(size.width, rows.bottom + _FOOT, parts), (*rows.labels(what.low), *times))


@cache
def key(name: str) -> str:
    """A single mark, for a legend: the name of a kind, `look`, or `step`."""
    if name == "step":
        area, line = "M1 14V9H7V3H13V14Z", "M1 14V9H7V3H13"
        parts = [shape("area", palette.AREA, area), lines("score-line", palette.SCORE, line, width=1.4)]
    else:
        parts = list(marks.drawn({name: [(7.0, 1)]}, lambda _: 8.0, 6.0))
    return svg(14, 16, parts)


class _Scale:
    """Where a time from first to last stands between the left and the right edge."""

    def __init__(self, first: datetime, last: datetime, size: Size) -> None:
        self._first = first
        self._span = _microseconds(last - first)
        self._left, self._width = size.left, size.width - size.left - _RIGHT

    def __call__(self, at: datetime) -> float:
        if not self._span:
            return self._left + self._width / 2
        return round(self._left + self._width * (_microseconds(at - self._first) / self._span), 1)


def _microseconds(span: timedelta) -> int:
    # Dividing one timedelta by another is exact too, and takes twice as long.
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


class _Rows:
    """Where the rows stand."""

    def __init__(self, labels: Sequence[str], size: Size) -> None:
        self._labels, self.size = labels, size
        self.height = min(size.row, size.height / max(len(labels), 1))
        self.half = min(6.0, max(self.height * 0.32, 1.4))
        self.bottom = _TOP + self.height * len(labels)

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


def _places(what: Timeline, scale: _Scale) -> Mapping[str, Sequence[Place]]:
    """For each kind of mark the distinct places: what falls on one spot is drawn once."""
    distinct: dict[str, dict[Place, None]] = {}
    for mark in what.marks:
        if mark.at is not None and what.first <= mark.at <= what.last:
            distinct.setdefault(_name(mark, scores=what.scores), {})[scale(mark.at), mark.question] = None
    return {name: list(places) for name, places in distinct.items()}


def _name(mark: Mark, *, scores: bool) -> Kind | str:
    if mark.look or mark.kind == "view":
        return "look"
    return "try" if scores and mark.kind == "submission" else mark.kind


def _outside(what: Timeline, scale: _Scale, rows: _Rows) -> Iterable[str]:
    """The time before the window and after it, shaded."""
    within = [edge for edge in what.edges if what.first <= edge <= what.last]
    spans = []
    for edge in within:
        before = edge == what.edges[0]
        start, end = (scale(what.first), scale(edge)) if before else (scale(edge), scale(what.last))
        if end > start:
            spans.append(rectangle(start, _TOP, end - start, rows.bottom - _TOP))
    yield shape("pause", palette.PAUSE, "".join(spans))


def _steps(what: Timeline, scale: _Scale, rows: _Rows) -> Iterable[str]:
    """The best score so far of each question, as a filled step line with a dot at each rise."""
    areas: dict[bool, list[str]] = {False: [], True: []}
    outlines: dict[bool, list[str]] = {False: [], True: []}
    dots: dict[bool, list[str]] = {False: [], True: []}
    end = scale(what.last)
    for question, rises in _rises(what).items():
        low = question == what.low
        foot, line = rows.foot(question), ""
        for (at, score), (until, _) in pairwise([*rises, (what.last, 0.0)]):
            x, y = scale(at), rows.level(question, score)
            line += f"V{y:.1f}H{scale(until):.1f}" if line else f"M{x:.1f} {foot:.1f}V{y:.1f}H{scale(until):.1f}"
            dots[low].append(marks.dot(x, y, 2.2))
        outlines[low].append(line)
        areas[low].append(f"{line}V{foot:.1f}H{scale(rises[0][0]):.1f}Z" if end > scale(rises[0][0]) else "")
    for low, (name, colour, light) in _TONES.items():
        yield shape("area" if not low else "area-low", light, "".join(areas[low]))
        yield lines(f"{name}-line", colour, "".join(outlines[low]), width=1.4)
        yield shape(name, colour, "".join(dots[low]))


_TONES = {False: ("score", palette.SCORE, palette.AREA), True: ("low", palette.LOW, palette.AREA_LOW)}


def _rises(what: Timeline) -> dict[int, list[tuple[datetime, float]]]:
    """Of each question its first score, and when a score was the best so far."""
    rises: dict[int, list[tuple[datetime, float]]] = {}
    for mark in what.marks:
        if mark.score is None or mark.at is None or not what.first <= mark.at <= what.last:
            continue
        known = rises.setdefault(mark.question, [])
        if not known or exceeds(mark.score, known[-1][1]):
            known.append((mark.at, mark.score))
    return rises


def _axis(what: Timeline, zone: tzinfo, say: Speech, scale: _Scale, rows: _Rows) -> tuple[str, tuple[Label, ...]]:
    size = rows.size
    ticks = [(scale(at), text) for at, text in clock_ticks(what.first, what.last, zone, say, size.ticks)]
    drawn = "".join(f"M{x:.1f} {_TOP}V{rows.bottom + 4:.1f}" for x, _ in ticks)
    labels = []
    for x, text in ticks:
        # Half of a label on either side, but none beyond the edge.
        half = len(text) * size.type * 0.3
        labels.append(
            Label(min(max(x, half), size.width - half), rows.bottom + 17, text, anchor="middle", size=size.type)
        )
    return lines("rule", palette.RULE, drawn, width=0.6), tuple(labels)
