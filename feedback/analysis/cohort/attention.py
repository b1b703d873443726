"""The students to look at first: few, those with the most at stake, and each with the reason in words."""

from collections.abc import Callable, Sequence
from math import fsum
from statistics import median
from typing import NamedTuple

from feedback.analysis.cohort.results import Attention, named
from feedback.analysis.cohort.scores import Score
from feedback.analysis.findings import Findings, Slot
from feedback.phrasing.i18n import N_, NN_, Speech
from feedback.phrasing.numbers import TOLERANCE, duration, number, percent, score
from feedback.phrasing.phrases import listed

SHOWN = 12
# Of the class's median time from first to last event.
LEFT_EARLY = 0.25
HALF = 0.5
# Of the points that could be earned: what a last submission must have thrown away to be named.
LOST_AT_THE_END = 0.2
UNSUBMITTED_SECONDS = 300
_LEFT_EARLY = N_("left after {time}")
_FEW_BEGUN = NN_("one question begun of {all}, in {time}", "{n} questions begun of {all}, in {time}")
_LOST_AT_THE_END = N_("the last submissions brought fewer points than the best ones (difference: {points})")
_NONE_ABOVE_HALF = N_("no question above half, in {time}")
_ONE_QUESTION = N_("{share} of the time on {slot}, which came to {score}")
_LOST_MOST = N_("lost most on {slot}: {score} of {points}")
_UNSUBMITTED = NN_(
    "{time} of work was not submitted, on question {slots}", "{time} of work was not submitted, on questions {slots}"
)


class Outcome(NamedTuple):
    """What is kept of a student until the class is known; `slots` only of those below half."""

    row: int
    student_id: str
    namespace: str | None
    name: str | None
    score: Score | None
    slots: tuple[Slot, ...]
    unsubmitted: tuple[tuple[str, float], ...]
    lost_at_the_end: float
    window_seconds: float | None
    seconds: float | None
    course: bool

    @property
    def begun(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.aliases]

    @property
    def at_stake(self) -> float:
        """The share of the points that is missing, and without scores the seconds of work that were not submitted."""
        if self.score is not None:
            return max(1 - self.score.share, self.lost_at_the_end / self.score.possible)
        return self.unsubmitted_seconds

    @property
    def unsubmitted_seconds(self) -> float:
        """The time on questions that were saved and never submitted."""
        return fsum(seconds for _, seconds in self.unsubmitted)


def outcome_of(row: int, findings: Findings) -> Outcome | None:
    """What may be said about a student; None without events, of whom the report has a list of its own."""
    figures = findings.key_figures
    if not figures.events:
        return None
    score = None
    if figures.score_earned is not None and figures.score_possible:
        score = Score(figures.score_earned, figures.score_possible, figures.seconds)
    return Outcome(
        row=row,
        student_id=findings.student_id,
        namespace=findings.namespace,
        name=findings.name,
        score=score,
        slots=findings.slots if score is not None and score.below_half else (),
        unsubmitted=tuple((each.unit, each.seconds or 0.0) for each in findings.questions if each.saved_not_submitted),
        lost_at_the_end=_lost_at_the_end(findings),
        window_seconds=figures.window_seconds,
        seconds=figures.seconds,
        course=findings.kind == "course",
    )


def attention_of(outcomes: Sequence[Outcome], expected_slots: float, say: Speech) -> tuple[Attention, ...]:
    """At most `SHOWN` of the students, those with the most at stake first.

    With scores: students below half, or who would be far worse off if the last submission counted. Without: those who
    left early, or did not submit work of five minutes or more.
    """
    windows = [each.window_seconds for each in outcomes if each.window_seconds is not None]
    usual = median(windows) if windows else None
    told = [(each, reason) for each in outcomes if (reason := _reason(each, usual, expected_slots, say))]
    told.sort(key=lambda pair: (-pair[0].at_stake, pair[0].row))
    return tuple(
        Attention(
            row=each.row,
            student_id=each.student_id,
            namespace=each.namespace,
            reason=reason,
            name=each.name,
            score_earned=each.score.earned if each.score else None,
            score_possible=each.score.possible if each.score else None,
        )
        for each, reason in told[:SHOWN]
    )


def _reason(outcome: Outcome, usual: float | None, expected_slots: float, say: Speech) -> str:
    """The first reason that holds; empty where there is none."""
    if outcome.score is None:
        return _left_early(outcome, usual, say) or _unsubmitted(outcome, say)
    if outcome.score.below_half:
        first = (_left_early(outcome, usual, say), _few_begun(outcome, expected_slots, say))
        rest: tuple[Callable[[Outcome, Speech], str], ...] = (_at_the_end, _none_above_half, _one_question, _lost_most)
        return next(filter(None, (*first, *(reason(outcome, say) for reason in rest))), "")
    return _at_the_end(outcome, say)


def _left_early(outcome: Outcome, usual: float | None, say: Speech) -> str:
    window = outcome.window_seconds
    if window is None or usual is None or outcome.course or window >= LEFT_EARLY * usual:
        return ""
    return say.text(_LEFT_EARLY, time=duration(window, say))


def _few_begun(outcome: Outcome, expected: float, say: Speech) -> str:
    begun = len(outcome.begun)
    if begun > HALF * expected or outcome.seconds is None:
        return ""
    words = {"all": number(expected, say), "time": duration(outcome.seconds, say)}
    return say.count(*_FEW_BEGUN, begun, **words)


def _at_the_end(outcome: Outcome, say: Speech) -> str:
    if outcome.score is None or outcome.lost_at_the_end < LOST_AT_THE_END * outcome.score.possible - TOLERANCE:
        return ""
    return say.text(_LOST_AT_THE_END, points=number(outcome.lost_at_the_end, say))


def _none_above_half(outcome: Outcome, say: Speech) -> str:
    if outcome.seconds is None or any((slot.share or 0.0) > HALF + TOLERANCE for slot in outcome.slots):
        return ""
    return say.text(_NONE_ABOVE_HALF, time=duration(outcome.seconds, say))


def _one_question(outcome: Outcome, say: Speech) -> str:
    timed = [(slot, slot.seconds) for slot in outcome.begun if slot.seconds]
    if not timed or not outcome.seconds:
        return ""
    slot, most = max(timed, key=lambda each: each[1])
    if most < HALF * outcome.seconds or slot.points is None:
        return ""
    earned = score(slot.score_earned or 0.0, say, slot.points)
    return say.text(_ONE_QUESTION, share=percent(most / outcome.seconds, say), slot=_name(slot), score=earned)


def _lost_most(outcome: Outcome, say: Speech) -> str:
    slot = max(outcome.slots, key=lambda each: each.lost, default=None)
    if slot is None or slot.points is None:
        return ""
    earned, points = score(slot.score_earned or 0.0, say, slot.points), number(slot.points, say)
    return say.text(_LOST_MOST, slot=_name(slot), score=earned, points=points)


def _unsubmitted(outcome: Outcome, say: Speech) -> str:
    if outcome.at_stake < UNSUBMITTED_SECONDS:
        return ""
    names = [name for name, _ in outcome.unsubmitted]
    return say.count(*_UNSUBMITTED, len(names), time=duration(outcome.at_stake, say), slots=listed(names, say))


def _lost_at_the_end(findings: Findings) -> float:
    """The points that lie between the best submissions and the last, over all questions."""
    if findings.exam.counts == "last":
        return 0.0
    drops = [
        (question.progress.best - question.progress.last) * (question.points or 0.0)
        for question in findings.questions
        if question.progress is not None
    ]
    return fsum(drops)


def _name(slot: Slot) -> str:
    return named(slot.slot, slot.title)
