"""The report's fonts, sizes and colours as ReportLab knows them, made once a process."""

import functools
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Paragraph

INK, MUTED, RULE, ACCENT, SCORE, LOW, LOW_SHADE, SPENT = map(
    colors.HexColor, ("#1d2733", "#5a6675", "#dfe4ea", "#0a5ea8", "#0a6e5c", "#b4470c", "#fdf3ec", "#b9c2cc")
)
WIDTH = A4[0] - 36 * mm


@functools.cache
def fonts() -> tuple[str, str, str]:
    """(regular, bold, monospaced): the report's own fonts where they are installed, else those every PDF reader has."""
    files = {"regular": "NotoSans-Regular.ttf", "bold": "NotoSans-Bold.ttf", "mono": "DejaVuSansMono.ttf"}
    try:
        for name, file in files.items():
            pdfmetrics.registerFont(TTFont(name, file))
    except TTFError:
        return "Helvetica", "Helvetica-Bold", "Courier"
    pdfmetrics.registerFontFamily("regular", normal="regular", bold="bold", italic="regular", boldItalic="bold")
    return "regular", "bold", "mono"


@functools.cache
def face(size: float = 8.5, colour: Any = INK, *, bold: bool = False, after: float = 0, before: float = 0) -> Any:
    """Letters of a size in points, a colour and a weight, with room around their paragraph."""
    return ParagraphStyle(
        f"{size} {colour} {bold} {after} {before}",
        fontName=fonts()[1 if bold else 0],
        fontSize=size,
        leading=size * 1.3,
        textColor=colour,
        spaceAfter=after,
        spaceBefore=before,
        splitLongWords=1,
    )


def line(words: str, style: Any) -> Any:
    """Running text, to be broken into lines."""
    return Paragraph(escape(words), style)
