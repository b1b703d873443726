"""The students of a class, one row each, and those whose report could not be made."""

from collections.abc import Callable, Iterator, Sequence

from feedback.analysis.cohort.findings import ClassFindings, ClassRow, Failure
from feedback.analysis.cohort.results import Attention
from feedback.phrasing.phrases import NONE, listed
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table
from feedback.rendering.charts import strip
from feedback.rendering.words import Words


def attention_blocks(findings: ClassFindings, words: Words, links: Sequence[str]) -> Iterator[AnyBlock]:
    """The students to look at first, each with the reason and a link to the report, and those without events."""
    if findings.attention:
        named = any(each.name for each in findings.attention)
        scored = any(each.score_earned is not None for each in findings.attention)
        columns = [Column(words.text("Student"), 3.4), Column(words.text("Reason"), 5)]
        if scored:
            columns.insert(1, Column(words.text("Score"), 1.4, numeric=True))
        if named:
            columns.insert(1, Column(words.text("Name"), 2.2))
        yield Table(
            words.text("Those with the most at stake, at most twelve"),
            tuple(columns),
            tuple(tuple(_attention(each, words, links, named=named, scored=scored)) for each in findings.attention),
        )
    elif findings.scores:
        yield Paragraph(
            words.text("Nobody is below half of the points, or would lose much if the last submission counted.")
        )
    if absent := findings.without_events:
        who = listed([words.foreign(each) for each in absent], words.say)
        yield Paragraph(
            words.count(
                "{number} student has no events: {who}.",
                "{number} students have no events: {who}.",
                len(absent),
                who=who,
            )
        )


def _attention(
    each: Attention, words: Words, links: Sequence[str], *, named: bool, scored: bool
) -> Iterator[str | Cell]:
    yield Cell(words.foreign(each.student_id), href=links[each.row] if each.row < len(links) else "")
    if named:
        yield words.foreign(each.name) if each.name else NONE
    if scored:
        yield score_of(each.score_earned, each.score_possible, words)
    yield words.legible(each.reason)


def score_of(earned: float | None, possible: float | None, words: Words) -> str:
    """`5.96 of 7`; a dash where there is no score."""
    if earned is None or possible is None:
        return NONE
    return words.text("{earned} of {possible}", earned=words.score(earned, possible), possible=words.number(possible))


def by_score(rows: Sequence[ClassRow]) -> list[int]:
    """The places of the rows, the lowest score first; as they came where there are no scores, and among equals."""
    return sorted(range(len(rows)), key=lambda place: _share(rows[place]))


def _share(row: ClassRow) -> float:
    if row.score_earned is None or not row.score_possible:
        return 2.0 if row.score_possible else 0.0
    return row.score_earned / row.score_possible


def student_blocks(
    findings: ClassFindings, words: Words, links: Sequence[str], limit: int | None
) -> Iterator[AnyBlock]:
    """The table of students, each linked to the report at `links[i]` of row i, and what is left out of it."""
    rows = findings.rows
    if not rows:
        yield Paragraph(words.text("There is no report."))
        return
    yield from _left_out(len(rows), words, limit)
    columns, cells = zip(*_columns(findings, words), strict=True)
    caption = words.text("Every student; the strip shows when each one's own events came")
    if findings.scores:
        caption = words.text("Every student, the lowest score first; the strip shows when each one's own events came")
    yield Table(
        caption,
        (Column(words.text("Student"), 4.2), *columns),
        tuple(
            (_name(rows[place], links[place] if links else "", words), *(cell(rows[place]) for cell in cells))
            for place in by_score(rows)[:limit]
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
    """The columns this class has something for, each with what it says of a student."""
    figures, rows = findings.key_figures, findings.rows
    if any(row.name for row in rows):
        yield Column(words.text("Name"), 2.6), lambda row: words.foreign(row.name) if row.name else NONE
    if len({row.namespace for row in rows}) > 1:
        yield Column(words.text("Namespace"), 2), lambda row: words.foreign(row.namespace) if row.namespace else NONE
    if findings.scores:
        yield (
            Column(words.text("Score"), 1.6, numeric=True),
            lambda row: score_of(row.score_earned, row.score_possible, words),
        )
    yield Column(words.text("Submitted"), 1.4, numeric=True), lambda row: submitted_of(row, findings, words)
    yield Column(words.text("Time"), 1.8, numeric=True), lambda row: words.duration(row.seconds)
    if figures.saves:
        yield Column(words.text("Saves"), numeric=True), lambda row: words.number(row.saves)
    if findings.log_kind != "visits":
        yield Column(words.text("Submissions"), 1.4, numeric=True), lambda row: words.number(row.submissions)
    if findings.log_kind == "visits" or figures.other_events:
        yield Column(words.text("Events"), numeric=True), lambda row: words.number(row.events)
    yield (
        Column(words.text("Events over time"), 2.8),
        lambda row: Cell(svg=strip(row.timeline)) if row.timeline else NONE,
    )


def submitted_of(row: ClassRow, findings: ClassFindings, words: Words) -> str:
    """`6 of 7`: the questions submitted of the student's own, which are at least the usual number of the class."""
    if not row.slots:
        return NONE
    expected = max(row.slots, round(findings.key_figures.slots))
    return words.text("{part} of {whole}", part=words.number(row.slots_submitted), whole=words.number(expected))
