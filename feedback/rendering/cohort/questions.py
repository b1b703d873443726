"""What a class report says question by question, and over all."""

from collections.abc import Callable, Iterator, Sequence

from feedback.analysis.cohort.comparison import MEASURES
from feedback.analysis.cohort.findings import ClassFindings, QuestionStatistics, Spread
from feedback.phrasing.i18n import speech
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table, Term, Terms
from feedback.rendering.charts import distribution
from feedback.rendering.student.questions import MAX_QUESTIONS, not_shown
from feedback.rendering.words import Words

_ORDER_LABELS = 40
# Below this many, a middle half is one or two students.
SEVERAL_STUDENTS = 4


def question_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """How many students touched, submitted and solved each question, how their times spread, and what came first."""
    questions = findings.statistics.questions
    if not questions:
        yield Paragraph(words.text("There are no events, so there are no questions."))
        return
    yield _question_table(questions[:MAX_QUESTIONS], findings.key_figures.saves > 0, words)
    yield from not_shown(len(questions), words)
    if findings.opening_orders:
        yield _opening_orders(findings, words)


def _question_table(questions: Sequence[QuestionStatistics], saves: bool, words: Words) -> Table:
    columns, cells = zip(*_columns(questions, saves, words), strict=True)
    return Table(
        words.text("Students, time and submissions on each question, with how the students spread"),
        columns,
        tuple(tuple(cell(each) for cell in cells) for each in questions),
    )


def _columns(
    questions: Sequence[QuestionStatistics], saves: bool, words: Words
) -> Iterator[tuple[Column, Callable[[QuestionStatistics], str | Cell]]]:
    """The columns this class has something for, each with what it says of a question."""
    yield Column(words.text("Question"), 1.2), lambda each: each.label
    yield Column(words.text("Unit"), 1.4), lambda each: words.foreign(each.unit)
    yield Column(words.text("Students"), 1.2, numeric=True), lambda each: words.number(each.touched)
    yield Column(words.text("Submitted"), 1.2, numeric=True), lambda each: words.number(each.submitted)
    if any(each.solved is not None for each in questions):
        yield Column(words.text("Full score"), 1, numeric=True), lambda each: words.number(each.solved)
    if saves:
        yield Column(words.text("Saved only"), 1, numeric=True), lambda each: words.number(each.saved_not_submitted)
    yield Column(words.text("Opened first"), 1, numeric=True), lambda each: words.number(each.opened_first)
    yield (
        Column(words.text("Time: median (middle half)"), 6, numeric=True),
        lambda each: _spread(each.seconds, words, in_seconds=True),
    )
    yield (
        Column(words.text("Submissions: median (middle half)"), 3.4, numeric=True),
        lambda each: _spread(each.submissions, words, in_seconds=False),
    )


def _spread(spread: Spread | None, words: Words, *, in_seconds: bool) -> str | Cell:
    if spread is None:
        return NONE
    told = words.duration(spread.median) if in_seconds else words.number(spread.median)
    if spread.count >= SEVERAL_STUDENTS:
        told = f"{told} ({words.quartiles(spread.q1, spread.q3, in_seconds=in_seconds)})"
    return Cell(told, svg=distribution(spread.histogram))


def _opening_orders(findings: ClassFindings, words: Words) -> Terms:
    students = words.number(findings.key_figures.students_with_events)
    return Terms(
        tuple(
            Term(
                words.count(
                    "{number} of {all} students opened in this order",
                    "{number} of {all} students opened in this order",
                    each.students,
                    all=students,
                ),
                " → ".join(each.labels[:_ORDER_LABELS]),
            )
            for each in findings.opening_orders
        )
    )


def numbers_table(findings: ClassFindings, words: Words) -> Table | None:
    """The distribution of every measure that a student's own report gives."""
    say = speech(findings.settings.language)
    measures = [
        (name, MEASURES[name], spread) for name, spread in findings.statistics.measures.items() if name in MEASURES
    ]
    if not measures:
        return None
    columns = (
        Column(words.text("Measure"), 2.4),
        Column(words.text("Students"), numeric=True),
        Column(words.text("Lowest"), 1.2, numeric=True),
        Column(words.text("Median"), 1.2, numeric=True),
        Column(words.text("Middle half"), 2, numeric=True),
        Column(words.text("Highest"), 1.2, numeric=True),
        Column(words.text("Spread"), 1.3),
    )
    rows = []
    for name, title, spread in measures:
        in_seconds = name.endswith("_seconds")
        show = words.duration if in_seconds else words.number
        middle_half = words.quartiles(spread.q1, spread.q3, in_seconds=in_seconds)
        rows.append(
            (
                words.legible(say.gettext(title)),
                words.number(spread.count),
                show(spread.minimum),
                show(spread.median),
                middle_half if spread.count >= SEVERAL_STUDENTS else NONE,
                show(spread.maximum),
                Cell(svg=distribution(spread.histogram)),
            )
        )
    return Table(words.text("How the students spread on each measure"), columns, tuple(rows))
