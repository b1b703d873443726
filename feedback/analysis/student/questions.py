"""What happened on each question."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from feedback.analysis.findings import Question, Run, ScoreProgress
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log, active_seconds
from feedback.analysis.times import SECOND, quartiles
from feedback.phrasing.i18n import N_, Speech

FULL_SCORE = 1.0


def questions_of(log: Log, path: Sequence[Run], settings: AnalysisSettings, say: Speech) -> tuple[Question, ...]:
    """One entry for each unit of the log, in the order of the aliases."""
    visits = Counter(run.question for run in path)
    active = active_seconds(log.charged)
    return tuple(
        _question(log, here, visits[alias], active, settings, say)
        for alias, here in zip(log.aliases, log.by_question, strict=True)
    )


def progress_of(scores: Sequence[float]) -> ScoreProgress | None:
    """The progress of scored submissions in time order; None where there are none."""
    if not scores:
        return None
    best = max(scores)
    return ScoreProgress(
        scores=tuple(scores),
        first=scores[0],
        best=best,
        last=scores[-1],
        attempts_to_best=scores.index(best) + 1,
        runs_without_improvement=_runs_without_improvement(scores),
    )


def _runs_without_improvement(scores: Sequence[float]) -> tuple[int, ...]:
    runs, length, best = [], 0, scores[0]
    for score in scores[1:]:
        if best >= FULL_SCORE:
            break  # nothing is left to improve
        if score > best:
            best = score
            runs.append(length)
            length = 0
        else:
            length += 1
    return tuple(run for run in [*runs, length] if run)


def _question(
    log: Log, here: Sequence[int], visits: int, active: float | None, settings: AnalysisSettings, say: Speech
) -> Question:
    marks = [log.marks[i] for i in here]
    number = marks[0].question
    kinds = [mark.kind for mark in marks]
    saves, submissions = kinds.count("save"), kinds.count("submission")
    times = [mark.at for mark in marks if mark.at is not None]
    submitted = [mark.at for mark in marks if mark.kind == "submission" and mark.at is not None]
    charged = [gap for i in here if (gap := log.charged[i]) is not None]
    seconds = active_seconds(charged)
    between = log.between_submissions[number - 1]
    return Question(
        alias=f"Q{number}",
        number=number,
        unit=log.units[number - 1].name,
        unit_kind=log.units[number - 1].kind,
        events=len(marks),
        saves=saves,
        submissions=submissions,
        other_events=len(marks) - saves - submissions,
        visits=visits,
        revisits=visits - 1,
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        first_submission_at=submitted[0] if submitted else None,
        intervals=len(charged),
        seconds=seconds,
        seconds_missing=_why_no_seconds(times, say) if seconds is None else None,
        share_of_active_time=seconds / active if seconds is not None and active else None,
        submission_intervals=len(between),
        median_submission_interval_seconds=quartiles(between).median / SECOND if between else None,
        quick_resubmissions=sum(gap < settings.quick_resubmission_seconds * SECOND for gap in between),
        batch_submissions=sum(log.batched[i] for i in here),
        saved_not_submitted=saves > 0 and submissions == 0,
        progress=progress_of([mark.score for mark in marks if mark.score is not None]),
    )


def _why_no_seconds(times: Sequence[datetime], say: Speech) -> str:
    if not times:
        return say.gettext(N_("Its events have no times."))
    return say.gettext(
        N_("Every event here follows a long gap or opens the log, so the work before it was not recorded.")
    )
