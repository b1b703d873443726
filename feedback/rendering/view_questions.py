"""What a student's report says question by question."""

from collections.abc import Iterator

from feedback.analysis import ComparedMeasure, Comparison, Findings, Question
from feedback.rendering.blocks import AnyBlock, Cell, Chart, Column, Paragraph, Table
from feedback.rendering.charts import bars, progress
from feedback.rendering.words import NONE, Words

_BARS = 42


def time_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Estimated active time as bars, or why there is none."""
    timed = [question for question in findings.questions if question.seconds is not None]
    if not timed:
        yield Paragraph(words.text("No two events follow each other closely enough to estimate time."))
        return
    shown = timed
    caption = words.text("Estimated active time, charged to the question of the event that ends each interval.")
    if len(timed) > _BARS:
        most = sorted(timed, key=lambda question: -(question.seconds or 0))[:_BARS]
        shown = sorted(most, key=lambda question: question.number)
        caption += " " + words.text("The {count} questions with the most time.", count=_BARS)
    yield Chart(
        id="time-chart",
        svg=bars([(question.alias, question.seconds or 0, words.duration(question.seconds)) for question in shown]),
        title=words.text("Estimated active time per question"),
        description=words.text("One bar for each question; the table of questions gives the same numbers."),
        caption=caption,
    )


def question_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The table of questions, with scores where the log has them."""
    if not findings.questions:
        yield Paragraph(words.text("There are no events, so there are no questions."))
        return
    scored = any(question.progress for question in findings.questions)
    one_day = words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    columns = [
        Column(words.text("Question"), 1.1),
        Column(words.text("Unit"), 1.5),
        Column(words.text("Time"), 1.2, numeric=True),
        Column(words.text("Saves"), 0.9, numeric=True),
        Column(words.text("Submissions"), 1.5, numeric=True),
        Column(words.text("Events"), 0.9, numeric=True),
        Column(words.text("Visits"), 0.8, numeric=True),
        Column(words.text("First"), 1 if one_day else 2, numeric=True),
        Column(words.text("Last"), 1 if one_day else 2, numeric=True),
    ]
    if scored:
        columns += [
            Column(words.text("Best score"), 1.3, numeric=True),
            Column(words.text("at attempt"), 1.3, numeric=True),
            Column(words.text("Score so far"), 1.7),
        ]
    yield Table(
        words.text("Every question, with its name on the platform (unit)"),
        tuple(columns),
        tuple(_row(question, words, scored=scored, one_day=one_day) for question in findings.questions),
    )


def _row(question: Question, words: Words, *, scored: bool, one_day: bool) -> tuple[str | Cell, ...]:
    row: tuple[str | Cell, ...] = (
        question.alias,
        words.foreign(question.unit),
        words.duration(question.seconds),
        words.number(question.saves),
        words.number(question.submissions),
        words.number(question.events),
        words.number(question.visits),
        words.moment(question.first_at, with_day=not one_day),
        words.moment(question.last_at, with_day=not one_day),
    )
    return row + _score_cells(question, words) if scored else row


def _score_cells(question: Question, words: Words) -> tuple[str | Cell, ...]:
    scores = question.progress
    if scores is None:
        return NONE, NONE, NONE
    attempt = words.text(
        "{attempt} of {attempts}",
        attempt=words.number(scores.attempts_to_best),
        attempts=words.number(len(scores.scores)),
    )
    change = f"{words.score(scores.first)} → {words.score(scores.last)}"
    return words.score(scores.best), attempt, Cell(change, svg=progress(scores.scores))


def comparison_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The student's own numbers beside the class's, where that was asked for and the class is large enough."""
    comparison = findings.comparison
    if comparison is None:
        return
    students = words.count("{number} student", "{number} students", comparison.students)
    yield Paragraph(
        words.text(
            "The median of {students}, and the range of the middle half. It says where you stand, not how well you did.",
            students=students,
        )
    )
    yield _compared_measures(comparison, words)
    if comparison.questions:
        yield _compared_questions(comparison, words)
    if comparison.never_touched:
        units = ", ".join(map(words.foreign, comparison.never_touched))
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
        for each in comparison.questions
    )
    return Table(words.text("Time and submissions on each question beside the class"), columns, rows)


def _beside(measure: ComparedMeasure, words: Words) -> tuple[str, str, str]:
    show = words.duration if measure.unit == "seconds" else words.number
    middle_half = NONE if measure.q1 is None else f"{show(measure.q1)} – {show(measure.q3)}"
    return show(measure.own), show(measure.median), middle_half
