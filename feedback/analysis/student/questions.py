"""What happened on each question."""

from collections import Counter
from collections.abc import Sequence

from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import Question, ScoreProgress
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log, seconds_of
from feedback.analysis.student.minutes import clock_minutes, total_minutes, with_minutes
from feedback.analysis.student.names import label_of
from feedback.analysis.student.slots import group_of
from feedback.analysis.times import SECOND, moment, quartiles
from feedback.phrasing.i18n import N_, Speech
from feedback.phrasing.numbers import exceeds

LONG_GAP = 45 * 60 * SECOND


class Basis:
    """What all questions of a student are made from."""

    def __init__(self, log: Log, exam: ExamContext, facts: ClassFacts, settings: AnalysisSettings, say: Speech) -> None:
        self.log, self.exam, self.facts, self.settings, self.say = log, exam, facts, settings, say
        self.total = seconds_of(log.charged)


def questions_of(basis: Basis) -> tuple[Question, ...]:
    """One entry for each unit of the log, in the order of the aliases."""
    visits = Counter(basis.log.marks[positions[0]].question for positions in basis.log.runs)
    questions = [_question(basis, number, visits[number]) for number in range(1, len(basis.log.aliases) + 1)]
    timed, gaps = basis.log.timed, [gap for gap in basis.log.gaps if gap is not None]
    by_clock = clock_minutes(timed[0], timed[-1]) if timed else None
    return with_minutes(questions, total_minutes(basis.total or 0.0, sum(gaps) / SECOND, by_clock))


def progress_of(scores: Sequence[float], looks: Sequence[float] = ()) -> ScoreProgress | None:
    """The progress of scored attempts in time order; of `looks` where there are none; None without either."""
    if not scores:
        if not looks:
            return None
        return ScoreProgress((), looks[0], max(looks), looks[-1], 0)
    best = max(scores)
    return ScoreProgress(
        scores=tuple(scores),
        first=scores[0],
        best=best,
        last=scores[-1],
        attempts_to_best=next(n for n, score in enumerate(scores, start=1) if not exceeds(best, score)),
        runs_without_improvement=_runs_without_improvement(scores),
    )


def _runs_without_improvement(scores: Sequence[float]) -> tuple[int, ...]:
    runs, length, best = [], 0, scores[0]
    for score in scores[1:]:
        if best >= FULL_SCORE:
            break  # nothing is left to improve
        if exceeds(score, best):
            best = score
            runs.append(length)
            length = 0
        else:
            length += 1
    return tuple(run for run in [*runs, length] if run)


class _Here:
    """What the log has of one question: its events, and of those the tries and the looks, their times and gaps."""

    def __init__(self, log: Log, number: int) -> None:
        here = log.by_question[number - 1]
        self.marks = [log.marks[i] for i in here]
        self.kinds = Counter([mark.kind for mark in self.marks])
        self.tries = [mark for mark in self.marks if mark.kind == "submission" and not mark.look]
        self.looks = [mark for mark in self.marks if mark.look]
        timed = [(at, log.marks[i]) for i in here if (at := log.instants[i]) is not None]
        self.times = [at for at, _ in timed]
        self.tried_at = [at for at, mark in timed if mark.kind == "submission" and not mark.look]
        self.charged = [gap for i in here if (gap := log.charged[i]) is not None]
        self.between = log.between_submissions[number - 1]
        self.batched = sum(log.batched[i] for i in here)

    @property
    def progress(self) -> ScoreProgress | None:
        tries, looks = ([mark.score for mark in some if mark.score is not None] for some in (self.tries, self.looks))
        return progress_of(tries, looks)

    def quick(self, seconds: float) -> int:
        """How many submissions came so soon after the one before."""
        return sum(gap < seconds * SECOND for gap in self.between)


def _question(basis: Basis, number: int, visits: int) -> Question:
    log, unit, alias = basis.log, basis.log.units[number - 1], basis.log.aliases[number - 1]
    here = _Here(log, number)
    seconds, progress = seconds_of(here.charged), here.progress
    saves, submissions = here.kinds["save"], here.kinds["submission"]
    about, points = basis.exam.questions.get(unit), basis.exam.points(unit)
    return Question(
        alias=alias,
        number=number,
        unit=unit.name,
        unit_kind=unit.kind,
        label=label_of(unit, alias, basis.facts, basis.say),
        title=about.title if about else None,
        topic=about.topic if about else None,
        points=points,
        group=group_of(unit, about, basis.facts),
        solution_url=about.solution_url if about else None,
        score_earned=_earned(progress, basis.exam.by_last, 1.0 if points is None else points),
        events=len(here.marks),
        saves=saves,
        submissions=submissions,
        other_events=len(here.marks) - saves - submissions,
        attempts=len(here.tries),
        looks=len(here.looks),
        visits=visits,
        revisits=max(visits - 1, 0),
        first_at=moment(here.times[0]) if here.times else None,
        last_at=moment(here.times[-1]) if here.times else None,
        first_submission_at=moment(here.tried_at[0]) if here.tried_at else None,
        intervals=len(here.charged),
        long_gaps=sum(gap > LONG_GAP for gap in here.charged) if log.visits else 0,
        seconds=seconds,
        seconds_missing=None if seconds is not None else _why_no_seconds(bool(here.times), log, basis.say),
        share_of_active_time=seconds / basis.total if seconds is not None and basis.total and not log.visits else None,
        submission_intervals=len(here.between),
        median_submission_interval_seconds=quartiles(here.between).median / SECOND if here.between else None,
        quick_resubmissions=0 if log.full_minutes else here.quick(basis.settings.quick_resubmission_seconds),
        batch_submissions=here.batched,
        saved_not_submitted=saves > 0 and not submissions and not here.kinds["other"] and number not in log.scored,
        progress=progress,
    )


def _earned(progress: ScoreProgress | None, by_last: bool, points: float) -> float | None:
    if progress is None:
        return None
    return (progress.last if by_last else progress.best) * points


def _why_no_seconds(timed: bool, log: Log, say: Speech) -> str:
    if not timed:
        return say.gettext(N_("Its events have no times."))
    if log.visits:
        return say.gettext(N_("Its only event opens the log, so the time before it was not recorded."))
    return say.gettext(
        N_("Every event here follows a long gap or opens the log, so the work before it was not recorded.")
    )
