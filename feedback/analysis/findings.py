"""What the analysis found out about one student: the view model of a report, and the JSON of the API.

Everything is plain, finite, frozen data. Times are UTC; durations are seconds; shares run from 0 to 1;
questions are named by their alias (`Q1`, `Q2`, …). A measure that cannot be computed is `None`, and
`Findings.missing` says why.
"""

from datetime import datetime
from typing import Literal

import msgspec

from feedback.analysis.cohort.compared import Comparison
from feedback.analysis.course import Course, Sitting
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote, Insight, Missing
from feedback.analysis.units import UnitKind
from feedback.events.context import Counts, ExamKind, LogKind
from feedback.events.kinds import Kind

__all__ = ["Counts", "ExamKind", "Kind", "LogKind", "UnitKind"]

# Kinds of events that say no more than that somebody looked.
OPENED: frozenset[Kind] = frozenset({"view", "start", "finish", "focus_lost"})
PauseKind = Literal["pause", "long_pause"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One event on the time line.

    `question` is the number n of the alias Qn, from 1; `at` is None for an event without a time; `score`
    is given for submissions only, and None where the log has none. A `look` is a submission that is no attempt:
    in a log of page visits it only shows the question again, else it repeats a score in a batch.
    """

    at: datetime | None
    question: int
    kind: Kind
    score: float | None = None
    look: bool = False


class Run(msgspec.Struct, frozen=True, gc=False):
    """A visit: consecutive events on one question, looks aside, `events` of them, with the time charged to them.

    `seconds` is None where no counted interval ends in this run.
    """

    question: str
    events: int
    seconds: float | None
    first_at: datetime | None
    last_at: datetime | None


class ScoreProgress(msgspec.Struct, frozen=True, gc=False):
    """The scores of one question's attempts in time order; `first`, `best` and `last` of its looks where it has none.

    `attempts_to_best` counts scored attempts up to and including the first that reached the best score;
    `runs_without_improvement` holds the length of every maximal run of consecutive scored attempts that did not
    raise the best score so far, counted until the full score is reached.
    """

    scores: tuple[float, ...]
    first: float
    best: float
    last: float
    attempts_to_best: int
    runs_without_improvement: tuple[int, ...] = ()


class Question(msgspec.Struct, frozen=True, gc=False):
    """One question the student touched, in the order of the aliases.

    `unit` is the platform's name: a number in plain decimals, or the text as it was sent. `label` is the name that
    people read: the unit where the class has names of its own (`Q3`, `Question 5`), else the alias. `title`,
    `topic`, `points`, `group` and `solution_url` come from the exam's context; `group` is also a version's slot where
    versions were detected. `points` is None where the exam's questions are known and this one is not among them.
    `score_earned` is the score that counts, times the points.

    `attempts` are the submissions that are tries, `looks` the other submissions. `seconds` is the time on the
    question, the sum of the `intervals` that end at its events; None, with the reason in `seconds_missing`, where
    there is none. In a log of page visits these are whole gaps, `long_gaps` of them longer than 45 minutes; else
    it is estimated active time. `minutes` are those that are printed: whole, and adding up to the total.
    `batch_submissions` came as part of a batch, many questions at once.
    """

    alias: str
    number: int
    unit: str
    unit_kind: UnitKind
    label: str
    events: int
    saves: int
    submissions: int
    other_events: int
    visits: int
    revisits: int
    title: str | None = None
    topic: str | None = None
    points: float | None = 1.0
    group: str | None = None
    score_earned: float | None = None
    solution_url: str | None = None
    attempts: int = 0
    looks: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_submission_at: datetime | None = None
    intervals: int = 0
    long_gaps: int = 0
    seconds: float | None = None
    minutes: int | None = None
    seconds_missing: str | None = None
    share_of_active_time: float | None = None
    submission_intervals: int = 0
    median_submission_interval_seconds: float | None = None
    quick_resubmissions: int = 0
    batch_submissions: int = 0
    saved_not_submitted: bool = False
    progress: ScoreProgress | None = None

    @property
    def name(self) -> str:
        """The label with the title behind it: `Q5 Trees`."""
        return f"{self.label} {self.title}" if self.title else self.label

    @property
    def short(self) -> str:
        """The label where room is short: a unit that is a number stands for itself."""
        return self.label if self.unit_kind == "text" or self.label == self.alias else self.unit


class Slot(msgspec.Struct, frozen=True, gc=False):
    """One question of the exam as it is scored: a unit, or a group of units that are versions of one question.

    `aliases` are the student's questions in it, none where it is known from the context alone and was not touched.
    `points` is None where it is shown and not counted. `share` is the score that counts (the best, or the last), from
    0 to 1, None without a scored submission; `score_earned` is it times the points. `seconds` is the time on all of
    its questions.
    """

    slot: str
    label: str
    title: str | None = None
    topic: str | None = None
    points: float | None = 1.0
    optional: bool = False
    aliases: tuple[str, ...] = ()
    share: float | None = None
    score_earned: float | None = None
    seconds: float | None = None
    minutes: int | None = None

    @property
    def name(self) -> str:
        """The label with the title behind it: `Q5 Trees`."""
        return f"{self.label} {self.title}" if self.title else self.label

    @property
    def lost(self) -> float:
        """The points of the slot that were not earned; 0 where it does not count, and for an optional one not tried."""
        if self.points is None or (self.optional and not self.aliases):
            return 0.0
        return max(self.points - (self.score_earned or 0.0), 0.0)


class KeyFigures(msgspec.Struct, frozen=True, gc=False):
    """The totals. `questions_solved` counts questions with a full score and is None where the log has no scores.

    `events` and all that follows leave out `repeats`: exact repeats and double clicks, which stand in the event order
    alone. `score_earned` of `score_possible` are points, both None only where the whole upload has no score.
    `window_seconds` is the time from the first event to the last, far-off ones aside. `active_seconds` is an
    estimate: the sum of the intervals of at most the session gap; the narrow and wide figures give the same at the
    other two gaps of the settings; all three are None in a log of page visits. `seconds` is the time on all
    questions, `minutes` the same as printed, and `window_minutes` the time from the first to the last event by the
    clock. `sessions` is the number of stretches of work that intervals over the session gap leave, `sittings` of
    those that intervals over the sitting gap leave, which come to `sitting_seconds`.
    """

    events: int
    saves: int
    submissions: int
    other_events: int
    questions: int
    questions_submitted: int
    attempts: int = 0
    looks: int = 0
    repeats: int = 0
    questions_solved: int | None = None
    score_earned: float | None = None
    score_possible: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    window_seconds: float | None = None
    active_seconds: float | None = None
    active_seconds_narrow_gap: float | None = None
    active_seconds_wide_gap: float | None = None
    seconds: float | None = None
    minutes: int | None = None
    window_minutes: int | None = None
    sessions: int | None = None
    sittings: int | None = None
    sitting_seconds: float | None = None
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


class Compiling(msgspec.Struct, frozen=True, gc=False):
    """Compilations, `errors` of them failed, and Jadud's error quotient between its bounds, from 0 to 1.

    `pairs` are neighbours in time within a sitting, `failed_pairs` those that both failed. The low bound takes every
    two errors for different ones, the high bound for the same; both are None without a pair.
    """

    compilations: int
    errors: int
    pairs: int
    failed_pairs: int
    error_quotient_low: float | None = None
    error_quotient_high: float | None = None


class LateShare(msgspec.Struct, frozen=True, gc=False):
    """The last part of the time (`late_share_of_window`): its timed events, and the questions first touched in it.

    The time is the exam's window where that is used, else the student's own, without the breaks between sittings.
    """

    from_at: datetime
    events: int
    share: float
    first_touched: tuple[str, ...] = ()


class Window(msgspec.Struct, frozen=True, gc=False):
    """The time that was given for the exam: the student's own before the exam's, with `extra_minutes` at its end.

    `outside` counts the timed events outside it. It is not `used` where under half of them lie inside.
    `unused_seconds` is the time from the last event inside to the end.
    """

    starts_at: datetime
    ends_at: datetime
    used: bool
    outside: int = 0
    unused_seconds: float | None = None
    extra_minutes: float = 0.0


class Exam(msgspec.Struct, frozen=True, gc=False):
    """What the sender said about the exam, and a report repeats."""

    title: str | None = None
    course: str | None = None
    message: str | None = None
    solutions_url: str | None = None
    counts: Counts = "best"


class Findings(msgspec.Struct, frozen=True, gc=False):
    """Everything a report says about one student.

    `event_order` holds the aliases in the order received, of every event; `marks`, `path` and all measures are in
    time order and without repeats, and `order_differs` says whether the two orders are not the same. `kinds` counts
    the events of each kind there is. `compiling` is None where the log has no failed compilation. `log_kind` and
    `kind` come from the sender where `…_given` says so, else they were detected. `headline` is the sentence on what
    mattered most. `insights` are those of page one, at most one praise and two suggestions; `further_insights` are the
    others. `course` is there where `kind` says so and events have times, `sittings` there too, and in an exam of more
    than one. `hide` names what the report leaves out.
    """

    student_id: str
    namespace: str | None
    settings: AnalysisSettings
    event_order: tuple[str, ...]
    key_figures: KeyFigures
    name: str | None = None
    remark: str | None = None
    exam: Exam = Exam()
    kind: ExamKind = "exam"
    kind_given: bool = False
    log_kind: LogKind = "submissions"
    log_kind_given: bool = False
    kinds: dict[str, int] = {}
    headline: str = ""
    questions: tuple[Question, ...] = ()
    slots: tuple[Slot, ...] = ()
    window: Window | None = None
    marks: tuple[Mark, ...] = ()
    path: tuple[Run, ...] = ()
    rhythm: Rhythm = Rhythm()
    late: LateShare | None = None
    compiling: Compiling | None = None
    course: Course | None = None
    sittings: tuple[Sitting, ...] = ()
    insights: tuple[Insight, ...] = ()
    further_insights: tuple[Insight, ...] = ()
    data_notes: tuple[DataNote, ...] = ()
    missing: tuple[Missing, ...] = ()
    order_differs: bool = False
    hide: tuple[str, ...] = ()
    comparison: Comparison | None = None

    @property
    def only_opened(self) -> bool:
        """Whether the log shows that questions were opened, and nothing that was done on them."""
        return bool(self.kinds) and self.kinds.keys() <= OPENED

    @property
    def key(self) -> tuple[str, str]:
        """(namespace, student_id), as `events.Student.key`."""
        return self.namespace or "", self.student_id
