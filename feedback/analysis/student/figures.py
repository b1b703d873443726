"""The totals of a student: the window of the log, the estimate of active time, and what was touched.

Active time is an estimate: the sum of the gaps short enough to be work, each charged to the question of
the later event, because a save or a submission ends a piece of work. How long a gap may be has no agreed
value and moves the estimate (Kovanović et al. 2015, "Penetrating the black box of time-on-task
estimation"), so it is also given at a narrower and a wider gap, as a range.
"""

from collections.abc import Sequence

from feedback.analysis.findings import KeyFigures, Question
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.student.questions import FULL_SCORE
from feedback.analysis.times import SECOND, microseconds


def key_figures_of(log: Log, questions: Sequence[Question], runs: int, settings: AnalysisSettings) -> KeyFigures:
    """The totals; times are None where fewer than two events have one (the window: where none has)."""
    kinds = [mark.kind for mark in log.marks]
    times = [mark.at for mark in log.marks if mark.at is not None]
    gaps = [gap for gap in log.gaps if gap is not None]
    session_gap = microseconds(settings.session_gap_minutes)
    return KeyFigures(
        events=len(log.marks),
        saves=kinds.count("save"),
        submissions=kinds.count("submission"),
        other_events=kinds.count("other"),
        questions=len(questions),
        questions_submitted=sum(question.submissions > 0 for question in questions),
        questions_solved=_solved(questions),
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        window_seconds=sum(gaps) / SECOND if times else None,
        active_seconds=_active_seconds(gaps, settings.session_gap_minutes),
        active_seconds_narrow_gap=_active_seconds(gaps, settings.narrow_gap_minutes),
        active_seconds_wide_gap=_active_seconds(gaps, settings.wide_gap_minutes),
        sessions=1 + sum(gap > session_gap for gap in gaps) if times else None,
        switches=max(runs - 1, 0),
    )


def _active_seconds(gaps: Sequence[int], minutes: float) -> float | None:
    limit = microseconds(minutes)
    return sum(gap for gap in gaps if gap <= limit) / SECOND if gaps else None


def _solved(questions: Sequence[Question]) -> int | None:
    scored = [question.progress for question in questions if question.progress is not None]
    return sum(progress.best >= FULL_SCORE for progress in scored) if scored else None
