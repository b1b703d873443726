"""How a class did: its figures, how its scores spread, and how they went with time."""

from collections.abc import Iterator
from math import isclose

from feedback.analysis.cohort.findings import ClassFindings, ClassRow
from feedback.analysis.cohort.results import ClassScores, TimeAndScore
from feedback.analysis.times import quartiles
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import Chart, KeyFigure, KeyFigures, Section
from feedback.rendering.cohort.drawings import score_columns, ticks, time_and_score
from feedback.rendering.words import Words

# Below this many, a middle half is one or two students, and a histogram is a list of them.
SEVERAL_STUDENTS, ENOUGH_TO_DRAW = 4, 8
# A weaker correlation is next to none (Cohen 1988, "Statistical Power Analysis": 0.1 is small).
_SMALL = 0.1
# Times beyond the outer fences (Tukey 1977) would press all others into a corner.
_FENCE = 3


def key_figures(findings: ClassFindings, words: Words) -> KeyFigures:
    """With scores the mean, the students, those below half and the time; else what was submitted and the time."""
    students = KeyFigure(words.text("Students"), words.number(findings.key_figures.students), _absent(findings, words))
    scores = findings.scores
    if scores is None:
        return KeyFigures(
            (students, _time(findings, words), _submissions(findings, words), _questions(findings, words))
        )
    below = scores.below_half
    low = KeyFigure(
        words.text("Below half of the points"),
        words.number(below),
        words.text("{share} of the class", share=words.percent(below / scores.n)) if below else "",
        tone="low" if below else "",
    )
    return KeyFigures((_mean(scores, words), students, low, _time(findings, words)))


def _mean(scores: ClassScores, words: Words) -> KeyFigure:
    details = [words.text("median {median}", median=shown(scores.median, scores, words))]
    if scores.standard_deviation is not None:
        spread = shown(scores.standard_deviation, scores, words)
        details.insert(0, words.text("standard deviation {spread}", spread=spread))
    mean = shown(scores.mean, scores, words)
    if scores.possible:
        mean = words.text("{earned} of {possible}", earned=mean, possible=words.number(scores.possible))
    return KeyFigure(words.text("Mean score"), mean, ", ".join(details), tone="score")


def shown(value: float, scores: ClassScores, words: Words) -> str:
    """A score as points, or as a share where students could earn different points."""
    return words.score(value, scores.possible) if scores.possible else words.percent(value)


def _absent(findings: ClassFindings, words: Words) -> str:
    figures = findings.key_figures
    absent = []
    if idle := figures.students_without_events:
        absent.append(words.count("{number} without events", "{number} without events", idle))
    if figures.failed:
        absent.append(words.count("{number} without a report", "{number} without a report", figures.failed))
    return ", ".join(absent)


def _time(findings: ClassFindings, words: Words) -> KeyFigure:
    spread = findings.statistics.measures.get("seconds")
    label = words.text("Time on the questions (median)")
    if spread is None:
        return KeyFigure(label, NONE, words.text("no time between events to count"))
    span = words.between(words.duration(spread.q1), words.duration(spread.q3))
    middle = words.text("middle half {range}", range=span)
    return KeyFigure(label, words.duration(spread.median), middle if spread.count >= SEVERAL_STUDENTS else "")


def _submissions(findings: ClassFindings, words: Words) -> KeyFigure:
    figures = findings.key_figures
    rest = [words.count("{number} event in all", "{number} events in all", figures.events)]
    if figures.saves:
        rest.insert(0, words.count("{number} save", "{number} saves", figures.saves))
    return KeyFigure(words.text("Submissions"), words.number(figures.submissions), ", ".join(rest))


def _questions(findings: ClassFindings, words: Words) -> KeyFigure:
    figures = findings.key_figures
    most = words.text("{slots} for a student, by the median", slots=words.number(figures.slots))
    return KeyFigure(words.text("Questions"), words.number(len(findings.slots)), most if figures.slots else "")


