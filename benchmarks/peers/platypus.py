"""Our report set by ReportLab's platypus: the same words, tables and drawings in about the same places, untagged.

Helped where it can be: cells of a few words are plain strings, the event order comes broken into lines, and
fonts are registered once.
"""

import functools
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Preformatted, Spacer, Table, TableStyle

from benchmarks.peers.drawings import Sketch, shapes
from feedback.rendering import blocks

_INK, _MUTED, _RULE, _SHADE, _ACCENT, _PRAISE = map(
    colors.HexColor, ("#1d2733", "#5a6675", "#dfe4ea", "#f5f7f9", "#0a5ea8", "#12714a")
)
_WIDTH = A4[0] - 36 * mm
_GAP = 10.0
_CHARACTERS_OF_A_PLAIN_CELL = 20

Sketches = Mapping[str, Sketch]
Flowables = list[Any]


def pdf(document: blocks.Document, sketches: Sketches) -> bytes:
    """The document as a PDF; `sketches` holds what each of its SVGs draws."""
    made = io.BytesIO()
    template = BaseDocTemplate(made, pagesize=A4, title=document.title, lang=document.language)
    frame = Frame(18 * mm, 14 * mm, _WIDTH, A4[1] - 27 * mm, leftPadding=0, rightPadding=0)
    template.addPageTemplates(PageTemplate(frames=[frame]))
    template.build(_story(document, sketches), canvasmaker=_Numbered)
    return made.getvalue()


