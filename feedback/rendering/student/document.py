"""The report of one student as a document: which blocks, in which order, in which words."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from feedback.analysis.findings import Findings
from feedback.analysis.guide import how_to_read
from feedback.analysis.statements import Definition
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import (
    Advice,
    AnyBlock,
    Document,
    EventOrder,
    Insights,
    KeyFigure,
    KeyFigures,
    Notes,
    Paragraph,
    Section,
    Term,
    Terms,
)
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.charts.bars import ROWS
from feedback.rendering.student.path import event_order_lines, path_blocks, rhythm_blocks
from feedback.rendering.student.questions import comparison_blocks, question_blocks, time_blocks
from feedback.rendering.student.timeline import timeline_blocks
from feedback.rendering.words import Words


def student_document(findings: Findings, options: RenderOptions, legible: Legible) -> Document:
    """The report, in the words of the format that `legible` is for."""
    words = Words(findings.settings.language, options, legible)
    student_id = legible(findings.student_id)
    return Document(
        language=words.language,
        title=words.text("Feedback report: {student}", student=student_id),
        kind=words.text("Feedback report"),
        heading=f"Student ID: {student_id}",
        lines=tuple(_lines(findings, words)),
        date=findings.key_figures.last_at,
        # The notes come after all that holds text from outside: they name the characters replaced before.
        sections=tuple(_sections(findings, words)),
    )


def _lines(findings: Findings, words: Words) -> Iterator[str]:
    first, last = findings.key_figures.first_at, findings.key_figures.last_at
    if findings.namespace:
        yield words.foreign(findings.namespace)
    if first and last:
        yield words.text("{span} (times in {zone})", span=words.span(first, last), zone=words.time_zone)


def _sections(findings: Findings, words: Words) -> Iterator[Section]:
    def section(name: str, heading: str, *blocks: AnyBlock) -> Iterator[Section]:
        if blocks:
            yield Section(name, heading, blocks)

    yield from section("key-figures", "", _key_figures(findings, words))
    yield from section("insights", words.text("What stands out"), _insights(findings, words))
    if findings.key_figures.events:
        yield from section("timeline", words.text("Timeline"), *timeline_blocks(findings, words))
        yield from _time_and_rhythm(findings, words)
    yield from section("questions", words.text("Questions"), *question_blocks(findings, words))
    yield from section("comparison", words.text("Beside the class"), *comparison_blocks(findings, words))
    yield from section("path", words.text("Path through the questions"), *path_blocks(findings, words))
    yield from section("notes", words.text("Notes on the data"), *_notes(findings, words))
    yield from section("event-order", words.text("Event order"), EventOrder(event_order_lines(findings.event_order)))
    yield from section("reading", words.text("How to read this"), *_reading(findings, words))


def _time_and_rhythm(findings: Findings, words: Words) -> Iterator[Section]:
    time, rhythm = tuple(time_blocks(findings, words)), tuple(rhythm_blocks(findings, words))
    side_by_side = len(findings.questions) <= ROWS and bool(rhythm)
    yield Section("time", words.text("Time per question"), time, half=side_by_side)
    if rhythm:
        yield Section("rhythm", words.text("Rhythm and pauses"), rhythm, half=side_by_side)


def _range_of_estimate(findings: Findings, words: Words) -> str:
    """How much hangs on where a gap ends the work; empty where nothing does."""
    figures, settings = findings.key_figures, findings.settings
    narrow, wide = words.number(settings.narrow_gap_minutes), words.number(settings.wide_gap_minutes)
    low, high = words.duration(figures.active_seconds_narrow_gap), words.duration(figures.active_seconds_wide_gap)
    if low == high:
        return ""
    return words.text(
        "{low} to {high}, counting gaps up to {narrow} or {wide} min", low=low, high=high, narrow=narrow, wide=wide
    )


def _key_figures(findings: Findings, words: Words) -> KeyFigures:
    figures = findings.key_figures
    range_of_estimate = words.text("no time between events to count")
    if figures.active_seconds is not None:
        range_of_estimate = _range_of_estimate(findings, words)
    window = words.text("no event has a time")
    if figures.sessions is not None:
        window = words.count("in one stretch of work", "in {number} stretches of work", figures.sessions)
    submitted = words.count("{number} submitted", "{number} submitted", figures.questions_submitted)
    if figures.questions_solved is not None:
        solved = words.count("{number} with full score", "{number} with full score", figures.questions_solved)
        submitted = f"{submitted}, {solved}"
    return KeyFigures(
        (
            KeyFigure(words.text("Active time (estimate)"), words.duration(figures.active_seconds), range_of_estimate),
            KeyFigure(words.text("First to last event"), words.duration(figures.window_seconds), window),
            KeyFigure(words.text("Questions worked on"), words.number(figures.questions), submitted),
            KeyFigure(
                words.text("Submissions"),
                words.number(figures.submissions),
                words.text(
                    "{saves}, {events}",
                    saves=words.count("{number} save", "{number} saves", figures.saves),
                    events=words.count("{number} event in all", "{number} events in all", figures.events),
                ),
            ),
        )
    )


def _insights(findings: Findings, words: Words) -> AnyBlock:
    if not findings.insights:
        if not findings.key_figures.events:
            return Paragraph(words.text("There are no events yet, so there is nothing to say."))
        return Paragraph(words.text("Nothing here passes the thresholds given under “How to read this”."))
    labels = {"praise": words.text("Well done"), "suggestion": words.text("Worth a look")}
    leads = words.text("Try next time"), words.text("Ask yourself")
    return Insights(
        tuple(
            Advice(
                tone=insight.kind,
                label=labels[insight.kind],
                title=words.legible(insight.title),
                did=words.legible(insight.did),
                readings=tuple(map(words.legible, insight.readings)),
                leads=((leads[0], words.legible(insight.try_next)), (leads[1], words.legible(insight.ask))),
            )
            for insight in findings.insights
        ),
        readings_lead=words.text("What it may mean"),
    )


def _reading(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    summary = words.text("What each number means, and when each insight is given")
    yield _guide(how_to_read(findings), summary, words.legible.coverage)


@lru_cache(maxsize=64)
def _guide(definitions: Iterable[Definition], summary: str, coverage: Coverage) -> Terms:
    # As for its definitions: the students of a class need one of a few. None of it is text from outside.
    legible = Legible(coverage)
    items = (Term(legible(each.name), legible(each.text), legible(each.source)) for each in definitions)
    return Terms(tuple(items), small=True, summary=summary)


def _notes(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    remarks = [words.legible(note.text) for note in findings.data_notes]
    remarks += [f"{words.legible(each.name)}: {words.legible(each.reason)}" for each in findings.missing]
    if note := words.replaced_note(findings.settings):
        remarks.append(note)
    if remarks:
        yield Notes(tuple(remarks))
