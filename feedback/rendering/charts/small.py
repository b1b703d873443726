"""Drawings the size of a word, without text: they repeat what the cells beside them say in numbers."""

from collections.abc import Sequence

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import lines, shape, svg

_WIDTH, _HEIGHT = 72.0, 16.0


def progress(scores: Sequence[float]) -> str:
    """The score of each submission in turn, as a step line from 0 (foot) to 1 (top)."""
    step = (_WIDTH - 2) / len(scores)
    levels = [_HEIGHT - 2 - (_HEIGHT - 4) * score for score in scores]
    tread = f"h{step:.1f}"
    line = f"M1 {levels[0]:.1f}" + "".join([f"V{level:.1f}{tread}" for level in levels])
    base = f"M1 {_HEIGHT - 1:.1f}H{_WIDTH - 1:g}"
    return svg(
        _WIDTH, _HEIGHT, [lines("rule", palette.RULE, base), lines("score-line", palette.SCORE, line, width=1.6)]
    )


def distribution(histogram: Sequence[int]) -> str:
    """How many fall in each of equal bins, as columns."""
    return svg(_WIDTH, _HEIGHT, [shape("save", palette.SAVE, _columns(histogram, _WIDTH, _HEIGHT))])


def strip(counts: Sequence[int], *, width: float = 120) -> str:
    """Counts over time as columns on a base line."""
    base = f"M0 {_HEIGHT - 0.5:.1f}H{width:g}"
    columns = shape("submission", palette.SUBMISSION, _columns(counts, width, _HEIGHT - 1))
    return svg(width, _HEIGHT, [lines("rule", palette.RULE, base), columns])


def _columns(counts: Sequence[int], width: float, height: float) -> str:
    most, step = max(counts, default=0) or 1, width / max(len(counts), 1)
    wide = max(step - 0.5, 0.5)
    # Hundreds of students have such a strip, and few counts are in it: an outline for each is put together once.
    outlines = {count: _outline(wide, count / most * height, height) for count in set(counts) if count}
    return "".join([f"M{position * step:.1f} {outlines[count]}" for position, count in enumerate(counts) if count])


def _outline(width: float, size: float, height: float) -> str:
    return f"{height - size:.1f}h{width:.1f}v{size:.1f}h{-width:.1f}z"
