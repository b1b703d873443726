"""The students of a class, one row each, and those whose report could not be made."""

from collections.abc import Callable, Iterator, Sequence

from feedback.analysis.cohort.findings import ClassFindings, ClassRow, Failure
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table
from feedback.rendering.charts import strip
from feedback.rendering.words import Words


def student_blocks(
    findings: ClassFindings, words: Words, links: Sequence[str], limit: int | None
) -> Iterator[AnyBlock]:
    """The table of students, each linked to the report at `links[i]`, and what is left out of it."""
    rows = findings.rows
    if not rows:
        yield Paragraph(words.text("There is no report."))
        return
    yield from _left_out(len(rows), words, limit)
    columns, cells = zip(*_columns(findings, words), strict=True)
    yield Table(
        words.text("Every student; the strip shows when each one's own events came"),
        (Column(words.text("Student"), 4.2), *columns),
        tuple(
            (_name(row, link, words), *(cell(row) for cell in cells))
            for row, link in zip(rows[:limit], links or [""] * len(rows), strict=False)
        ),
    )


def failure_blocks(failures: Sequence[Failure], words: Words, limit: int | None) -> Iterator[AnyBlock]:
    """Who has no report, and why."""
    yield from _left_out(len(failures), words, limit)
    yield Table(
        words.text("Students without a report, and why"),
        (Column(words.text("Student")), Column(words.text("Reason"), 3)),
        tuple((words.foreign(each.student_id), words.foreign(each.reason)) for each in failures[:limit]),
    )


def _left_out(students: int, words: Words, limit: int | None) -> Iterator[Paragraph]:
    """That a table stops at `limit`, where it does, and where the rest is."""
    if limit is not None and students > limit:
        yield Paragraph(
            words.text(
                "The first {shown} of {all} students. The class page lists all, and manifest.json names every report.",
                shown=words.number(limit),
                all=words.number(students),
            )
        )


def _name(row: ClassRow, link: str, words: Words) -> Cell:
    return Cell(words.foreign(row.student_id), href=link)


def _columns(findings: ClassFindings, words: Words) -> Iterator[tuple[Column, Callable[[ClassRow], str | Cell]]]:
    figures = findings.key_figures
    if len({row.namespace for row in findings.rows}) > 1:
        yield Column(words.text("Namespace"), 2), lambda row: words.foreign(row.namespace) if row.namespace else NONE
    yield Column(words.text("Active time"), 2, numeric=True), lambda row: words.duration(row.active_seconds)
    yield Column(words.text("Events"), numeric=True), lambda row: words.number(row.events)
    if figures.saves:
        yield Column(words.text("Saves"), numeric=True), lambda row: words.number(row.saves)
    yield Column(words.text("Submissions"), 1.4, numeric=True), lambda row: words.number(row.submissions)
    yield Column(words.text("Questions"), 1.2, numeric=True), lambda row: words.number(row.questions)
    yield Column(words.text("Submitted"), 1.2, numeric=True), lambda row: words.number(row.questions_submitted)
    if any(row.questions_solved is not None for row in findings.rows):
        yield Column(words.text("Full score"), 1.1, numeric=True), lambda row: words.number(row.questions_solved)
    yield Column(words.text("Long pauses"), 1.1, numeric=True), lambda row: words.number(row.long_pauses)
    yield (
        Column(words.text("Events over time"), 2.8),
        lambda row: Cell(svg=strip(row.timeline)) if row.timeline else NONE,
    )
