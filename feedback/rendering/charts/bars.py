"""Amounts, one bar each."""

from collections.abc import Sequence

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import WIDTH, Drawing, Label, lines, rectangle, shape, svg

# Two of them and the gap between fill a page, at the scale of a whole one.
HALF_WIDTH = 340.0
ROWS = 14
_ROW, _BAR = 17.5, 10.5
_LABEL, _VALUE, _GAP = 40.0, 76.0, 14.0


def bars(items: Sequence[tuple[str, float, str]]) -> Drawing:
    """Horizontal bars of (alias, amount, the amount in words): half as wide as a page, or columns of at most `ROWS`."""
    columns = -(-len(items) // ROWS)
    rows = -(-len(items) // columns)
    whole = HALF_WIDTH if columns == 1 else WIDTH
    width = (whole - _GAP * (columns - 1)) / columns
    room = width - _LABEL - _VALUE
    most = max(amount for _, amount, _ in items) or 1
    base, bar, labels = [], [], []
    for position, (alias, amount, words) in enumerate(items):
        column, row = divmod(position, rows)
        x, y = column * (width + _GAP) + _LABEL, row * _ROW
        length = room * amount / most
        base.append(f"M{x:.1f} {y + 2:.1f}v{_ROW - 4:.1f}")
        bar.append(rectangle(x, y + (_ROW - _BAR) / 2, length, _BAR) if length else "")
        labels.append(Label(x - 10, y + _ROW / 2 + 3.8, alias, anchor="end", name="label", size=11))
        labels.append(Label(x + length + 6, y + _ROW / 2 + 3.8, words, size=11))
    parts = [lines("rule", palette.RULE, "".join(base)), shape("submission", palette.SUBMISSION, "".join(bar))]
    return Drawing(whole, svg(whole, rows * _ROW, parts), tuple(labels))
