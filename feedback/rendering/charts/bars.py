"""Amounts, one bar each."""

from collections.abc import Sequence

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import WIDTH, label, lines, rectangle, shape, svg

_ROW, _BAR = 22.0, 12.0
_LABEL, _VALUE, _GAP = 44.0, 78.0, 14.0
_ROWS_A_COLUMN = 14


def bars(items: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars of (alias, amount, the amount in words), in columns of at most 14 rows."""
    columns = -(-len(items) // _ROWS_A_COLUMN)
    rows = -(-len(items) // columns)
    width = (WIDTH - _GAP * (columns - 1)) / columns
    room = width - _LABEL - _VALUE
    most = max(amount for _, amount, _ in items) or 1
    base, bar, labels = [], [], []
    for position, (alias, amount, words) in enumerate(items):
        column, row = divmod(position, rows)
        x, y = column * (width + _GAP) + _LABEL, row * _ROW
        length = room * amount / most
        base.append(f"M{x:.1f} {y + 2:.1f}v{_ROW - 4:.1f}")
        bar.append(rectangle(x, y + (_ROW - _BAR) / 2, length, _BAR) if length else "")
        labels.append(label(x - 10, y + _ROW / 2 + 3.8, alias, anchor="end", name="label", size=11))
        labels.append(label(x + length + 6, y + _ROW / 2 + 3.8, words, name="tick", size=11))
    parts = [lines("rule", palette.RULE, "".join(base)), shape("submission", palette.SUBMISSION, "".join(bar)), *labels]
    return svg(WIDTH, rows * _ROW, parts)
