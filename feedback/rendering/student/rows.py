"""The table of page one: a row a question, with its score, its time and its tries."""

from collections.abc import Iterator, Sequence

from feedback.analysis.findings import Findings, Question, Slot
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Paragraph, QuestionRow, QuestionRows
from feedback.rendering.limits import MORE_QUESTIONS, MORE_UNOPENED, QUESTIONS, left_out
from feedback.rendering.words import Words

# Beyond so many questions page one shows those that cost the most, in points or in time.
ROWS_SHOWN = 30
# A course has many, and its page one shows its calendar too.
ROWS_OF_COURSE = 14
# Of the questions that were not opened at least so many are named.
UNOPENED_SHOWN = 6


def row_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The table, and how many questions it leaves to the details."""
    unopened = [slot for slot in findings.slots if not slot.aliases]
    if not findings.questions and not unopened:
        return
    most = ROWS_SHOWN if findings.course is None else ROWS_OF_COURSE
    shown = rows_shown(findings, most)
    named = _costliest(unopened, max(most - len(shown), UNOPENED_SHOWN))
    scores = findings.key_figures.questions_solved is not None
    times = any(question.minutes is not None for question in findings.questions)
    start = start_of(findings)
    longest = max((question.seconds or 0 for question in findings.questions), default=0)
    rows = [
        _row(question, longest, start, words, submissions=findings.key_figures.submissions > 0) for question in shown
    ]
    rows += [_unopened(slot, start, words, scores=scores) for slot in named]
    yield QuestionRows(
        _caption(findings, words, scores=scores),
        (words.text("Question"), words.text("Score"), words.text("Time"), _last_head(findings, words)),
        tuple(rows),
        scores,
        times,
        _total(findings, words) if len(rows) > 1 else None,
    )
    left = len(findings.questions) - len(shown)
    if left and len(findings.questions) <= QUESTIONS.of(words):
        yield Paragraph(
            words.count(
                "{number} more question is in the details below.",
                "{number} more questions are in the details below.",
                left,
            )
        )
    elif left:
        yield from left_out(left, MORE_QUESTIONS, words)
    yield from left_out(len(unopened) - len(named), MORE_UNOPENED, words)


def _caption(findings: Findings, words: Words, *, scores: bool) -> str:
    if scores:
        return words.text("Every question: score, time and tries")
    if findings.key_figures.submissions:
        return words.text("Every question: time and tries")
    return words.text("Every question: time and entries")


def _last_head(findings: Findings, words: Words) -> str:
    """What the last column counts: tries, and in a log without any submission the entries."""
    return words.text("Tries") if findings.key_figures.submissions else words.text("Entries")


def rows_shown(findings: Findings, most: int = ROWS_SHOWN) -> Sequence[Question]:
    """The questions of the table and of the drawing: all, or of many those that cost the most, in points or in time."""
    if len(findings.questions) <= most:
        return findings.questions
    lost = {slot.aliases[-1]: slot.lost for slot in findings.slots if slot.aliases}
    costly = sorted(findings.questions, key=lambda each: (-lost.get(each.alias, 0), -(each.seconds or 0)))[:most]
    return sorted(costly, key=lambda question: question.number)


def _costliest(slots: Sequence[Slot], most: int) -> Sequence[Slot]:
    """So many of the slots, those with the most points lost, in the order they came."""
    if len(slots) <= most:
        return slots
    places = sorted(range(len(slots)), key=lambda place: -slots[place].lost)[:most]
    return [slots[place] for place in sorted(places)]


def start_of(findings: Findings) -> Question | Slot | None:
    """The question to start with, or the slot to start with where it was not opened; None where nothing was lost.

    The very object in the findings, because a slot may be called like the alias of another question.
    """
    lost = [slot for slot in findings.slots if slot.lost > 0.005]
    if findings.key_figures.questions_solved is None or not lost:
        return None
    told = (*findings.insights, *findings.further_insights)
    worst = max(lost, key=lambda slot: slot.lost)
    if not worst.aliases:
        return worst
    named = next((each.questions[0] for each in told if each.id == "points_lost" and each.questions), "")
    alias = named or worst.aliases[-1]
    return next((question for question in findings.questions if question.alias == alias), None)


def _row(
    question: Question, longest: float, start: Question | Slot | None, words: Words, *, submissions: bool
) -> QuestionRow:
    low = question is start
    earned, points = question.score_earned, question.points
    url = question.solution_url or ""
    return QuestionRow(
        label=words.legible(question.label),
        alias="" if question.label == question.alias else question.alias,
        title=words.foreign(question.title) if question.title else "",
        score=_score(earned, points, words) if earned is not None else NONE,
        score_share=None if earned is None else round(earned / (points or 1), 3),
        time=minutes_of(question.minutes, words),
        time_share=round(question.seconds / longest, 3) if question.seconds is not None and longest else None,
        tries=_tries(question, words, submissions=submissions),
        low=low,
        note=_note(low, points, words),
        href=url,
        link=words.text("solution") if url else "",
    )


def _note(low: bool, points: float | None, words: Words) -> str:
    if points is None:
        return words.text("not counted")
    return words.text("start here") if low else ""


def _score(earned: float, points: float | None, words: Words) -> str:
    if points is None or points == 1:
        return words.score(earned)
    return words.text("{earned} of {points}", earned=words.score(earned, points), points=words.number(points))


def minutes_of(minutes: int | None, words: Words) -> str:
    """Printed minutes; a dash where there are none."""
    if minutes is None:
        return NONE
    return words.duration(60 * minutes) if minutes else words.text("< 1 min")


def _tries(question: Question, words: Words, *, submissions: bool) -> str:
    if not submissions:
        return words.count("{number} entry", "{number} entries", question.events)
    if question.attempts:
        return words.count("{number} try", "{number} tries", question.attempts)
    if question.saved_not_submitted:
        return words.text("not submitted")
    return words.text("no try")


def _unopened(slot: Slot, start: Question | Slot | None, words: Words, *, scores: bool) -> QuestionRow:
    low = slot is start
    counted = scores and slot.points is not None and not slot.optional
    return QuestionRow(
        label=words.foreign(slot.label),
        title=words.foreign(slot.title) if slot.title else "",
        score=_score(0, slot.points, words) if counted else NONE,
        score_share=0.0 if counted else None,
        time=NONE,
        tries=words.text("not opened"),
        low=low,
        note=words.text("start here") if low else "",
    )


def _total(findings: Findings, words: Words) -> QuestionRow:
    figures = findings.key_figures
    score = ""
    if figures.score_earned is not None and figures.score_possible is not None:
        score = words.text(
            "{earned} of {points}",
            earned=words.score(figures.score_earned, figures.score_possible),
            points=words.number(figures.score_possible),
        )
    return QuestionRow(
        label=words.text("Total"),
        score=score,
        time=minutes_of(figures.minutes, words),
        tries=words.count("{number} try", "{number} tries", figures.attempts)
        if figures.submissions
        else words.count("{number} entry", "{number} entries", figures.events),
    )
