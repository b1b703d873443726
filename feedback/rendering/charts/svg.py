"""What every drawing is put together from."""

from collections.abc import Iterable

import msgspec

from feedback.rendering.charts import palette

WIDTH = 700.0
# Two of them and the gap between fill a page, at the scale of a whole one; one is all that a phone shows.
HALF_WIDTH = 340.0
# The first two are the PDF's faces, the last a page's; aliases and digits are in all of them.
_FONTS = "Noto Sans, Libertinus Serif, system-ui, sans-serif"


_COLOURS = {"label": palette.INK, "label-low": palette.LOW}


class Label(msgspec.Struct, frozen=True):
    """A short text of ours; `y` is its base line, and `anchor` says what of it stands at `x`: start, middle or end.

    A `label` is written in ink, a `label-low` in the colour of what to look at, any other (`tick`) muted.
    """

    x: float
    y: float
    text: str
    anchor: str = "start"
    name: str = "tick"
    size: float = 10

    @property
    def svg(self) -> str:
        colour = _COLOURS.get(self.name, palette.MUTED)
        return (
            f'<text class="{self.name}" fill="{colour}" font-size="{self.size:g}" text-anchor="{self.anchor}" '
            f'x="{self.x:.1f}" y="{self.y:.1f}">{self.text}</text>'
        )


class Drawing(msgspec.Struct, frozen=True):
    """A drawing with words: `marks` is an SVG with everything else, `labels` are the words.

    Apart, because Typst sets a word in a fifth of the time that it takes over one in an SVG.
    """

    width: float
    marks: str
    labels: tuple[Label, ...] = ()

    @property
    def svg(self) -> str:
        """All of it as one SVG."""
        return "".join([self.marks.removesuffix("</svg>"), *(label.svg for label in self.labels), "</svg>"])


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """The drawing; without parts it is empty."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="{_FONTS}">'
        f"{''.join(parts)}</svg>"
    )


def shape(name: str, colour: str, d: str, *, stroke: str = "", width: float = 1) -> str:
    """One path of the class `name`; nothing where there is nothing to draw."""
    if not d:
        return ""
    line = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f'<path class="{name}" fill="{colour}"{line} d="{d}"/>'


def lines(name: str, colour: str, d: str, *, width: float = 1) -> str:
    """Strokes of the class `name`."""
    return f'<path class="{name}" fill="none" stroke="{colour}" stroke-width="{width:g}" d="{d}"/>' if d else ""


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """A rectangle, as path data."""
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"
