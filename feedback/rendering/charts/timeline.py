"""A student's events over time, a row for each question: the best score as steps, or what was done as marks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from itertools import pairwise
from math import ceil

import msgspec

from feedback.analysis.findings import Mark
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import TOLERANCE
from feedback.rendering.charts import marks, palette
from feedback.rendering.charts.svg import Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import clock_ticks

_TOP, _FOOT, _RIGHT = 4, 22, 8
_LABEL_EVERY = 13.0
# The score of a step stands so much below the row above.
_HEAD = 6.0

# The share of the time, and which question.
Place = tuple[float, int]


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
    """What to draw: marks, the label of each question, the time to show, and the edges of the exam's window in it.

    `marks` are those with a time to show: `timed` picks them. `low` is the question to look at first, by its number, 0
    for none. With `scores` a row shows the best score.
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
    return timelines(what, zone, say, (size,))[0]


def timelines(what: Timeline, zone: tzinfo, say: Speech, sizes: Sequence[Size]) -> list[Drawing]:
    """The same in several sizes; where everything stands between first and last is worked out once."""
    share = _Share(what.first, what.last)
    places, rises = _places(what, share), _rises(what, share)
    return [_drawn(what, zone, say, _Rows(what.labels, size), share, places, rises) for size in sizes]


def _drawn(
    what: Timeline,
    zone: tzinfo,
    say: Speech,
    rows: "_Rows",
    share: "_Share",
    places: Mapping[str, Sequence[Place]],
    rises: "_Rises",
) -> Drawing:
    axis, times = _axis(what, zone, say, share, rows)
    parts = [
        *_outside(what, share, rows),
        axis,
        rows.rules(),
        *(_steps(what, rises, rows) if what.scores else ()),
        *marks.drawn(places, rows.across, rows.foot if what.scores else rows.centre, rows.half),
    ]
    return Drawing(rows.size.width, svg(rows.size.width, rows.bottom + _FOOT, parts), (*rows.labels(what.low), *times))


@cache
def key(name: str) -> str:
    """A single mark, for a legend: the name of a kind, `look`, or `step`."""
    if name == "step":
        area, line = "M1 14V9H7V3H13V14Z", "M1 14V9H7V3H13"
        parts = [shape("area", palette.AREA, area), lines("score-line", palette.SCORE, line, width=1.4)]
    else:
        parts = list(marks.drawn({name: [(7.0, 1)]}, lambda x: x, lambda _: 8.0, 6.0))
    return svg(14, 16, parts)


class _Share:
    """Where a time stands between the first and the last, from 0 to 1; in the middle where these are one."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._first = first
        self._span = (last - first).total_seconds()

    def __call__(self, at: datetime) -> float:
        if not self._span:
            return 0.5
        since = at - self._first
        # Faster than total_seconds(), and there is a call for every mark.
        return (since.days * 86_400 + since.seconds + since.microseconds * 1e-6) / self._span


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


def _places(what: Timeline, share: _Share) -> Mapping[str, Sequence[Place]]:
    """For each kind of mark the distinct places: what falls on one spot is drawn once."""
    distinct: dict[str, dict[Place, None]] = {}
    scores = what.scores
    for mark in what.marks:
        if mark.at is None:
            continue
        name: str = mark.kind
        if mark.look or name == "view":
            name = "look"
        elif scores and name == "submission":
            name = "try"
        distinct.setdefault(name, {})[round(share(mark.at), 4), mark.question] = None
    return {name: list(places) for name, places in distinct.items()}


def timed(marks: Sequence[Mark], first: datetime, last: datetime) -> list[Mark]:
    """The marks that have a time from first to last."""
    return [mark for mark in marks if mark.at is not None and first <= mark.at <= last]


def _outside(what: Timeline, share: _Share, rows: _Rows) -> Iterable[str]:
    """The time before the window and after it, shaded."""
    spans = []
    for edge in what.edges:
        if what.first <= edge <= what.last:
            before = edge == what.edges[0]
            start, end = (rows.across(at) for at in ((0.0, share(edge)) if before else (share(edge), 1.0)))
            if end > start:
                spans.append(rectangle(start, _TOP, end - start, rows.bottom - _TOP))
    yield shape("pause", palette.PAUSE, "".join(spans))


_DOT = marks.circle(2.2)
# Of each question where its best score so far rose, and to what.
_Rises = Mapping[int, Sequence[tuple[float, float]]]


def _steps(what: Timeline, rises: _Rises, rows: _Rows) -> Iterable[str]:
    """The best score so far of each question, as a filled step line with a dot at each rise."""
    areas: dict[bool, list[str]] = {False: [], True: []}
    outlines: dict[bool, list[str]] = {False: [], True: []}
    dots: dict[bool, list[str]] = {False: [], True: []}
    for question, steps in rises.items():
        low, foot = question == what.low, rows.foot(question)
        begin, line = f"{rows.across(steps[0][0]):.1f}", ""
        for (at, score), (until, _) in pairwise([*steps, (1.0, 0.0)]):
            x, y = rows.across(at), rows.level(question, score)
            line += f"V{y:.1f}H{rows.across(until):.1f}"
            dots[low].append(f"M{x + _DOT.right:.1f} {y:.1f}{_DOT.rest}")
        line = f"M{begin} {foot:.1f}{line}"
        outlines[low].append(line)
        if steps[0][0] < 1:
            areas[low].append(f"{line}V{foot:.1f}H{begin}Z")
    for low, (name, colour, light) in _TONES.items():
        yield shape("area-low" if low else "area", light, "".join(areas[low]))
        yield lines(f"{name}-line", colour, "".join(outlines[low]), width=1.4)
        yield shape(name, colour, "".join(dots[low]))


_TONES = {False: ("score", palette.SCORE, palette.AREA), True: ("low", palette.LOW, palette.AREA_LOW)}


def _rises(what: Timeline, share: _Share) -> _Rises:
    """Of each question its first score, and each that was the best so far."""
    rises: dict[int, list[tuple[float, float]]] = {}
    for mark in what.marks if what.scores else ():
        if mark.score is None or mark.at is None:
            continue
        known = rises.setdefault(mark.question, [])
        if not known or mark.score > known[-1][1] + TOLERANCE:
            known.append((share(mark.at), mark.score))
    return rises


def _axis(what: Timeline, zone: tzinfo, say: Speech, share: _Share, rows: _Rows) -> tuple[str, tuple[Label, ...]]:
    size = rows.size
    ticks = [(rows.across(share(at)), text) for at, text in clock_ticks(what.first, what.last, zone, say, size.ticks)]
    drawn = "".join(f"M{x:.1f} {_TOP}V{rows.bottom + 4:.1f}" for x, _ in ticks)
    labels = []
    for x, text in ticks:
        # Half of a label on either side, but none beyond the edge.
        half = len(text) * size.type * 0.3
        labels.append(
            Label(min(max(x, half), size.width - half), rows.bottom + 17, text, anchor="middle", size=size.type)
        )
    return lines("rule", palette.RULE, drawn, width=0.6), tuple(labels)
