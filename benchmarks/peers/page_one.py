"""Page one of a student's report set by ReportLab: the result, the sentence, the table of questions, keep and next."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Table

from benchmarks.peers.lettering import ACCENT, INK, LOW, LOW_SHADE, MUTED, RULE, SCORE, SPENT, WIDTH, face, line
from feedback.rendering import blocks

_SCORE_BAR, _TIME_BAR, _NUMBER, _TRIES = 32 * mm, 28 * mm, 19 * mm, 21 * mm


def _result(block: blocks.Result, *_: Any) -> list[Any]:
    colour = SCORE if block.scored else INK
    value = f'<font size="26" color="{colour.hexval()}"><b>{escape(block.value)}</b></font> {escape(block.rest)}'
    said = [Paragraph(value, face(11, after=18, before=14))]
    return [*said, line(block.detail, face(9, MUTED))] if block.detail else said


def _lead(block: blocks.Lead, *_: Any) -> list[Any]:
    return [line(block.text, face(11.5, after=4, before=9))]


def _links(block: blocks.Links, *_: Any) -> list[Any]:
    links = (f'<a href="{escape(at)}" color="{ACCENT.hexval()}">{escape(name)}</a>' for name, at in block.items)
    return [Paragraph(" · ".join(links), face(9))]


def _quote(block: blocks.Quote, *_: Any) -> list[Any]:
    rows = [[line(block.lead, face(8, MUTED))], *([line(words, face(9))] for words in block.lines)]
    return [Table(rows, colWidths=[WIDTH], style=[("LINEBEFORE", (0, 0), (0, -1), 2, RULE)])]


def _keep_next(block: blocks.KeepNext, *_: Any) -> list[Any]:
    given = [(block.keep_label, block.keep, SCORE), (block.next_label, block.next, LOW)]
    columns = [(label, points, colour) for label, points, colour in given if points]
    cells = [[line(label, face(8.5, MUTED, bold=True, after=4)), *map(_point, points)] for label, points, _ in columns]
    style: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    style += [("LINEABOVE", (at, 0), (at, 0), 1.5, colour) for at, (_, _, colour) in enumerate(columns)]
    return [Table([cells], colWidths=[WIDTH / len(columns)] * len(columns), style=style)] if columns else []


def _point(item: blocks.Point) -> Any:
    return Paragraph(f"<b>{escape(item.bold)}</b> {escape(item.text)}", face(9, after=4))


def _question_rows(block: blocks.QuestionRows, *_: Any) -> list[Any]:
    bars = [_NUMBER, _SCORE_BAR + 2 * mm] * block.scores + [_NUMBER, _TIME_BAR + 2 * mm] * block.times
    widths = [WIDTH - sum(bars) - _TRIES, *bars, _TRIES]
    head = [block.heads[0], *([block.heads[1], ""] * block.scores), *([block.heads[2], ""] * block.times)]
    small = face(8, MUTED, bold=True)
    rows = [[line(words, small) for words in (*head, block.heads[3])]]
    rows += [_row(row, block) for row in block.all_rows]
    style: list[tuple[Any, ...]] = [("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    style += [("ALIGN", (at, 1), (at, -1), "RIGHT") for at in (1, 3, len(widths) - 1)]
    style += [("BACKGROUND", (0, at), (-1, at), LOW_SHADE) for at, row in enumerate(block.rows, start=1) if row.low]
    return [Table(rows, colWidths=widths, style=style, repeatRows=1)]


def _row(row: blocks.QuestionRow, block: blocks.QuestionRows) -> list[Any]:
    name = f"<b>{escape(row.label)}</b> {escape(row.title)} {escape(f'({row.alias})' if row.alias else '')}"
    if row.note:
        name += f' <font color="{LOW.hexval()}">{escape(row.note)}</font>'
    if row.href:
        name += f' <a href="{escape(row.href)}" color="{ACCENT.hexval()}">{escape(row.link)}</a>'
    cells: list[Any] = [Paragraph(name, face(9))]
    if block.scores:
        cells += [row.score, _bar(row.score_share, LOW if row.low else SCORE, _SCORE_BAR)]
    if block.times:
        cells += [row.time, _bar(row.time_share, SPENT, _TIME_BAR)]
    return [*cells, row.tries]


def _bar(share: float | None, colour: Any, room: float) -> Any:
    if not share:
        return ""
    drawing = Drawing(room, 6)
    drawing.add(Rect(0, 0, room * share, 6, fillColor=colour, strokeColor=None))
    return drawing


KINDS: dict[type[blocks.Block], Callable[..., list[Any]]] = {
    blocks.Result: _result,
    blocks.Lead: _lead,
    blocks.Links: _links,
    blocks.Quote: _quote,
    blocks.KeepNext: _keep_next,
    blocks.QuestionRows: _question_rows,
}
