"""The questions of an exam over the class: how hard they were, whether versions were equal, and the work on them."""

from collections.abc import Callable, Iterator, Sequence

from feedback.analysis.cohort.comparison import MEASURES
from feedback.analysis.cohort.findings import ClassFindings, SlotStatistics, Spread
from feedback.analysis.cohort.for_everybody import version_range
from feedback.analysis.cohort.item_statistics import ENOUGH
from feedback.analysis.cohort.results import Item, Version
from feedback.phrasing.phrases import NONE, dashed
from feedback.rendering.blocks import AnyBlock, Cell, Column, Paragraph, Table, Term, Terms
from feedback.rendering.charts import distribution
from feedback.rendering.cohort.drawings import mean_among_versions
from feedback.rendering.cohort.result import ENOUGH_TO_DRAW, SEVERAL_STUDENTS
from feedback.rendering.limits import MAX_QUESTIONS, MORE_QUESTIONS, left_out
from feedback.rendering.words import Words

_ORDER_LABELS = 40
_MAX_VERSIONS = 60


def item_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """How hard each question was, the hardest first; nothing without scores."""
    items = [item for item in findings.items if item.facility is not None]
    if not items:
        return
    items.sort(key=lambda item: item.facility or 0.0)
    columns, cells = zip(*_item_columns(items, words), strict=True)
    yield Table(
        words.text(
            "Questions, the hardest first: the mean share of the points with its 95 % interval; a tick is a version"
        ),
        columns,
        tuple(tuple(cell(item) for cell in cells) for item in items[:MAX_QUESTIONS]),
    )
    yield from left_out(len(items) - MAX_QUESTIONS, MORE_QUESTIONS, words)


def _item_columns(items: Sequence[Item], words: Words) -> Iterator[tuple[Column, Callable[[Item], str | Cell]]]:
    """The columns that say something of these questions, each with what it says of one; a phone shows the first."""
    yield Column(words.text("Question"), 2), lambda item: words.foreign(item.name)
    yield Column(words.text("From 0 to 1"), 3), lambda item: Cell(svg=mean_among_versions(item, ENOUGH))
    yield Column(words.text("Mean"), 1.1, numeric=True), lambda item: words.number(item.facility)
    if any(version_range(item) for item in items):
        yield Column(words.text("Versions"), 2.4, numeric=True), lambda item: _versions(item, words)
    yield Column(words.text("All points"), 1.1, numeric=True), lambda item: words.percent(item.full_share)
    if any(item.median_seconds is not None for item in items):
        yield Column(words.text("Time (median)"), 1.5, numeric=True), lambda item: words.duration(item.median_seconds)
    yield Column(words.text("Discrimination"), 1.6, numeric=True), lambda item: _discrimination(item, words)
    yield (
        Column(words.text("95 % interval"), 1.8, numeric=True),
        lambda item: _range(item.facility_low, item.facility_high, words),
    )
    if len({item.n for item in items}) > 1:
        yield Column(words.text("Students"), 1.2, numeric=True), lambda item: words.number(item.n)
    if any(item.points != 1 for item in items):
        yield Column(words.text("Points"), 1.1, numeric=True), lambda item: words.number(item.points)


def _range(low: float | None, high: float | None, words: Words) -> str:
    return NONE if low is None or high is None else dashed(words.number(low), words.number(high))


def _discrimination(item: Item, words: Words) -> str:
    return words.text("too few") if item.n < ENOUGH else words.number(item.discrimination_index)


def _versions(item: Item, words: Words) -> str | Cell:
    """How far the versions are from each other, and whether that is more than chance."""
    known = version_range(item)
    if known is None:
        return NONE
    told = _range(*known, words)
    return Cell(words.text("{range} unequal", range=told), tone="low") if item.unequal else told


