"""The marks of the kinds of events: each its own shape, so that no colour is needed to tell them apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import lines, shape

Place = tuple[float, int]


class Outline(NamedTuple):
    """A shape as path data: where it begins, to the right of its place and below, and the rest, the same everywhere.

    So a mark among hundreds costs the writing of one or two numbers.
    """

    right: float
    down: float
    rest: str

    def at(self, x: float, y: float) -> str:
        """The shape at one place."""
        return f"M{x + self.right:.1f} {y + self.down:.1f}{self.rest}"


def circle(radius: float) -> Outline:
    """A circle around its place."""
    half = f"a{radius:g} {radius:g} 0 1 0 "
    return Outline(-radius, 0.0, f"{half}{2 * radius:g} 0{half}{-2 * radius:g} 0z")


def drawn(
    places: Mapping[str, Sequence[Place]],
    across: Callable[[float], float],
    height: Callable[[int], float],
    half: float,
) -> Iterable[str]:
    """The marks at their places, the faint ones first; `across` and `height` say where on the drawing these are."""
    for name, (style, colour, outline_of) in _STYLES.items():
        if here := places.get(name):
            right, down, rest = outline_of(half)
            ends = {
                question: f" {height(question) + down:.1f}{rest}" for question in {question for _, question in here}
            }
            path = "".join([f"M{across(share) + right:.1f}{ends[question]}" for share, question in here])
            if style.startswith("line"):
                yield lines(style.removeprefix("line-"), colour, path, width=1.2)
            else:
                yield shape(style, colour, path)


def _tick(half: float) -> Outline:
    return Outline(-0.6, -half, f"h1.2v{2 * half:.1f}h-1.2z")


def _short(half: float) -> Outline:
    return Outline(-0.5, -half * 0.6, f"h1v{half * 1.2:.1f}h-1z")


def _up_tick(half: float) -> Outline:
    return Outline(-0.8, 0.0, f"v{-1.2 * half:.1f}h1.6v{1.2 * half:.1f}z")


def _diamond(half: float) -> Outline:
    return Outline(0.0, -half, f"l{half:.1f} {half:.1f}l{-half:.1f} {half:.1f}l{-half:.1f} {-half:.1f}z")


def _up(half: float) -> Outline:
    return Outline(0.0, -half, f"l{half:.1f} {1.7 * half:.1f}h{-2 * half:.1f}z")


def _right(half: float) -> Outline:
    return Outline(-half * 0.7, -half, f"l{1.5 * half:.1f} {half:.1f}l{-1.5 * half:.1f} {half:.1f}z")


def _square(half: float) -> Outline:
    side = 1.5 * half
    return Outline(-side / 2, -side / 2, f"h{side:.1f}v{side:.1f}h{-side:.1f}z")


def _cross(half: float) -> Outline:
    reach = half * 0.8
    width = f"{2 * reach:.1f}"
    return Outline(-reach, -reach, f"l{width} {width}m-{width} 0l{width} -{width}")


def _ring(half: float) -> Outline:
    return circle(round(half * 0.7, 1))


# By the kind: its style (a class of the page's style sheet), its light colour, and its outline, given half its height.
_STYLES: Mapping[str, tuple[str, str, Callable[[float], Outline]]] = {
    "look": ("look", palette.LOOK, _short),
    "save": ("save", palette.SAVE, _tick),
    "run": ("line-save-line", palette.SAVE, _ring),
    "compile": ("line-save-line", palette.SAVE, _diamond),
    "compile_error": ("line-low-line", palette.LOW, _diamond),
    "hint": ("other", palette.OTHER, _square),
    "focus_lost": ("line-other-line", palette.OTHER, _cross),
    "start": ("ink", palette.INK, _right),
    "finish": ("ink", palette.INK, _square),
    "other": ("other", palette.OTHER, _up),
    "submission": ("ink", palette.INK, _diamond),
    "try": ("ink", palette.INK, _up_tick),
}
