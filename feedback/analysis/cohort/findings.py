"""What the analysis found out about a class: the view model of the class report, and its JSON."""

from datetime import datetime

import msgspec

from feedback.analysis.cohort.course import ClassCourse
from feedback.analysis.cohort.results import Attention, ClassScores, Item
from feedback.analysis.findings import Exam, UnitKind
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote, InsightKind
from feedback.events.context import ExamKind, LogKind


class Failure(msgspec.Struct, frozen=True, gc=False):
    """A student whose report could not be made, and why."""

    student_id: str
    namespace: str | None
    reason: str


class Spread(msgspec.Struct, frozen=True, gc=False):
    """The distribution of one number over `count` students: five-number summary (quartiles by linear interpolation).

    `histogram` counts the students in equal bins from `minimum` to `maximum` (one bin where they are equal).
    """

    count: int
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float
    histogram: tuple[int, ...] = ()


class QuestionStatistics(msgspec.Struct, frozen=True, gc=False):
    """One question over the class, under its class-wide label (`C1`, `C2`, …: not the students' own Qn).

    `touched`, `submitted`, `solved` and `saved_not_submitted` count students (`solved` is None where the
    class has no scores for the question).
    """

    label: str
    number: int
    unit: str
    unit_kind: UnitKind
    touched: int
    submitted: int
    solved: int | None = None
    saved_not_submitted: int = 0
    events: int = 0
    seconds: Spread | None = None
    submissions: Spread | None = None


class ClassStatistics(msgspec.Struct, frozen=True, gc=False):
    """What a comparison needs of a class: small, and free of anything about a single student.

    `students_with_events` is the class size that comparisons rest on. `measures` maps the names of
    `KeyFigures` and `Rhythm` fields to their distribution over the students who have them.
    """

    students: int
    students_with_events: int
    measures: dict[str, Spread]
    questions: tuple[QuestionStatistics, ...] = ()


class ClassRow(msgspec.Struct, frozen=True, gc=False):
    """One student's line in the class report, in the order of the input.

    `timeline` counts the timed events in equal bins from `first_at` to `last_at`; empty without times.
    `score_earned` of `score_possible` are points, as in `KeyFigures`; None where the whole upload has no score.
    `mean_score` is the mean of the best scores of the questions that have scores, so one that was not submitted
    does not lower it: read it beside `questions_submitted`. None where no question has a score.
    `slots` are the student's questions with versions folded in, and those the exam is known to have;
    `slots_submitted` of them have a submission. `seconds` is the time on all questions. `insights` holds the ids of
    what the student's report says. `days_worked` are the days with events, of a course.
    """

    student_id: str
    namespace: str | None
    events: int
    saves: int
    submissions: int
    other_events: int
    questions: int
    questions_submitted: int
    name: str | None = None
    score_earned: float | None = None
    score_possible: float | None = None
    slots: int = 0
    slots_submitted: int = 0
    questions_solved: int | None = None
    mean_score: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    window_seconds: float | None = None
    active_seconds: float | None = None
    seconds: float | None = None
    switches: int = 0
    long_pauses: int = 0
    days_worked: int | None = None
    saved_not_submitted: int = 0
    timeline: tuple[int, ...] = ()
    insights: tuple[str, ...] = ()
    data_notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """(namespace, student_id), as `events.Student.key`."""
        return self.namespace or "", self.student_id


class ClassKeyFigures(msgspec.Struct, frozen=True, gc=False):
    """The totals of a class. `students` counts rows and failures; `slots` is the median over students with events."""

    students: int
    students_with_events: int
    students_without_events: int
    failed: int
    events: int
    saves: int
    submissions: int
    other_events: int
    questions: int
    slots: float = 0.0
    first_at: datetime | None = None
    last_at: datetime | None = None


class Activity(msgspec.Struct, frozen=True, gc=False):
    """The class's timed events over time: bin i covers `starts[i]` up to the next start, the last up to `end_at`.

    Bins start at round times of the zone that the report shows, and are `bin_seconds` long but where its clock is
    changed. `students` counts the students with an event in the bin; `outside` the events so far from the rest that
    they are left out.
    """

    starts: tuple[datetime, ...]
    end_at: datetime
    bin_seconds: float
    events: tuple[int, ...]
    submissions: tuple[int, ...]
    students: tuple[int, ...]
    outside: int = 0


class OpeningOrder(msgspec.Struct, frozen=True, gc=False):
    """An order in which `students` students first opened the slots, by the names of these."""

    labels: tuple[str, ...]
    students: int


class InsightCount(msgspec.Struct, frozen=True, gc=False):
    """In how many students' reports an insight stands; `step` is what it suggests, empty where that differs."""

    id: str
    title: str
    students: int
    kind: InsightKind = "suggestion"
    step: str = ""


class SlotStatistics(msgspec.Struct, frozen=True, gc=False):
    """The work on one slot: how many students touched and submitted it, or saved there and never submitted.

    The histogram of `seconds` is on one scale for all slots of a class: bins of `ClassFindings.seconds_bin` from 0, the
    last of which counts all above. `tries` are the attempts of those who made one.
    """

    slot: str
    title: str | None
    touched: int
    submitted: int
    saved_not_submitted: int
    opened_first: int
    seconds: Spread | None = None
    tries: Spread | None = None


class ClassFindings(msgspec.Struct, frozen=True, gc=False):
    """Everything the class report says. `rows` and `failures` together are the whole input.

    `headline` is the sentence on what mattered most, `for_everybody` what holds for over half of the students; both may
    be empty. `attention` names the students to look at first. `items` and `slots` have a row for each slot.
    """

    settings: AnalysisSettings
    key_figures: ClassKeyFigures
    rows: tuple[ClassRow, ...]
    failures: tuple[Failure, ...]
    statistics: ClassStatistics
    exam: Exam = Exam()
    kind: ExamKind = "exam"
    kind_given: bool = False
    log_kind: LogKind = "submissions"
    log_kind_given: bool = False
    headline: str = ""
    for_everybody: str = ""
    scores: ClassScores | None = None
    items: tuple[Item, ...] = ()
    slots: tuple[SlotStatistics, ...] = ()
    seconds_bin: float | None = None
    attention: tuple[Attention, ...] = ()
    activity: Activity | None = None
    course: ClassCourse | None = None
    opening_orders: tuple[OpeningOrder, ...] = ()
    insights: tuple[InsightCount, ...] = ()
    without_events: tuple[str, ...] = ()
    data_notes: tuple[DataNote, ...] = ()