class _Numbered(Canvas):  # type: ignore[misc] # it has no types
    """Writes the foot of each page once it is known how many there are."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(fonts()[0], 7.5)
            self.setFillColor(_MUTED)
            self.drawCentredString(A4[0] / 2, 8 * mm, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()


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
def _style(size: float = 8.5, colour: Any = _INK, *, bold: bool = False, after: float = 0, before: float = 0) -> Any:
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


def _text(words: str, style: Any) -> Any:
    return Paragraph(escape(words), style)


def _story(document: blocks.Document, sketches: Sketches) -> Flowables:
    story = [
        _text(document.kind, _style(7.5, _ACCENT, bold=True)),
        _text(document.heading, _style(18, bold=True, after=7, before=8)),
        _text(" · ".join(document.lines), _style(9, _MUTED)),
    ]
    waiting: Flowables | None = None
    for section in document.sections:
        half = _WIDTH / 2 - _GAP / 2 if section.half else _WIDTH
        part = _section(section, half, sketches)
        if not section.half:
            story += part
        elif waiting is None:
            waiting = part
        else:
            story.append(_side_by_side([waiting, part]))
            waiting = None
    return story


def _section(section: blocks.Section, width: float, sketches: Sketches) -> Flowables:
    heading = _style(11.5, bold=True, before=11.5, after=5.5)
    made = [_text(section.heading, heading)] if section.heading else []
    for block in section.blocks:
        made += _KINDS[type(block)](block, width, sketches)
    return made


def _side_by_side(columns: list[Flowables], *style: Any) -> Any:
    width = (_WIDTH - _GAP * (len(columns) - 1)) / len(columns)
    plain = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return Table([columns], colWidths=[width + _GAP] * (len(columns) - 1) + [width], style=[*plain, *style])


def _paragraph(block: blocks.Paragraph, *_: Any) -> Flowables:
    return [_text(block.text, _style(after=5))]


def _key_figures(block: blocks.KeyFigures, *_: Any) -> Flowables:
    aside, value = _style(7.5, _MUTED), _style(15, bold=True)
    columns = [[_text(item.label, aside), _text(item.value, value), _text(item.detail, aside)] for item in block.items]
    rules = [("LINEABOVE", (0, 0), (-1, 0), 0.5, _RULE), ("LINEBELOW", (0, -1), (-1, -1), 0.5, _RULE)]
    return [_side_by_side(columns, *rules)]


def _insights(block: blocks.Insights, *_: Any) -> Flowables:
    cells = [_insight(block, item) for item in block.items]
    rows = [[cells[first], cells[first + 1] if first + 1 < len(cells) else ""] for first in range(0, len(cells), 2)]
    style: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    for index, item in enumerate(block.items):
        at = (index % 2, index // 2)
        style.append(("BACKGROUND", at, at, _SHADE))
        style.append(("LINEABOVE", at, at, 1.5, _PRAISE if item.tone == "praise" else _ACCENT))
    return [Table(rows, colWidths=[_WIDTH / 2] * 2, style=style)]


def _insight(block: blocks.Insights, item: blocks.Advice) -> Flowables:
    words = _style(7.5, after=3)
    readings = f"<b>{escape(block.readings_lead)}:</b> {escape(' '.join(item.readings))}"
    leads = [Paragraph(f"<b>{escape(name)}:</b> {escape(text)}", words) for name, text in item.leads]
    label = _style(7, _PRAISE if item.tone == "praise" else _ACCENT, bold=True)
    title = _style(9.5, bold=True, after=4)
    said = [_text(item.label, label), _text(item.title, title), _text(item.did, words)]
    return [*said, Paragraph(readings, words), *leads]


def _chart(block: blocks.Chart, width: float, sketches: Sketches) -> Flowables:
    drawn, aside = sketches[block.svg], _style(7.5, _MUTED)
    made = [shapes(drawn, width / drawn.width, fonts()[0])]
    caption = _text(block.caption, aside)
    if not block.legend:
        return [*made, caption]
    entries = [entry for key in block.legend for entry in _entry(key, sketches)]
    widths = [14.0 if number % 2 == 0 else None for number in range(len(entries))]
    keys = Table([[*entries, caption]], colWidths=[*widths, None], style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    return [keys, *made]


def _entry(key: blocks.Key, sketches: Sketches) -> Iterator[Any]:
    drawn = sketches[key.svg]
    yield shapes(drawn, 11 / drawn.height, fonts()[0])
    yield _text(key.text, _style(7.5, _MUTED))


@functools.cache
def _table_style() -> Any:
    return TableStyle(
        [
            ("FONT", (0, 0), (-1, 0), fonts()[1], 7),
            ("FONT", (0, 1), (-1, -1), fonts()[0], 8),
            ("TEXTCOLOR", (0, 0), (-1, 0), _MUTED),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
    )


def _table(block: blocks.Table, width: float, sketches: Sketches) -> Flowables:
    share = width / sum(column.width for column in block.columns)
    head = [_cell(column.label, _style(7, _MUTED, bold=True), sketches) for column in block.columns]
    rows = [[_cell(content, _style(8), sketches) for content in row] for row in block.rows]
    table = Table([head, *rows], colWidths=[column.width * share for column in block.columns], repeatRows=1)
    table.setStyle(_table_style())
    flush = [("ALIGN", (at, 0), (at, -1), "RIGHT") for at, column in enumerate(block.columns) if column.numeric]
    table.setStyle(TableStyle(flush))
    return [_text(block.caption, _style(7.5, _MUTED, after=4)), table]


def _cell(content: str | blocks.Cell, style: Any, sketches: Sketches) -> Any:
    if isinstance(content, blocks.Cell):
        if not content.svg:
            return _cell(content.text, style, sketches)
        drawn = sketches[content.svg]
        return [_text(content.text, style), shapes(drawn, 8 / drawn.height, fonts()[0])]
    return content if len(content) <= _CHARACTERS_OF_A_PLAIN_CELL else _text(content, style)


def _path(block: blocks.Path, *_: Any) -> Flowables:
    steps = (f"{step.at} {step.question}{step.detail}".strip() for step in block.steps)
    return [_text(" → ".join(steps), _style(7.5, after=5))]


def _terms(block: blocks.Terms, *_: Any) -> Flowables:
    if not block.small:
        return [Paragraph(_term(item), _style(8, after=4)) for item in block.items]
    lengths = [len(item.name) + len(item.text) + len(item.source) for item in block.items]
    middle = next((n for n in range(len(lengths)) if sum(lengths[:n]) >= sum(lengths) / 2), len(lengths))
    halves = ["  ".join(map(_term, part)) for part in (block.items[:middle], block.items[middle:])]
    return [_side_by_side([[Paragraph(half, _style(6.5))] for half in halves])]


def _term(item: blocks.Term) -> str:
    source = f' <font color="#5a6675">({escape(item.source)})</font>' if item.source else ""
    return f"<b>{escape(item.name)}</b> {escape(item.text)}{source}"


def _notes(block: blocks.Notes, *_: Any) -> Flowables:
    return [Paragraph(escape(item), _style(7.5, after=3), bulletText="–") for item in block.items]


@functools.cache
def _monospaced() -> Any:
    return ParagraphStyle("order", fontName=fonts()[2], fontSize=7, leading=9, textColor=_INK)


def _event_order(block: blocks.EventOrder, *_: Any) -> Flowables:
    return [Preformatted("\n".join(block.lines), _monospaced()), Spacer(0, 2)]


_KINDS: dict[type[blocks.Block], Callable[..., Flowables]] = {
    blocks.Paragraph: _paragraph,
    blocks.KeyFigures: _key_figures,
    blocks.Insights: _insights,
    blocks.Chart: _chart,
    blocks.Table: _table,
    blocks.Path: _path,
    blocks.Terms: _terms,
    blocks.Notes: _notes,
    blocks.EventOrder: _event_order,
}
