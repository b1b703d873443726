"""The marks of the kinds of events: each its own shape, so that no colour is needed to tell them apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from feedback.rendering.charts import palette
from feedback.rendering.charts.svg import lines, shape

Place = tuple[float, int]


def dot(x: float, y: float, radius: float) -> str:
    """A circle, as path data."""
    half = f"a{radius:g} {radius:g} 0 1 0 "
    return f"M{x - radius:.1f} {y:.1f}{half}{2 * radius:g} 0{half}{-2 * radius:g} 0z"


def drawn(
    places: Mapping[str, Sequence[Place]],
    across: Callable[[float], float],
    height: Callable[[int], float],
    half: float,
) -> Iterable[str]:
    """The marks at their places, the faint ones first; `across` and `height` say where on the drawing these are."""
    for name, (style, colour, outline) in _STYLES.items():
        if here := places.get(name):
            path = "".join([outline(across(share), height(question), half) for share, question in here])
            if style.startswith("line"):
                yield lines(style.removeprefix("line-"), colour, path, width=1.2)
            else:
                yield shape(style, colour, path)


def _tick(x: float, y: float, half: float) -> str:
    return f"M{x - 0.6:.1f} {y - half:.1f}h1.2v{2 * half:.1f}h-1.2z"


def _short(x: float, y: float, half: float) -> str:
    return f"M{x - 0.5:.1f} {y - half * 0.6:.1f}h1v{half * 1.2:.1f}h-1z"


def _up_tick(x: float, y: float, half: float) -> str:
    return f"M{x - 0.8:.1f} {y:.1f}v{-1.2 * half:.1f}h1.6v{1.2 * half:.1f}z"


def _diamond(x: float, y: float, half: float) -> str:
    return f"M{x:.1f} {y - half:.1f}l{half:.1f} {half:.1f}l{-half:.1f} {half:.1f}l{-half:.1f} {-half:.1f}z"


def _up(x: float, y: float, half: float) -> str:
    return f"M{x:.1f} {y - half:.1f}l{half:.1f} {1.7 * half:.1f}h{-2 * half:.1f}z"


def _right(x: float, y: float, half: float) -> str:
    return f"M{x - half * 0.7:.1f} {y - half:.1f}l{1.5 * half:.1f} {half:.1f}l{-1.5 * half:.1f} {half:.1f}z"


def _square(x: float, y: float, half: float) -> str:
    side = 1.5 * half
    return f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:.1f}v{side:.1f}h{-side:.1f}z"


def _cross(x: float, y: float, half: float) -> str:
    reach = half * 0.8
    down = f"M{x - reach:.1f} {y - reach:.1f}l{2 * reach:.1f} {2 * reach:.1f}"
    return f"{down}M{x + reach:.1f} {y - reach:.1f}l{-2 * reach:.1f} {2 * reach:.1f}"


def _ring(x: float, y: float, half: float) -> str:
    return dot(x, y, round(half * 0.7, 1))


# By the kind: its style (a class of the page's style sheet), its light colour, and its outline.
_STYLES: Mapping[str, tuple[str, str, Callable[[float, float, float], str]]] = {
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
