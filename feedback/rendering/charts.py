"""The drawings, as SVG that a browser and Typst show alike.

Every mark carries a class and the light colour as an attribute: Typst reads the attribute, the page's
style sheet overrides it by class (dark mode, print). No style attributes, no var() and no currentColor:
a content security policy forbids the first, Typst draws the others black. Text is ours alone: aliases
and clock labels.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from feedback.analysis.findings import Mark
from feedback.rendering import palette
from feedback.rendering.ticks import clock_ticks

WIDTH = 700
_LEFT, _RIGHT, _TOP = 34, 12, 8
FONTS = "Noto Sans, Libertinus Serif, sans-serif"


def timeline(marks: Sequence[Mark], questions: int, zone: ZoneInfo) -> str:
    """Events over time, one row a question; empty where no event has a time."""
    timed = [(mark.at, mark) for mark in marks if mark.at is not None]
    if not timed:
        return ""
    first, last = min(at for at, _ in timed), max(at for at, _ in timed)
    row = _row_height(questions)
    bottom = _TOP + row * questions
    scale = _Scale(first, last)
    parts = [_rows(questions, row), _axis(first, last, zone, scale, bottom)]
    for kind in ("save", "other", "submission"):
        path = _marks(
            kind, sorted({(round(scale(at), 1), mark.question) for at, mark in timed if mark.kind == kind}), row
        )
        if path:
            parts.append(f'<path class="{kind}" fill="{_COLOURS[kind]}" d="{path}"/>')
    return _svg(bottom + 24, parts)


_COLOURS = {"save": palette.SAVE, "other": palette.OTHER, "submission": palette.SUBMISSION}


class _Scale:
    """Where a time stands between the left and the right edge."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._first = first
        self._seconds = (last - first).total_seconds()

    def __call__(self, at: datetime) -> float:
        width = WIDTH - _LEFT - _RIGHT
        if not self._seconds:
            return _LEFT + width / 2
        return _LEFT + width * (at - self._first).total_seconds() / self._seconds


def _row_height(questions: int) -> float:
    return 24 if questions <= 10 else max(11.0, 240 / questions)


def _rows(questions: int, row: float) -> str:
    lines = "".join(f"M{_LEFT} {_TOP + row * (n + 0.5):g}H{WIDTH - _RIGHT}" for n in range(questions))
    labels = "".join(
        f'<text class="label" fill="{palette.INK}" font-size="{min(11, row):g}" text-anchor="end" '
        f'x="{_LEFT - 8}" y="{_TOP + row * (n + 0.5) + 4:g}">Q{n + 1}</text>'
        for n in range(questions)
    )
    return f'<path class="rule" stroke="{palette.RULE}" d="{lines}"/>{labels}'


def _axis(first: datetime, last: datetime, zone: ZoneInfo, scale: _Scale, bottom: float) -> str:
    ticks = [(scale(at), label) for at, label in clock_ticks(first, last, zone)]
    lines = "".join(f"M{x:.1f} {_TOP}V{bottom:g}" for x, _ in ticks)
    labels = "".join(
        f'<text class="tick" fill="{palette.MUTED}" font-size="10" text-anchor="middle" '
        f'x="{x:.1f}" y="{bottom + 14:g}">{label}</text>'
        for x, label in ticks
    )
    return f'<path class="rule" stroke="{palette.RULE}" stroke-width=".5" d="{lines}"/>{labels}'


def _marks(kind: str, places: Iterable[tuple[float, int]], row: float) -> str:
    half = min(8.0, row / 3)
    if kind == "save":
        return "".join(
            f"M{x - 0.8:.1f} {_TOP + row * (n - 0.5) - half:.1f}h1.6v{2 * half:.1f}h-1.6z" for x, n in places
        )
    if kind == "submission":
        return "".join(
            f"M{x:.1f} {_TOP + row * (n - 0.5) - half:.1f}l{half:.1f} {half:.1f}"
            f"l{-half:.1f} {half:.1f}l{-half:.1f} {-half:.1f}z"
            for x, n in places
        )
    return "".join(
        f"M{x:.1f} {_TOP + row * (n - 0.5) - half:.1f}l{half:.1f} {1.7 * half:.1f}h{-2 * half:.1f}z" for x, n in places
    )


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" font-family="{FONTS}">'
        f"{''.join(parts)}</svg>"
    )
