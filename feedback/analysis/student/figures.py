"""The totals of a student: the result, the time, and what was touched.

Active time is an estimate: the sum of the gaps short enough to be work, each charged to the question of
the later event, because a save or a submission ends a piece of work. How long a gap may be has no agreed
value and moves the estimate (Kovanović et al. 2015, "Penetrating the black box of time-on-task
estimation"), so it is also given at a narrower and a wider gap, as a range.
"""

from collections.abc import Sequence

from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import KeyFigures, Question, Slot
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log, seconds_of
from feedback.analysis.student.minutes import clock_minutes
from feedback.analysis.student.slots import earned, possible
from feedback.analysis.times import SECOND, microseconds, moment


def key_figures_of(
    log: Log,
    questions: Sequence[Question],
    slots: Sequence[Slot],
    exam: ExamContext,
    facts: ClassFacts,
    settings: AnalysisSettings,
) -> KeyFigures:
    """The totals; times are None where fewer than two events have one (the window: where none has)."""
    kinds = [mark.kind for mark in log.marks]
    timed = log.timed
    gaps = [gap for gap in log.gaps if gap is not None]
    session_gap, sitting_gap = microseconds(settings.session_gap_minutes), microseconds(settings.sitting_gap_minutes)
    saves, submissions = kinds.count("save"), kinds.count("submission")
    return KeyFigures(
        events=len(kinds),
        saves=saves,
        submissions=submissions,
        other_events=len(kinds) - saves - submissions,
        questions=len(questions),
        questions_submitted=sum(question.attempts > 0 for question in questions),
        attempts=sum(question.attempts for question in questions),
        looks=sum(question.looks for question in questions),
        repeats=log.repeats,
        questions_solved=_solved(questions),
        score_earned=earned(slots) if facts.scores else None,
        score_possible=possible(slots, exam, facts) if facts.scores else None,
        first_at=moment(timed[0]) if timed else None,
        last_at=moment(timed[-1]) if timed else None,
        window_seconds=sum(gaps) / SECOND if timed else None,
        active_seconds=_active_seconds(log, gaps, settings.session_gap_minutes),
        active_seconds_narrow_gap=_active_seconds(log, gaps, settings.narrow_gap_minutes),
        active_seconds_wide_gap=_active_seconds(log, gaps, settings.wide_gap_minutes),
        seconds=seconds_of(log.charged),
        minutes=sum(q.minutes or 0 for q in questions) if any(q.minutes is not None for q in questions) else None,
        window_minutes=clock_minutes(timed[0], timed[-1]) if timed else None,
        sessions=None if log.visits or not timed else 1 + sum(gap > session_gap for gap in gaps),
        sittings=1 + sum(gap > sitting_gap for gap in gaps) if timed else None,
        sitting_seconds=sum(gap for gap in gaps if gap <= sitting_gap) / SECOND if timed else None,
        switches=max(len(log.runs) - 1, 0),
    )


def _active_seconds(log: Log, gaps: Sequence[int], minutes: float) -> float | None:
    limit = microseconds(minutes)
    return sum(gap for gap in gaps if gap <= limit) / SECOND if gaps and not log.visits else None


def _solved(questions: Sequence[Question]) -> int | None:
    scored = [question.progress for question in questions if question.progress is not None]
    return sum(progress.best >= FULL_SCORE for progress in scored) if scored else None
