"""Events over time, a row for each question."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache
from math import ceil

import msgspec

from feedback.analysis.findings import Mark, Pause
from feedback.analysis.times import SECOND
from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import WIDTH, Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import clock_ticks

_LEFT, _RIGHT, _TOP = 44, 14, 4
_FOOT = 20
_WIDTH = WIDTH - _LEFT - _RIGHT
# A row is comfortable for ten questions; more share the height, and only so many rows get their label.
_ROW, _HEIGHT, _LABEL_EVERY = 28.0, 162.0, 12.0


# How far right, which question, and the score where there is one.
Place = tuple[float, int, float | None]


class Timeline(msgspec.Struct, frozen=True):
    """What to draw: timed marks, pauses, how many questions there are, and the window to show."""

    marks: Sequence[Mark]
    pauses: Sequence[Pause]
    questions: int
    first: datetime
    last: datetime


def timeline(what: Timeline, zone: tzinfo) -> Drawing:
    """The drawing. Saves are ticks, submissions diamonds filled to their score, other events triangles."""
    rows = _Rows(what.questions)
    scale = _Scale(what.first, what.last)
    places = _places(what, scale)
    axis, times = _axis(what, zone, scale, rows.bottom)
    parts = [
        shape("pause", palette.PAUSE, _pauses(what, scale, rows)),
        rows.rules(),
        axis,
        shape("save", palette.SAVE, _ticks(places["save"], rows)),
        shape("other", palette.OTHER, _triangles(places["other"], rows)),
        *_submissions(places["submission"], rows),
    ]
    return Drawing(WIDTH, svg(WIDTH, rows.bottom + _FOOT, parts), (*rows.labels(), *times))


@cache
def key(name: str) -> str:
    """A single mark, for a legend: `save`, `submission`, `scored`, `other` or `pause`."""
    rows = _Rows(1)
    if name == "save":
        parts = [shape("save", palette.SAVE, _ticks([(7, 1, None)], rows))]
    elif name == "other":
        parts = [shape("other", palette.OTHER, _triangles([(7, 1, None)], rows))]
    elif name == "pause":
        parts = [shape("pause", palette.PAUSE, rectangle(0, rows.centre(1) - 7, 14, 14))]
    else:
        parts = [*_submissions([(7, 1, 0.5 if name == "scored" else None)], rows)]
    return svg(14, rows.bottom + _TOP, parts)


class _Scale:
    """Where a time from first to last stands between the left and the right edge."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._first = first
        self._span = _microseconds(last - first)

    def __call__(self, at: datetime) -> float:
        if not self._span:
            return _LEFT + _WIDTH / 2
        return round(_LEFT + _WIDTH * (_microseconds(at - self._first) / self._span), 1)


def _microseconds(span: timedelta) -> int:
    # Dividing one timedelta by another is exact too, and takes twice as long.
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


class _Rows:
    """Where the rows stand."""

    def __init__(self, questions: int) -> None:
        self.count = questions
        self.height = min(_ROW, _HEIGHT / questions)
        self.half = min(7.5, max(self.height * 0.36, 1.6))
        self.bottom = _TOP + self.height * questions

    def centre(self, question: int) -> float:
        return _TOP + self.height * (question - 0.5)

    def rules(self) -> str:
        """A line for each row with a label."""
        rules = "".join(f"M{_LEFT} {self.centre(n):.1f}H{WIDTH - _RIGHT}" for n in self._labelled())
        return lines("rule", palette.RULE, rules)

    def labels(self) -> Iterable[Label]:
        size = 11 if self.height > 12 else 9
        for n in self._labelled():
            yield Label(_LEFT - 10, self.centre(n) + 3.8, f"Q{n}", anchor="end", name="label", size=size)

    def _labelled(self) -> range:
        return range(1, self.count + 1, ceil(_LABEL_EVERY / self.height))


def _places(what: Timeline, scale: _Scale) -> dict[str, list[Place]]:
    """For each kind the distinct places: what falls on one spot is drawn once."""
    distinct: dict[str, dict[Place, None]] = {"save": {}, "other": {}, "submission": {}}
    for mark in what.marks:
        if mark.at is not None and what.first <= mark.at <= what.last:
            distinct[mark.kind if mark.kind in distinct else "other"][scale(mark.at), mark.question, mark.score] = None
    return {kind: list(places) for kind, places in distinct.items()}


def _pauses(what: Timeline, scale: _Scale, rows: _Rows) -> str:
    within = [(max(pause.start_at, what.first), min(pause.end_at, what.last)) for pause in what.pauses]
    spans = ((scale(start), scale(end)) for start, end in within if start < end)
    return "".join(rectangle(start, _TOP, end - start, rows.bottom - _TOP) for start, end in spans if end > start)


def _axis(what: Timeline, zone: tzinfo, scale: _Scale, bottom: float) -> tuple[str, tuple[Label, ...]]:
    ticks = [(scale(at), text) for at, text in clock_ticks(what.first, what.last, zone)]
    marks = "".join(f"M{x:.1f} {_TOP}V{bottom + 4:.1f}" for x, _ in ticks)
    labels = tuple(Label(x, bottom + 16, text, anchor="middle") for x, text in ticks)
    return lines("rule", palette.RULE, marks, width=0.6), labels


def _starts(places: Iterable[Place], rows: _Rows, dx: float, dy: float) -> list[str]:
    """Where the outline of each mark begins, beside the middle of its place, as path data."""
    heights = [f"{rows.centre(question) + dy:.1f}" for question in range(1, rows.count + 1)]
    return [f"M{x + dx:.1f} {heights[question - 1]}" for x, question, _ in places]


def _stamped(starts: Iterable[str], outline: str) -> str:
    """One outline, in path data relative to where it begins, from every start."""
    return "".join([start + outline for start in starts])


def _ticks(places: Iterable[Place], rows: _Rows) -> str:
    return _stamped(_starts(places, rows, -0.75, -rows.half), f"h1.5v{2 * rows.half:.1f}h-1.5z")


def _triangles(places: Iterable[Place], rows: _Rows) -> str:
    half = rows.half
    return _stamped(_starts(places, rows, 0, -half), f"l{half:.1f} {1.7 * half:.1f}h{-2 * half:.1f}z")


def _submissions(places: Sequence[Place], rows: _Rows) -> Iterable[str]:
    starts = _starts(places, rows, 0, rows.half)
    outlines = _stamped(starts, _diamond(rows.half, 1))
    by_share: dict[float, list[str]] = {}
    for (_, _, share), start in zip(places, starts, strict=True):
        if share is not None:
            by_share.setdefault(share, []).append(start)
    if not by_share:
        return [shape("submission", palette.SUBMISSION, outlines)]
    fills = [_stamped(alike, _diamond(rows.half, share)) for share, alike in by_share.items() if share]
    return [
        shape("outline", palette.PAPER, outlines, stroke=palette.SUBMISSION, width=1.2),
        shape("submission", palette.SUBMISSION, "".join(fills)),
    ]


def _diamond(half: float, share: float) -> str:
    """A diamond from its foot on, filled to `share` of its height."""
    if share <= 0.5:
        height = 2 * half * share
        return f"l{-height:.1f} {-height:.1f}h{2 * height:.1f}z"
    beyond = 2 * half * share - half
    top = 2 * (half - beyond)
    return f"l{-half:.1f} {-half:.1f}l{beyond:.1f} {-beyond:.1f}h{top:.1f}l{beyond:.1f} {beyond:.1f}z"
