"""Activity over time, as a strip of cells."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import pairwise

from feedback.phrasing.i18n import Speech
from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import WIDTH, Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import clock_ticks

_HEIGHT, _FOOT = 34.0, 20.0


def heat_strip(counts: Sequence[int], starts: Sequence[datetime], end: datetime, zone: tzinfo, say: Speech) -> Drawing:
    """Counts in bins from each start to the next: the more, the darker, in five steps; none is left empty."""
    edges, most = _edges(starts, end), max(counts)
    cells: dict[int, list[str]] = {}
    for count, (left, right) in zip(counts, pairwise(edges), strict=True):
        if count:
            level = -(-count * len(palette.HEAT) // most)
            cells.setdefault(level, []).append(rectangle(left, 0, max(right - left - 0.6, 0.6), _HEIGHT))
    parts = [shape("heat0", palette.PAUSE, rectangle(0, 0, WIDTH, _HEIGHT))]
    parts += [shape(f"heat{level}", palette.HEAT[level - 1], "".join(cells[level])) for level in sorted(cells)]
    axis, labels = _axis(starts[0], end, zone, say)
    return Drawing(WIDTH, svg(WIDTH, _HEIGHT + _FOOT, [*parts, axis]), labels)


def _edges(starts: Sequence[datetime], end: datetime) -> list[float]:
    span = (end - starts[0]).total_seconds()
    return [(at - starts[0]).total_seconds() / span * WIDTH for at in (*starts, end)]


def _axis(start: datetime, end: datetime, zone: tzinfo, say: Speech) -> tuple[str, tuple[Label, ...]]:
    seconds = (end - start).total_seconds()
    times = clock_ticks(start, end, zone, say)
    ticks = [((at - start).total_seconds() / seconds * WIDTH, text) for at, text in times]
    marks = "".join(f"M{x:.1f} {_HEIGHT}v4" for x, _ in ticks)
    labels = tuple(Label(min(max(x, 14), WIDTH - 14), _HEIGHT + 16, text, anchor="middle") for x, text in ticks)
    return lines("rule", palette.MUTED, marks, width=0.6), labels
