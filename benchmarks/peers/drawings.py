"""Our drawings as ReportLab's own shapes: read from the SVG beforehand, made into shapes while the clock runs.

So ReportLab has nothing to parse, as somebody who drew with it would have nothing to parse either.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from reportlab.graphics.shapes import Drawing, Path, String
from reportlab.lib.colors import HexColor

from feedback.rendering.blocks import Cell, Chart, Document, Table

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_TOKEN = re.compile(r"[A-Za-z]|-?[0-9.]+")
# ReportLab's codes: a move and a line take a point each, a curve three.
_MOVE, _LINE, _CURVE, _CLOSE = 0, 1, 2, 3
# Where the two inner points of a Bézier curve stand that runs along half a circle, in diameters to its side.
_BULGE = 2 / 3


class Outline(NamedTuple):
    """A path: points (x, y, x, y, …) from the lower left corner, and what to do at each."""

    points: list[float]
    operators: list[int]
    fill: str
    stroke: str
    width: float


class Words(NamedTuple):
    """A short text, and where it stands."""

    x: float
    y: float
    text: str
    size: float
    anchor: str
    colour: str


class Sketch(NamedTuple):
    """All that a drawing holds."""

    width: float
    height: float
    parts: list[Outline | Words]


def sketches(document: Document) -> dict[str, Sketch]:
    """What to draw for each SVG of a document."""
    return {svg: sketch(svg) for svg in _drawings(document)}


def _drawings(document: Document) -> Iterator[str]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                yield block.svg
                yield from (key.svg for key in block.legend)
            elif isinstance(block, Table):
                yield from (cell.svg for row in block.rows for cell in row if isinstance(cell, Cell) and cell.svg)


def sketch(svg: str) -> Sketch:
    """Raises ValueError for anything that our charts have not drawn so far."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    return Sketch(width, height, [_part(element, height) for element in root])


def _part(element: ET.Element, height: float) -> Outline | Words:
    has = element.attrib
    match element.tag.removeprefix(_NAMESPACE):
        case "path":
            points, operators = _path(has["d"], height)
            return Outline(
                points, operators, has["fill"], has.get("stroke", "none"), float(has.get("stroke-width", "0"))
            )
        case "text":
            at = float(has["x"]), height - float(has["y"])
            return Words(*at, element.text or "", float(has["font-size"]), has["text-anchor"], has["fill"])
        case unknown:
            raise ValueError(f"the benchmark cannot draw <{unknown}>: teach benchmarks/peers/drawings.py")


def _path(d: str, height: float) -> tuple[list[float], list[int]]:
    points, operators = list[float](), list[int]()
    x = y = 0.0
    tokens, command = _TOKEN.findall(d), ""
    position = 0
    while position < len(tokens):
        if tokens[position].isalpha():
            command, position = tokens[position], position + 1
        if command in "zZ":
            operators.append(_CLOSE)
            continue
        taken = {"h": 1, "v": 1, "a": 7}.get(command.lower(), 2)
        values = [float(token) for token in tokens[position : position + taken]]
        position += taken
        if command == "a":  # half a circle, which is all that the charts draw of one
            (dx, dy), before = values[5:], (x, y)
            x, y = x + dx, y + dy
            for at_x, at_y in (before, (x, y)):
                points += (at_x + _BULGE * dy, height - (at_y - _BULGE * dx))
            points += (x, height - y)
            operators.append(_CURVE)
            continue
        x, y = _moved(command, x, y, values)
        operators.append(_MOVE if command in "mM" else _LINE)
        points += (x, height - y)
        command = {"m": "l", "M": "L"}.get(command, command)
    return points, operators


def _moved(command: str, x: float, y: float, values: list[float]) -> tuple[float, float]:
    match command:
        case "M" | "L":
            return values[0], values[1]
        case "m" | "l":
            return x + values[0], y + values[1]
        case "H":
            return values[0], y
        case "h":
            return x + values[0], y
        case "V":
            return x, values[0]
        case "v":
            return x, y + values[0]
    raise ValueError(f"the benchmark cannot draw `{command}`: teach benchmarks/peers/drawings.py")


def shapes(of: Sketch, scale: float, font: str) -> Any:
    """The drawing as a flowable, `scale` times as large."""
    drawing = Drawing(of.width * scale, of.height * scale)
    drawing.scale(scale, scale)
    for part in of.parts:
        if isinstance(part, Outline):
            shape = Path(part.points, part.operators)
            shape.fillColor = None if part.fill == "none" else HexColor(part.fill)
            shape.strokeColor = None if part.stroke == "none" else HexColor(part.stroke)
            shape.strokeWidth = part.width
        else:
            shape = String(part.x, part.y, part.text)
            shape.fontName, shape.fontSize, shape.textAnchor = font, part.size, part.anchor
            shape.fillColor = HexColor(part.colour)
        drawing.add(shape)
    return drawing