def drawn_sections(findings: ClassFindings, words: Words) -> Iterator[Section]:
    """The scores as columns, and beside them time and score; nothing below `ENOUGH_TO_DRAW` students."""
    scores = findings.scores
    if scores is None or scores.n < ENOUGH_TO_DRAW:
        return
    points = [
        (row.seconds, earned) for row in findings.rows if row.seconds and (earned := _earned(row, scores)) is not None
    ]
    both = len(points) >= ENOUGH_TO_DRAW
    yield Section("scores", _scores_title(scores, words), (_columns(scores, words),), half=both)
    if both:
        chart = _dots(points, scores, words)
        yield Section("time-and-score", _time_title(scores.time_and_score, words), (chart,), half=True)


def _scores_title(scores: ClassScores, words: Words) -> str:
    if isclose(scores.median, scores.possible or 1.0, abs_tol=1e-9):
        return words.text("At least half of the class has the full score")
    return words.text("Half of the class has {median} or more", median=shown(scores.median, scores, words))


def _columns(scores: ClassScores, words: Words) -> Chart:
    if scores.possible:
        width = words.number(scores.bin_width)
        caption = words.text("Students by score; width of a step in points: {width}.", width=width)
    else:
        width = words.percent(scores.bin_width)
        caption = words.text("Students by score, in steps of {width} of the points.", width=width)
    if scores.below_half:
        below = words.count("{number} student is below half.", "{number} students are below half.", scores.below_half)
        caption = f"{caption} {below}"
    most = max(range(len(scores.histogram)), key=scores.histogram.__getitem__)
    description = words.text(
        "Columns from {low} to {high}; the highest, {students}, is from {start} on.",
        low=shown(0.0, scores, words),
        high=shown(scores.possible or 1.0, scores, words),
        students=words.count("{number} student", "{number} students", scores.histogram[most]),
        start=shown(most * scores.bin_width, scores, words),
    )
    drawing = score_columns(scores, words.number if scores.possible else words.percent, words.say)
    return Chart(drawing, words.text("Scores of the class"), description, caption, narrow=True)


def _earned(row: ClassRow, scores: ClassScores) -> float | None:
    if row.score_earned is None or not row.score_possible:
        return None
    return row.score_earned if scores.possible else row.score_earned / row.score_possible


def _time_title(found: TimeAndScore | None, words: Words) -> str:
    if found is None:
        return words.text("Time and score")
    if found.r >= _SMALL and found.r_low > 0:
        return words.text("More time went with a higher score")
    if found.r <= -_SMALL and found.r_high < 0:
        return words.text("More time went with a lower score")
    return words.text("Time and score hardly went together")


def _dots(points: list[tuple[float, float]], scores: ClassScores, words: Words) -> Chart:
    q1, _, q3 = quartiles([seconds for seconds, _ in points])
    fence = q3 + _FENCE * (q3 - q1)
    inside = [(seconds, score) for seconds, score in points if seconds <= fence]
    in_hours = max(seconds for seconds, _ in inside) > 6 * 3600
    unit = 3600.0 if in_hours else 60.0
    longest = max(seconds for seconds, _ in inside) / unit
    steps = ticks(longest)
    longest = max(longest, steps[-1])
    caption = (
        words.text("Hours on the questions, and score.")
        if in_hours
        else words.text("Minutes on the questions, and score.")
    )
    if found := scores.time_and_score:
        r = words.text(
            "Correlation {r} (95 % interval {range}).",
            r=words.number(found.r),
            range=words.between(words.number(found.r_low), words.number(found.r_high)),
        )
        caption = f"{caption} {r}"
    if left_out := len(points) - len(inside):
        beyond = words.count(
            "{number} student with far more time is left out.",
            "{number} students with far more time are left out.",
            left_out,
        )
        caption = f"{caption} {beyond}"
    description = words.text(
        "A dot for each of {students}; those below half stand out.",
        students=words.count("{number} student", "{number} students", len(inside)),
    )
    show = words.number if scores.possible else words.percent
    drawing = time_and_score(
        [(seconds / unit, score) for seconds, score in inside], scores.possible or 1.0, longest, show, words.say
    )
    return Chart(drawing, words.text("Time and score of each student"), description, caption, narrow=True)
