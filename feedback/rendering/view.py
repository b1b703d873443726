"""The report of one student as a document: which blocks, in which order, in which words."""

from feedback.analysis.findings import Findings, Question
from feedback.rendering import charts, words
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import AnyBlock, Chart, Column, Document, EventOrder, Paragraph, Section, Table
from feedback.rendering.characters import Legible

_UNIT_CHARACTERS = 220


def student_document(findings: Findings, options: RenderOptions, legible: Legible) -> Document:
    """The report in the words of the format that `legible` is for."""
    student_id = legible(findings.student_id)
    return Document(
        language="en",
        title=f"Feedback report: {student_id}",
        kind="Feedback report",
        heading=f"Student ID: {student_id}",
        lines=_lines(findings, options, legible),
        date=findings.key_figures.last_at,
        sections=tuple(
            section
            for section in (
                _timeline(findings, options),
                _questions(findings, options, legible),
                Section("event-order", "Event order", (EventOrder("Event Order:", findings.event_order),)),
            )
            if section
        ),
    )


def _lines(findings: Findings, options: RenderOptions, legible: Legible) -> tuple[str, ...]:
    lines = [legible(findings.namespace)] if findings.namespace else []
    if findings.key_figures.first_at:
        lines.append(f"{words.day(findings.key_figures.first_at, options.zone)}, times in {options.time_zone}")
    return tuple(lines)


def _timeline(findings: Findings, options: RenderOptions) -> Section:
    svg = charts.timeline(findings.marks, len(findings.questions), options.zone)
    blocks: AnyBlock = Paragraph("No event has a time, so there is no time line.")
    if svg:
        blocks = Chart(
            "timeline",
            svg,
            "Timeline",
            "Every event with a time, one row a question. The table below gives the numbers.",
            f"Times in {options.time_zone}.",
        )
    return Section("timeline", "Timeline", (blocks,))


def _questions(findings: Findings, options: RenderOptions, legible: Legible) -> Section:
    columns = (
        Column("Question", 1),
        Column("Unit", 3),
        Column("Events", 1, numeric=True),
        Column("Saves", 1, numeric=True),
        Column("Submissions", 1.3, numeric=True),
        Column("First", 1.3, numeric=True),
        Column("Last", 1.3, numeric=True),
    )
    rows = tuple(
        (
            q.alias,
            _unit(q, legible),
            f"{q.events:,}",
            f"{q.saves:,}",
            f"{q.submissions:,}",
            words.clock(q.first_at, options.zone),
            words.clock(q.last_at, options.zone),
        )
        for q in findings.questions
    )
    block: AnyBlock = Table("Questions", columns, rows) if rows else Paragraph("There are no events.")
    return Section("questions", "Questions", (block,))


def _unit(question: Question, legible: Legible) -> str:
    unit = question.unit
    if len(unit) > _UNIT_CHARACTERS:
        unit = f"{unit[:_UNIT_CHARACTERS]}… ({len(unit):,} characters)"
    return legible(unit)
