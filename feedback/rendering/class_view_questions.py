"""What a class report says question by question, and over all."""

from collections.abc import Iterator, Sequence

from feedback.analysis.class_findings import ClassFindings, OpeningOrder, QuestionStatistics, Spread
from feedback.analysis.comparison import MEASURES
from feedback.analysis.texts import speech
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table, Term, Terms
from feedback.rendering.charts import distribution
from feedback.rendering.view_questions import MAX_QUESTIONS, not_shown
from feedback.rendering.words import NONE, Words

_ORDER_LABELS = 40


def question_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """How many students touched, submitted and solved each question, how their times spread, and what came first."""
    questions = findings.statistics.questions
    if not questions:
        yield Paragraph(words.text("There are no events, so there are no questions."))
        return
    yield _question_table(questions[:MAX_QUESTIONS], words)
    yield from not_shown(len(questions), words)
    if findings.opening_orders:
        yield _opening_orders(findings.opening_orders, words)


def _question_table(questions: Sequence[QuestionStatistics], words: Words) -> Table:
    columns = (
        Column(words.text("Question"), 1.2),
        Column(words.text("Unit"), 1.4),
        Column(words.text("Students"), 1.2, numeric=True),
        Column(words.text("Submitted"), 1.2, numeric=True),
        Column(words.text("Full score"), 1, numeric=True),
        Column(words.text("Saved only"), 1, numeric=True),
        Column(words.text("Opened first"), 1, numeric=True),
        Column(words.text("Time: median (middle half)"), 4.2, numeric=True),
        Column(words.text("Submissions: median (middle half)"), 3, numeric=True),
    )
    return Table(
        words.text("Students, time and submissions on each question, with how the students spread"),
        columns,
        tuple(_question(each, words) for each in questions),
    )


def _question(question: QuestionStatistics, words: Words) -> tuple[str | Cell, ...]:
    return (
        question.label,
        words.foreign(question.unit),
        words.number(question.touched),
        words.number(question.submitted),
        words.number(question.solved),
        words.number(question.saved_not_submitted),
        words.number(question.opened_first),
        _spread(question.seconds, words, in_seconds=True),
        _spread(question.submissions, words, in_seconds=False),
    )


def _spread(spread: Spread | None, words: Words, *, in_seconds: bool) -> str | Cell:
    if spread is None:
        return NONE
    show = words.duration if in_seconds else words.number
    told = f"{show(spread.median)} ({show(spread.q1)}–{show(spread.q3)})"
    return Cell(told, svg=distribution(spread.histogram))


def _opening_orders(orders: Sequence[OpeningOrder], words: Words) -> Terms:
    return Terms(
        tuple(
            Term(
                words.count(
                    "{number} student opened in this order", "{number} students opened in this order", each.students
                ),
                " → ".join(each.labels[:_ORDER_LABELS]),
            )
            for each in orders
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
        show = words.duration if name.endswith("_seconds") else words.number
        rows.append(
            (
                words.legible(say.gettext(title)),
                words.number(spread.count),
                show(spread.minimum),
                show(spread.median),
                f"{show(spread.q1)}–{show(spread.q3)}",
                show(spread.maximum),
                Cell(svg=distribution(spread.histogram)),
            )
        )
    return Table(words.text("How the students spread on each measure"), columns, tuple(rows))
