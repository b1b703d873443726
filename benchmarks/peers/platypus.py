"""Our report set by ReportLab's platypus: the same words, tables and drawings in about the same places, untagged.

Helped where it can be: cells of a few words are plain strings, the event order comes broken into lines, and
fonts are registered once.
"""

import functools
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Preformatted, Spacer, Table, TableStyle

from benchmarks.peers import page_one
from benchmarks.peers.drawings import Sketch, shapes
from benchmarks.peers.lettering import INK, MUTED, RULE, WIDTH, face, fonts, line
from feedback.rendering import blocks

_GAP = 10.0
_CHARACTERS_OF_A_PLAIN_CELL = 20

Sketches = Mapping[str, Sketch]
Flowables = list[Any]


def pdf(document: blocks.Document, sketches: Sketches) -> bytes:
    """The document as a PDF; `sketches` holds what each of its SVGs draws."""
    made = io.BytesIO()
    template = BaseDocTemplate(made, pagesize=A4, title=document.title, lang=document.language)
    frame = Frame(18 * mm, 14 * mm, WIDTH, A4[1] - 27 * mm, leftPadding=0, rightPadding=0)
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
            self.setFont(fonts()[0], 8)
            self.setFillColor(MUTED)
            self.drawCentredString(A4[0] / 2, 8 * mm, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()


def _story(document: blocks.Document, sketches: Sketches) -> Flowables:
    story = [
        line(document.kind, face(8, MUTED, bold=True)),
        line(document.heading, face(18, bold=True, after=7, before=8)),
        line(document.identity, face(9, MUTED, bold=True)),
        line(" · ".join(document.lines), face(9, MUTED)),
    ]
    waiting: Flowables | None = None
    for section in document.sections:
        half = WIDTH / 2 - _GAP / 2 if section.half else WIDTH
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
    heading = face(11.5, bold=True, before=11.5, after=5.5)
    made = [line(section.heading, heading)] if section.heading else []
    for block in section.blocks:
        made += _KINDS[type(block)](block, width, sketches)
    return made


def _side_by_side(columns: list[Flowables], *style: Any) -> Any:
    width = (WIDTH - _GAP * (len(columns) - 1)) / len(columns)
    plain = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return Table([columns], colWidths=[width + _GAP] * (len(columns) - 1) + [width], style=[*plain, *style])


def _paragraph(block: blocks.Paragraph, *_: Any) -> Flowables:
    return [line(block.text, face(after=5))]


def _key_figures(block: blocks.KeyFigures, *_: Any) -> Flowables:
    aside, value = face(8, MUTED), face(15, bold=True)
    columns = [[line(item.label, aside), line(item.value, value), line(item.detail, aside)] for item in block.items]
    rules = [("LINEABOVE", (0, 0), (-1, 0), 0.5, RULE), ("LINEBELOW", (0, -1), (-1, -1), 0.5, RULE)]
    return [_side_by_side(columns, *rules)]


def _insights(block: blocks.Insights, *_: Any) -> Flowables:
    cells = [_insight(block, item) for item in block.items]
    rows = [[cells[first], cells[first + 1] if first + 1 < len(cells) else ""] for first in range(0, len(cells), 2)]
    return [Table(rows, colWidths=[WIDTH / 2] * 2, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])]


def _insight(block: blocks.Insights, item: blocks.Advice) -> Flowables:
    plain = face(8, after=4)
    parts = [(block.readings_lead, " ".join(item.readings))] if item.readings else []
    leads = [Paragraph(f"<b>{escape(name)}:</b> {escape(words)}", plain) for name, words in (*parts, *item.leads)]
    return [line(item.title, face(8.5, bold=True, after=4)), line(item.did, plain), *leads]


def _chart(block: blocks.Chart, width: float, sketches: Sketches) -> Flowables:
    drawn, aside = sketches[block.svg], face(8, MUTED)
    made = [shapes(drawn, width / drawn.width, fonts()[0])]
    caption = line(block.caption, aside)
    if not block.legend:
        return [*made, caption]
    entries = [entry for key in block.legend for entry in _entry(key, sketches)]
    widths = [14.0 if number % 2 == 0 else None for number in range(len(entries))]
    keys = Table([[*entries, caption]], colWidths=[*widths, None], style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    return [keys, *made]


def _entry(key: blocks.Key, sketches: Sketches) -> Iterator[Any]:
    drawn = sketches[key.svg]
    yield shapes(drawn, 11 / drawn.height, fonts()[0])
    yield line(key.text, face(8, MUTED))


@functools.cache
def _table_style() -> Any:
    return TableStyle(
        [
            ("FONT", (0, 0), (-1, 0), fonts()[1], 8),
            ("FONT", (0, 1), (-1, -1), fonts()[0], 8),
            ("TEXTCOLOR", (0, 0), (-1, 0), MUTED),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
    )


def _table(block: blocks.Table, width: float, sketches: Sketches) -> Flowables:
    share = width / sum(column.width for column in block.columns)
    head = [_cell(column.label, face(8, MUTED, bold=True), sketches) for column in block.columns]
    rows = [[_cell(content, face(8), sketches) for content in row] for row in block.rows]
    table = Table([head, *rows], colWidths=[column.width * share for column in block.columns], repeatRows=1)
    table.setStyle(_table_style())
    flush = [("ALIGN", (at, 0), (at, -1), "RIGHT") for at, column in enumerate(block.columns) if column.numeric]
    table.setStyle(TableStyle(flush))
    return [line(block.caption, face(8, MUTED, after=4)), table]


def _cell(content: str | blocks.Cell, style: Any, sketches: Sketches) -> Any:
    if isinstance(content, blocks.Cell):
        if not content.svg:
            return _cell(content.text, style, sketches)
        drawn = sketches[content.svg]
        return [line(content.text, style), shapes(drawn, 8 / drawn.height, fonts()[0])]
    return content if len(content) <= _CHARACTERS_OF_A_PLAIN_CELL else line(content, style)


def _path(block: blocks.Path, *_: Any) -> Flowables:
    steps = (f"{step.at} {step.question}{step.detail}".strip() for step in block.steps)
    return [line(" → ".join(steps), face(8, after=5))]


def _terms(block: blocks.Terms, *_: Any) -> Flowables:
    if not block.small:
        return [Paragraph(_term(item), face(8, after=4)) for item in block.items]
    lengths = [len(item.name) + len(item.text) + len(item.source) for item in block.items]
    middle = next((n for n in range(len(lengths)) if sum(lengths[:n]) >= sum(lengths) / 2), len(lengths))
    halves = ["  ".join(map(_term, part)) for part in (block.items[:middle], block.items[middle:])]
    return [_side_by_side([[Paragraph(half, face(8))] for half in halves])]


def _term(item: blocks.Term) -> str:
    source = f' <font color="#5a6675">({escape(item.source)})</font>' if item.source else ""
    return f"<b>{escape(item.name)}</b> {escape(item.text)}{source}"


def _notes(block: blocks.Notes, *_: Any) -> Flowables:
    return [Paragraph(escape(item), face(8, after=3), bulletText="–") for item in block.items]


@functools.cache
def _monospaced() -> Any:
    return ParagraphStyle("order", fontName=fonts()[2], fontSize=8, leading=10, textColor=INK)


def _event_order(block: blocks.EventOrder, *_: Any) -> Flowables:
    return [Preformatted("\n".join(block.lines), _monospaced()), Spacer(0, 2)]


_KINDS: dict[type[blocks.Block], Callable[..., Flowables]] = {
    **page_one.KINDS,
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
