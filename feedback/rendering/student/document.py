"""The report of one student as a document: which blocks, in which order, in which words.

Page one answers in the order a student asks: how did I do, where did it go wrong, what now. All else stands behind it:
folded on a screen, in an appendix on paper.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from feedback.analysis.findings import Findings
from feedback.analysis.guide import how_to_read
from feedback.analysis.statements import Definition
from feedback.analysis.student.quality import PAGE_VISITS
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import AnyBlock, Document, EventOrder, Notes, Section, Term, Terms
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.student.advice import advice_blocks, thinking_blocks
from feedback.rendering.student.course import (
    calendar_blocks,
    calendar_heading,
    progress_blocks,
    progress_heading,
    side_by_side,
)
from feedback.rendering.student.path import compiling_blocks, event_order_lines, path_blocks, rhythm_blocks
from feedback.rendering.student.questions import comparison_blocks, question_blocks
from feedback.rendering.student.result import message_blocks, result_blocks
from feedback.rendering.student.rows import row_blocks
from feedback.rendering.student.timeline import timeline_blocks, timeline_heading
from feedback.rendering.student.weeks import sitting_blocks, week_blocks
from feedback.rendering.words import Words

Blocks = Callable[[Findings, Words], Iterator[AnyBlock]]


def student_document(findings: Findings, options: RenderOptions, legible: Legible) -> Document:
    """The report, in the words of the format that `legible` is for."""
    words = Words(findings.settings.language, options, legible)
    student_id = legible(findings.student_id)
    title = words.foreign(findings.exam.title) if findings.exam.title else words.text("Feedback report")
    return Document(
        language=words.language,
        title=words.text("Feedback report: {student}", student=student_id),
        kind=words.foreign(findings.exam.course or findings.namespace or ""),
        heading=title,
        identity=f"Student ID: {student_id}",
        lines=tuple(_lines(findings, words)),
        date=findings.key_figures.last_at,
        # The notes come after all that holds text from outside: they name the characters replaced before.
        sections=tuple(_sections(findings, words)),
        foot=words.foot,
        paper=options.paper,
    )


def _lines(findings: Findings, words: Words) -> Iterator[str]:
    first, last = findings.key_figures.first_at, findings.key_figures.last_at
    if findings.name:
        yield words.foreign(findings.name)
    if first and last:
        yield words.text("{span} (times in {zone})", span=words.span(first, last), zone=words.time_zone)


def _sections(findings: Findings, words: Words) -> Iterator[Section]:
    def section(
        name: str, heading: str, blocks: Iterable[AnyBlock], *, folded: bool = False, half: bool = False
    ) -> Iterator[Section]:
        made = () if name in findings.hide else tuple(blocks)
        if made:
            yield Section(name, heading, made, half, folded)

    yield from section("result", "", result_blocks(findings, words))
    yield from section("message", words.text("From your teacher"), message_blocks(findings, words))
    yield from section("questions", words.text("Question by question"), row_blocks(findings, words))
    yield from section("insights", words.text("What now"), advice_blocks(findings, words))
    half = side_by_side(findings, words)
    days, weeks = calendar_blocks(findings, words, half=half), progress_blocks(findings, words, half=half)
    yield from section("calendar", calendar_heading(findings, words), days, half=half)
    yield from section("progress", progress_heading(findings, words), weeks, half=half)
    yield from section("timeline", timeline_heading(findings, words), timeline_blocks(findings, words))
    for name, (heading, blocks) in _behind(findings, words).items():
        yield from section(name, heading, blocks(findings, words), folded=True)
    order = EventOrder(event_order_lines(findings.event_order))
    yield Section("event-order", words.text("Event order"), (order,), folded=True)


def _behind(findings: Findings, words: Words) -> dict[str, tuple[str, Blocks]]:
    """The parts behind page one: of a course the weeks, where an exam has its rhythm and its path."""
    weeks = {"weeks": (words.text("Week by week"), week_blocks)}
    rhythm = {"rhythm": (words.text("Rhythm and pauses"), rhythm_blocks)}
    path = {"path": (words.text("Path through the questions"), path_blocks)}
    return {
        "thinking": (words.text("How to think about it"), thinking_blocks),
        **(weeks if findings.course is not None else {}),
        "sittings": (words.text("Sittings"), sitting_blocks),
        "details": (words.text("Every question in numbers"), question_blocks),
        **(rhythm if findings.course is None else {"rhythm": (words.text("Compilations"), compiling_blocks)}),
        "comparison": (words.text("Beside the class"), comparison_blocks),
        **(path if findings.course is None else {}),
        "notes": (words.text("Notes on the data"), _notes),
        "reading": (words.text("How to read this"), _reading),
    }


def _reading(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    yield _guide(how_to_read(findings), words.legible.coverage)


@lru_cache(maxsize=64)
def _guide(definitions: Iterable[Definition], coverage: Coverage) -> Terms:
    # As for its definitions: the students of a class need one of a few. None of it is text from outside.
    legible = Legible(coverage)
    items = (Term(legible(each.name), legible(each.text), legible(each.source)) for each in definitions)
    return Terms(tuple(items), small=True)


def _notes(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    # What the log of page visits means stands under the timeline.
    remarks = [words.legible(note.text) for note in findings.data_notes if note.code != PAGE_VISITS]
    remarks += [words.text(": ").join(map(words.legible, (each.name, each.reason))) for each in findings.missing]
    if note := words.replaced_note(findings.settings):
        remarks.append(note)
    if remarks:
        yield Notes(tuple(remarks))
