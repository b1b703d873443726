"""The report of a class as a document."""

from collections.abc import Iterator, Sequence

from feedback.analysis.cohort.findings import ClassFindings
from feedback.analysis.guide import how_to_read_class
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import (
    AnyBlock,
    Column,
    Document,
    Lead,
    Links,
    Notes,
    Paragraph,
    Section,
    Table,
    Term,
    Terms,
)
from feedback.rendering.characters import Legible
from feedback.rendering.cohort.course import course_sections, quiet_blocks
from feedback.rendering.cohort.questions import item_blocks, numbers_table, versions_table, work_blocks
from feedback.rendering.cohort.result import drawn_sections, key_figures
from feedback.rendering.cohort.students import attention_blocks, failure_blocks, student_blocks
from feedback.rendering.cohort.time import activity_blocks
from feedback.rendering.words import Words


def class_document(
    findings: ClassFindings,
    options: RenderOptions,
    legible: Legible,
    links: Sequence[str],
    limit: int | None,
    tables: Sequence[str] = (),
) -> Document:
    """The class, in the words of the format that `legible` is for; `limit` is how many students to list.

    `tables` are the addresses of its questions and students as CSV and .xlsx, relative to the document's.
    """
    words = Words(findings.settings.language, options, legible)
    figures, exam = findings.key_figures, findings.exam
    students = words.count("{number} student", "{number} students", figures.students)
    title = words.foreign(exam.title) if exam.title else words.text("A class of {students}", students=students)
    return Document(
        language=words.language,
        title=words.text("Class report: {title}", title=title),
        kind=words.text("Class report"),
        heading=title,
        lines=tuple(_lines(findings, words)),
        date=figures.last_at,
        sections=tuple(_sections(findings, words, links, limit, tables)),
        foot=words.foot,
        paper=options.paper,
        wide=True,
    )


def _lines(findings: ClassFindings, words: Words) -> Iterator[str]:
    if findings.exam.course:
        yield words.foreign(findings.exam.course)
    namespaces = list(dict.fromkeys(row.namespace for row in findings.rows if row.namespace))
    if len(namespaces) == 1 and namespaces[0] != findings.exam.course:
        yield words.foreign(namespaces[0])
    first, last = findings.key_figures.first_at, findings.key_figures.last_at
    if first and last:
        yield words.text("{span} (times in {zone})", span=words.span(first, last), zone=words.time_zone)


def _sections(
    findings: ClassFindings, words: Words, links: Sequence[str], limit: int | None, tables: Sequence[str]
) -> Iterator[Section]:
    def section(name: str, heading: str, *blocks: AnyBlock | None) -> Iterator[Section]:
        present = tuple(block for block in blocks if block is not None)
        if present:
            yield Section(name, heading, present)

    lead = Lead(words.legible(findings.headline)) if findings.headline else None
    yield from section("key-figures", "", key_figures(findings, words), lead)
    if findings.failures:
        heading = words.text("Reports that could not be made")
        yield from section("failures", heading, *failure_blocks(findings.failures, words, limit))
    yield from drawn_sections(findings, words)
    yield from section("items", words.text("How hard each question was"), *item_blocks(findings, words))
    yield from section("attention", words.text("Look at these first"), *attention_blocks(findings, words, links))
    if course := findings.course:
        quiet = quiet_blocks(findings, words, links)
        yield from section("quiet", words.text("Who has gone quiet"), *quiet)
        yield from course_sections(course, words)
    everybody = Paragraph(words.legible(findings.for_everybody)) if findings.for_everybody else None
    yield from section("everybody", words.text("What to say to everybody"), everybody)
    yield from section("tables", words.text("All of it as tables"), _tables(tables))
    yield from section("versions", words.text("Versions that were not equal"), versions_table(findings, words))
    yield from section("questions", words.text("Work on the questions"), *work_blocks(findings, words))
    yield from section("insights", words.text("What the students' reports say"), _insights(findings, words))
    yield from section("numbers", words.text("The class in numbers"), numbers_table(findings, words))
    yield from section("students", words.text("Students"), *student_blocks(findings, words, links, limit))
    if findings.course is None:
        yield from section("activity", words.text("Activity over time"), *activity_blocks(findings, words))
    yield from section("notes", words.text("Notes on the data"), _notes(findings, words))
    yield from section("reading", words.text("How to read this"), _reading(findings, words))


def _tables(tables: Sequence[str]) -> Links | None:
    """Each under the name of its file, which says what it is."""
    return Links(tuple((address.rpartition("/")[2], address) for address in tables)) if tables else None


def _insights(findings: ClassFindings, words: Words) -> AnyBlock:
    if not findings.insights:
        return Paragraph(words.text("No student's report says anything of note."))
    with_events = findings.key_figures.students_with_events
    return Table(
        words.text("How often each insight was given"),
        (
            Column(words.text("In the student's report"), 4),
            Column(words.text("Students"), numeric=True),
            Column(words.text("Share"), numeric=True),
        ),
        tuple(
            (words.legible(each.title), words.number(each.students), words.percent(each.students / with_events))
            for each in findings.insights
        ),
    )


def _reading(findings: ClassFindings, words: Words) -> Terms:
    return Terms(
        tuple(
            Term(words.legible(each.name), words.legible(each.text), words.legible(each.source))
            for each in how_to_read_class(findings.settings, course=findings.course is not None)
        ),
        small=True,
        summary=words.text("What each number means"),
    )


def _notes(findings: ClassFindings, words: Words) -> Notes | None:
    remarks = [words.legible(note.text) for note in findings.data_notes]
    if note := words.replaced_note(findings.settings):
        remarks.append(note)
    return Notes(tuple(remarks)) if remarks else None
