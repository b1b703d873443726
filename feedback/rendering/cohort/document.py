"""The report of a class as a document."""

from collections.abc import Iterator, Sequence

from feedback.analysis.cohort.findings import ClassFindings
from feedback.analysis.guide import how_to_read_class
from feedback.phrasing.phrases import NONE
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import (
    AnyBlock,
    Column,
    Document,
    KeyFigure,
    KeyFigures,
    Notes,
    Paragraph,
    Section,
    Table,
    Term,
    Terms,
)
from feedback.rendering.characters import Legible
from feedback.rendering.cohort.questions import SEVERAL_STUDENTS, numbers_table, question_blocks
from feedback.rendering.cohort.students import failure_blocks, student_blocks
from feedback.rendering.cohort.time import activity_blocks
from feedback.rendering.words import Words


def class_document(
    findings: ClassFindings, options: RenderOptions, legible: Legible, links: Sequence[str], limit: int | None
) -> Document:
    """The class, in the words of the format that `legible` is for; `limit` is how many students to list."""
    words = Words(findings.settings.language, options, legible)
    figures = findings.key_figures
    students = words.count("{number} student", "{number} students", figures.students)
    return Document(
        language=words.language,
        title=words.text("Class report: {students}", students=students),
        kind=words.text("Class report"),
        heading=words.text("A class of {students}", students=students),
        lines=tuple(_lines(findings, words)),
        date=figures.last_at,
        sections=tuple(_sections(findings, words, links, limit)),
        wide=True,
    )


def _lines(findings: ClassFindings, words: Words) -> Iterator[str]:
    namespaces = list(dict.fromkeys(row.namespace for row in findings.rows if row.namespace))
    if len(namespaces) == 1:
        yield words.foreign(namespaces[0])
    first, last = findings.key_figures.first_at, findings.key_figures.last_at
    if first and last:
        yield words.text("{span} (times in {zone})", span=words.span(first, last), zone=words.time_zone)


def _sections(findings: ClassFindings, words: Words, links: Sequence[str], limit: int | None) -> Iterator[Section]:
    def section(name: str, heading: str, *blocks: AnyBlock | None) -> Iterator[Section]:
        present = tuple(block for block in blocks if block is not None)
        if present:
            yield Section(name, heading, present)

    yield from section("key-figures", "", _key_figures(findings, words))
    if findings.failures:
        heading = words.text("Reports that could not be made")
        yield from section("failures", heading, *failure_blocks(findings.failures, words, limit))
    yield from section("activity", words.text("Activity over time"), *activity_blocks(findings, words))
    yield from section("questions", words.text("Questions"), *question_blocks(findings, words))
    yield from section("numbers", words.text("The class in numbers"), numbers_table(findings, words))
    yield from section("insights", words.text("What stands out"), _insights(findings, words))
    yield from section("students", words.text("Students"), *student_blocks(findings, words, links, limit))
    yield from section("notes", words.text("Notes on the data"), _notes(findings, words))
    yield from section("reading", words.text("How to read this"), _reading(findings, words))


def _key_figures(findings: ClassFindings, words: Words) -> KeyFigures:
    figures = findings.key_figures
    active = findings.statistics.measures.get("active_seconds")
    middle_half = words.text("no time between events to count")
    if active is not None and active.count < SEVERAL_STUDENTS:
        middle_half = ""
    elif active is not None:
        middle_half = words.text("middle half {q1} to {q3}", q1=words.duration(active.q1), q3=words.duration(active.q3))
    absent = [words.count("{number} without events", "{number} without events", figures.students_without_events)]
    if figures.failed:
        absent.append(words.count("{number} without a report", "{number} without a report", figures.failed))
    return KeyFigures(
        (
            KeyFigure(words.text("Students"), words.number(figures.students), ", ".join(absent)),
            KeyFigure(
                words.text("Active time (median estimate)"),
                NONE if active is None else words.duration(active.median),
                middle_half,
            ),
            KeyFigure(
                words.text("Submissions"),
                words.number(figures.submissions),
                words.text(
                    "{saves}, {events}",
                    saves=words.count("{number} save", "{number} saves", figures.saves),
                    events=words.count("{number} event in all", "{number} events in all", figures.events),
                ),
            ),
            KeyFigure(words.text("Questions"), words.number(figures.questions)),
        )
    )


def _insights(findings: ClassFindings, words: Words) -> AnyBlock:
    if not findings.insights:
        return Paragraph(words.text("No student's report says anything of note."))
    return Table(
        words.text("How many students' reports say what"),
        (Column(words.text("In the student's report"), 4), Column(words.text("Students"), numeric=True)),
        tuple((words.legible(each.title), words.number(each.students)) for each in findings.insights),
    )


def _reading(findings: ClassFindings, words: Words) -> Terms:
    return Terms(
        tuple(
            Term(words.legible(each.name), words.legible(each.text), words.legible(each.source))
            for each in how_to_read_class(findings.settings)
        ),
        small=True,
        summary=words.text("What each number means"),
    )


def _notes(findings: ClassFindings, words: Words) -> Notes | None:
    remarks = [words.legible(note.text) for note in findings.data_notes]
    if note := words.replaced_note(findings.settings):
        remarks.append(note)
    return Notes(tuple(remarks)) if remarks else None
