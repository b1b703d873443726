"""Activity over time, as a strip of cells."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import WIDTH, Drawing, Label, lines, rectangle, shape, svg
from feedback.rendering.charts.ticks import clock_ticks

_HEIGHT, _FOOT = 34.0, 20.0
_LAST = datetime.max.replace(tzinfo=UTC)


def heat_strip(counts: Sequence[int], start: datetime, bin_seconds: float, zone: tzinfo) -> Drawing:
    """Counts in bins of `bin_seconds` from `start`: the more, the darker, in five steps; none is left empty."""
    step, most = WIDTH / len(counts), max(counts)
    cells: dict[int, list[str]] = {}
    for position, count in enumerate(counts):
        if count:
            level = -(-count * len(palette.HEAT) // most)
            cells.setdefault(level, []).append(rectangle(position * step, 0, max(step - 0.6, 0.6), _HEIGHT))
    parts = [shape("heat0", palette.PAUSE, rectangle(0, 0, WIDTH, _HEIGHT))]
    parts += [shape(f"heat{level}", palette.HEAT[level - 1], "".join(cells[level])) for level in sorted(cells)]
    axis, labels = _axis(start, len(counts) * bin_seconds, zone)
    return Drawing(WIDTH, svg(WIDTH, _HEIGHT + _FOOT, [*parts, axis]), labels)


def _axis(start: datetime, seconds: float, zone: tzinfo) -> tuple[str, tuple[Label, ...]]:
    # The last bin may reach beyond the calendar's end, where no clock time is left to mark.
    end = start + min(timedelta(seconds=seconds), _LAST - start)
    ticks = [((at - start).total_seconds() / seconds * WIDTH, text) for at, text in clock_ticks(start, end, zone)]
    marks = "".join(f"M{x:.1f} {_HEIGHT}v4" for x, _ in ticks)
    labels = tuple(Label(min(max(x, 14), WIDTH - 14), _HEIGHT + 16, text, anchor="middle") for x, text in ticks)
    return lines("rule", palette.MUTED, marks, width=0.6), labels
