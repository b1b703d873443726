"""What the analysis found out about one student: the view model of a report, and the JSON of the API.

Everything is plain, finite, frozen data. Times are UTC; durations are seconds; shares run from 0 to 1;
questions are named by their alias (`Q1`, `Q2`, …). A measure that cannot be computed is `None`, and
`Findings.missing` says why.
"""

from datetime import datetime
from typing import Literal

import msgspec

from feedback.analysis.cohort.compared import Comparison
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote, Insight, Missing

Kind = Literal["save", "submission", "other"]
UnitKind = Literal["number", "text"]
PauseKind = Literal["pause", "long_pause"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One event on the time line.

    `question` is the number n of the alias Qn, from 1; `at` is None for an event without a time; `score`
    is given for submissions only, and None where the log has none.
    """

    at: datetime | None
    question: int
    kind: Kind
    score: float | None = None


class Run(msgspec.Struct, frozen=True, gc=False):
    """A visit: consecutive events on one question, `events` of them, with the active time charged to them.

    `seconds` is None where no counted interval ends in this run.
    """

    question: str
    events: int
    seconds: float | None
    first_at: datetime | None
    last_at: datetime | None


class ScoreProgress(msgspec.Struct, frozen=True, gc=False):
    """The scores of one question's submissions in time order.

    `attempts_to_best` counts scored submissions up to and including the first that reached the best
    score; `runs_without_improvement` holds the length of every maximal run of consecutive scored
    submissions that did not raise the best score so far, counted until the full score is reached.
    """

    scores: tuple[float, ...]
    first: float
    best: float
    last: float
    attempts_to_best: int
    runs_without_improvement: tuple[int, ...] = ()


class Question(msgspec.Struct, frozen=True, gc=False):
    """One question the student touched, in the order of the aliases.

    `unit` is the platform's name: a number in plain decimals, or the text as it was sent. `seconds` is
    the estimated active time, the sum of the `intervals` counted intervals that end at this question;
    None, with the reason in `seconds_missing`, where there is no such interval. `batch_submissions` came
    as part of a batch, many questions at once.
    """

    alias: str
    number: int
    unit: str
    unit_kind: UnitKind
    events: int
    saves: int
    submissions: int
    other_events: int
    visits: int
    revisits: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_submission_at: datetime | None = None
    intervals: int = 0
    seconds: float | None = None
    seconds_missing: str | None = None
    share_of_active_time: float | None = None
    submission_intervals: int = 0
    median_submission_interval_seconds: float | None = None
    quick_resubmissions: int = 0
    batch_submissions: int = 0
    saved_not_submitted: bool = False
    progress: ScoreProgress | None = None


class KeyFigures(msgspec.Struct, frozen=True, gc=False):
    """The totals. `questions_solved` counts questions with a full score and is None where the log has no scores.

    `active_seconds` is an estimate: the sum of the intervals of at most the session gap; the narrow and
    wide figures give the same at the other two gaps of the settings. `sessions` is the number of
    stretches of work that longer intervals leave.
    """

    events: int
    saves: int
    submissions: int
    other_events: int
    questions: int
    questions_submitted: int
    questions_solved: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    window_seconds: float | None = None
    active_seconds: float | None = None
    active_seconds_narrow_gap: float | None = None
    active_seconds_wide_gap: float | None = None
    sessions: int | None = None
    switches: int = 0


class Pause(msgspec.Struct, frozen=True, gc=False):
    """An interval without events, from `pause_minutes` up: `long_pause` where it is over `long_pause_minutes`.

    `question_before` is the question of the event it follows, `question_after` of the event that ends it.
    """

    kind: PauseKind
    start_at: datetime
    end_at: datetime
    seconds: float
    question_before: str
    question_after: str


class Rhythm(msgspec.Struct, frozen=True, gc=False):
    """Intervals between consecutive events within sessions, pauses, and intervals between submissions.

    `submission_intervals` counts the intervals between consecutive submissions on one question, over all
    questions; `quick_resubmissions` those shorter than `quick_resubmission_seconds`.
    """

    intervals: int = 0
    median_seconds: float | None = None
    q1_seconds: float | None = None
    q3_seconds: float | None = None
    pauses: tuple[Pause, ...] = ()
    medium_pauses: int = 0
    long_pauses: int = 0
    submission_intervals: int = 0
    median_submission_interval_seconds: float | None = None
    quick_resubmissions: int = 0


class LateShare(msgspec.Struct, frozen=True, gc=False):
    """The last part of the window (`late_share_of_window`): its timed events, and the questions first touched in it."""

    from_at: datetime
    events: int
    share: float
    first_touched: tuple[str, ...] = ()


class Findings(msgspec.Struct, frozen=True, gc=False):
    """Everything a report says about one student.

    `event_order` holds the aliases in the order received; `marks`, `path` and all measures are in time
    order, and `order_differs` says whether the two orders are not the same.
    """

    student_id: str
    namespace: str | None
    settings: AnalysisSettings
    event_order: tuple[str, ...]
    key_figures: KeyFigures
    questions: tuple[Question, ...] = ()
    marks: tuple[Mark, ...] = ()
    path: tuple[Run, ...] = ()
    rhythm: Rhythm = Rhythm()
    late: LateShare | None = None
    insights: tuple[Insight, ...] = ()
    data_notes: tuple[DataNote, ...] = ()
    missing: tuple[Missing, ...] = ()
    order_differs: bool = False
    comparison: Comparison | None = None

    @property
    def key(self) -> tuple[str, str]:
        """(namespace, student_id), as `events.Student.key`."""
        return self.namespace or "", self.student_id
