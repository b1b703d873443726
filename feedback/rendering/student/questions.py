"""What a student's report says question by question."""

from collections.abc import Callable, Iterator
from datetime import datetime

from feedback.analysis import ComparedMeasure, Comparison, Findings, Question
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table
from feedback.rendering.charts import progress
from feedback.rendering.limits import MAX_QUESTIONS, MORE_QUESTIONS, QUESTIONS, left_out
from feedback.rendering.student.rows import minutes_of
from feedback.rendering.words import Words


def question_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The table of questions, with scores where the log has them."""
    if not findings.questions:
        return
    columns, cells = zip(*_columns(findings, words), strict=True)
    shown = findings.questions[: QUESTIONS.of(words)]
    yield Table(
        words.text("Every question, with its name on the platform (unit)"),
        columns,
        tuple(tuple(cell(question) for cell in cells) for question in shown),
    )
    yield from left_out(len(findings.questions) - len(shown), MORE_QUESTIONS, words)


def _columns(findings: Findings, words: Words) -> Iterator[tuple[Column, Callable[[Question], str | Cell]]]:
    """The columns this log has something for, each with what it says of a question."""
    figures = findings.key_figures
    with_day = not words.one_day(figures.first_at, figures.last_at)
    clock_width = 2.2 if with_day and findings.course is None else 1.2 if with_day else 1
    yield Column(words.text("Question"), 1.2), lambda question: question.alias
    longest = max(len(question.unit) for question in findings.questions[:MAX_QUESTIONS])
    yield Column(words.text("Unit"), min(max(1.6, longest / 7), 6)), lambda question: words.foreign(question.unit)
    if any(question.minutes is not None for question in findings.questions):
        yield Column(words.text("Time"), 1.7, numeric=True), lambda question: minutes_of(question.minutes, words)
    yield Column(words.text("Events"), numeric=True), lambda question: words.number(question.events)
    if figures.saves:
        yield Column(words.text("Saves"), numeric=True), lambda question: words.number(question.saves)
    if figures.submissions:
        yield Column(words.text("Tries"), numeric=True), lambda question: words.number(question.attempts)
    if figures.looks:
        yield Column(words.text("Looks"), numeric=True), lambda question: words.number(question.looks)
    yield Column(words.text("Visits"), 0.9, numeric=True), lambda question: words.number(question.visits)
    if figures.first_at is not None:
        yield (
            Column(words.text("First"), clock_width, numeric=True),
            lambda question: _when(question.first_at, findings, words, with_day=with_day),
        )
        yield (
            Column(words.text("Last"), clock_width, numeric=True),
            lambda question: _when(question.last_at, findings, words, with_day=with_day),
        )
    if any(question.progress for question in findings.questions):
        yield Column(words.text("Best score (attempt)"), 2.5, numeric=True), lambda question: _best(question, words)
        yield Column(words.text("First to last score"), 3.2), lambda question: _progress(question, words)


def _when(at: datetime | None, findings: Findings, words: Words, *, with_day: bool) -> str:
    """A clock time, with its day where that is needed; in a course the day says enough."""
    if at is not None and findings.course is not None:
        return words.short_day(words.local(at).date())
    return words.moment(at, with_day=with_day)


def _best(question: Question, words: Words) -> str:
    scores = question.progress
    if scores is None or not scores.scores:
        return NONE
    return words.text(
        "{score} ({attempt} of {attempts})",
        score=words.score(scores.best),
        attempt=words.number(scores.attempts_to_best),
        attempts=words.number(len(scores.scores)),
    )


def _progress(question: Question, words: Words) -> str | Cell:
    scores = question.progress
    if scores is None or not scores.scores:
        return NONE
    first, last = words.score(scores.first), words.score(scores.last)
    ends = first if first == last else words.text("{first} to {last}", first=first, last=last)
    # On paper the timeline shows the same, and each drawing takes Typst a third of a millisecond.
    return Cell(ends, svg=progress(scores.scores)) if words.on_screen else ends


def comparison_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The student's own numbers beside the class's, where that was asked for and the class is large enough."""
    comparison = findings.comparison
    if comparison is None:
        return
    students = words.count("{number} student", "{number} students", comparison.students)
    yield Paragraph(
        words.text(
            "The median and the middle half of {students}. It says where you stand, not how well you did.",
            students=students,
        )
    )
    yield _compared_measures(comparison, words)
    if comparison.questions:
        yield _compared_questions(comparison, words)
        yield from left_out(len(comparison.questions) - QUESTIONS.of(words), MORE_QUESTIONS, words)
    if comparison.never_touched:
        units = ", ".join(map(words.foreign, comparison.never_touched[: QUESTIONS.of(words)]))
        yield Paragraph(words.text("Not in your log, although most of the class worked on it: {units}.", units=units))


def _compared_measures(comparison: Comparison, words: Words) -> Table:
    columns = (
        Column(words.text("Measure"), 2),
        Column(words.text("You"), numeric=True),
        Column(words.text("Class median"), numeric=True),
        Column(words.text("Middle half"), 1.6, numeric=True),
    )
    rows = tuple((words.legible(each.name), *_beside(each, words)) for each in comparison.measures)
    return Table(words.text("Your log beside the class"), columns, rows)


def _compared_questions(comparison: Comparison, words: Words) -> Table:
    columns = (
        Column(words.text("Question")),
        Column(words.text("Unit"), 1.5),
        Column(words.text("Your time"), 1.2, numeric=True),
        Column(words.text("Class median"), 1.2, numeric=True),
        Column(words.text("Middle half"), 2, numeric=True),
        Column(words.text("Your submissions"), 1.5, numeric=True),
        Column(words.text("Class median"), 1.2, numeric=True),
        Column(words.text("Middle half"), 1.2, numeric=True),
    )
    rows = tuple(
        (each.alias or NONE, words.foreign(each.unit), *_beside(each.seconds, words), *_beside(each.submissions, words))
        for each in comparison.questions[: QUESTIONS.of(words)]
    )
    return Table(words.text("Time and submissions on each question beside the class"), columns, rows)


def _beside(measure: ComparedMeasure, words: Words) -> tuple[str, str, str]:
    show = words.duration if measure.unit == "seconds" else words.number
    middle_half = NONE
    if measure.q1 is not None and measure.q3 is not None:
        middle_half = words.quartiles(measure.q1, measure.q3, in_seconds=measure.unit == "seconds")
    return show(measure.own), show(measure.median), middle_half
