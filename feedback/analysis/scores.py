"""The full score, what rounding leaves of points, and whether a student has anything left to do."""

from collections.abc import Sequence

from feedback.analysis.findings import KeyFigures, Question, Slot
from feedback.phrasing.numbers import TOLERANCE

FULL_SCORE = 1.0 - TOLERANCE
# Points below this are what rounding leaves.
LEAST = 0.005


def nothing_left(figures: KeyFigures, slots: Sequence[Slot], questions: Sequence[Question]) -> bool:
    """Whether all points that could be earned are; without scores, whether every question that counts is submitted.

    Questions of the exam that were never touched are left to do, but for optional ones.
    """
    if figures.questions_solved is not None and figures.score_possible is not None:
        return figures.score_possible - (figures.score_earned or 0.0) <= LEAST
    submitted = {question.alias for question in questions if question.attempts}
    due = [slot for slot in slots if slot.points is not None and (slot.aliases or not slot.optional)]
    return all(not submitted.isdisjoint(slot.aliases) for slot in due)