def versions_table(findings: ClassFindings, words: Words) -> Table | None:
    """The versions that were not as hard as their question, those furthest from it first; None where there are none."""
    unequal = [(item, version) for item in findings.items for version in item.versions if version.differs]
    if not unequal:
        return None

    def gap(pair: tuple[Item, Version]) -> float:
        return -abs((pair[1].facility or 0.0) - (pair[0].facility or 0.0))

    rows = tuple(
        (
            words.foreign(version.unit),
            words.foreign(item.name),
            words.number(version.n),
            words.number(version.facility),
            _range(version.facility_low, version.facility_high, words),
            words.number(item.facility),
            words.text("harder") if (version.facility or 0.0) < (item.facility or 0.0) else words.text("easier"),
        )
        for item, version in sorted(unequal, key=gap)[:_MAX_VERSIONS]
    )
    columns = (
        Column(words.text("Version"), 1.6),
        Column(words.text("Question"), 1.6),
        Column(words.text("Students"), numeric=True),
        Column(words.text("Mean"), numeric=True),
        Column(words.text("95 % interval"), 1.4, numeric=True),
        Column(words.text("All versions"), numeric=True),
        Column(words.text("It was")),
    )
    caption = words.text(
        "Versions that were not as hard as their question by a tenth of the points or more, and not by chance"
    )
    summary = words.count("{number} version was not equal", "{number} versions were not equal", len(unequal))
    return Table(caption, columns, rows, summary)


def work_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """How many students touched and submitted each question, how their times spread, and what came first."""
    slots = findings.slots
    if not slots:
        yield Paragraph(words.text("There are no events, so there are no questions."))
        return
    columns, cells = zip(*_work_columns(findings, words), strict=True)
    caption = words.text("Students, time and tries on each question")
    if any(_drawn(each.seconds) for each in slots):
        caption = words.text(
            "Students, time and tries on each question. The drawings share one scale: a column is {width} wide, "
            "the last holds all above.",
            width=words.duration(findings.seconds_bin),
        )
    rows = tuple(tuple(cell(each) for cell in cells) for each in slots[:MAX_QUESTIONS])
    yield Table(caption, columns, rows, words.text("The work on each question") if findings.scores else "")
    yield from left_out(len(slots) - MAX_QUESTIONS, MORE_QUESTIONS, words)
    if findings.opening_orders:
        yield _opening_orders(findings, words)


def _work_columns(
    findings: ClassFindings, words: Words
) -> Iterator[tuple[Column, Callable[[SlotStatistics], str | Cell]]]:
    yield Column(words.text("Question"), 2), lambda each: words.foreign(f"{each.slot} {each.title or ''}".strip())
    yield Column(words.text("Students"), 1.2, numeric=True), lambda each: words.number(each.touched)
    yield Column(words.text("Submitted"), 1.2, numeric=True), lambda each: words.number(each.submitted)
    if findings.key_figures.saves:
        yield Column(words.text("Saved only"), 1, numeric=True), lambda each: words.number(each.saved_not_submitted)
    yield Column(words.text("Opened first"), 1, numeric=True), lambda each: words.number(each.opened_first)
    yield Column(words.text("Time: median (middle half)"), 6, numeric=True), lambda each: _seconds(each.seconds, words)
    yield Column(words.text("Tries: median (middle half)"), 3, numeric=True), lambda each: _tries(each.tries, words)


def _seconds(spread: Spread | None, words: Words) -> str | Cell:
    if spread is None:
        return NONE
    told = words.duration(spread.median)
    if spread.count >= SEVERAL_STUDENTS:
        told = f"{told} ({words.quartiles(spread.q1, spread.q3, in_seconds=True)})"
    return Cell(told, svg=distribution(spread.histogram)) if _drawn(spread) else told


def _drawn(spread: Spread | None) -> bool:
    return spread is not None and spread.count >= ENOUGH_TO_DRAW


def _tries(spread: Spread | None, words: Words) -> str:
    if spread is None:
        return NONE
    told = words.number(spread.median)
    if spread.count < SEVERAL_STUDENTS:
        return told
    return f"{told} ({words.quartiles(spread.q1, spread.q3, in_seconds=False)})"


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
                " → ".join(map(words.foreign, each.labels[:_ORDER_LABELS])),
            )
            for each in findings.opening_orders
        )
    )


def numbers_table(findings: ClassFindings, words: Words) -> Table | None:
    """The distribution of every measure that a student's own report gives."""
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
    )
    rows = []
    for name, title, spread in measures:
        in_seconds = name.endswith("_seconds")
        show = words.duration if in_seconds else words.number
        middle_half = words.quartiles(spread.q1, spread.q3, in_seconds=in_seconds)
        rows.append(
            (
                words.legible(words.text(title)),
                words.number(spread.count),
                show(spread.minimum),
                show(spread.median),
                middle_half if spread.count >= SEVERAL_STUDENTS else NONE,
                show(spread.maximum),
            )
        )
    return Table(words.text("How the students spread on each measure"), columns, tuple(rows))
