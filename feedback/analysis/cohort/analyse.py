"""A class's findings, from a stream of its students'."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from statistics import fmean, median

import msgspec

from feedback.analysis.cohort.activity import ActivityTally
from feedback.analysis.cohort.attention import Outcome, attention_of, outcome_of
from feedback.analysis.cohort.course import CourseTally
from feedback.analysis.cohort.effort import EffortTally, opening_order
from feedback.analysis.cohort.findings import (
    ClassFindings,
    ClassKeyFigures,
    ClassRow,
    ClassStatistics,
    Failure,
    QuestionStatistics,
)
from feedback.analysis.cohort.for_everybody import InsightTally, for_everybody, headline_of
from feedback.analysis.cohort.items import ItemsTally, slots_with_questions
from feedback.analysis.cohort.notes import class_notes_of
from feedback.analysis.cohort.questions import QuestionsTally
from feedback.analysis.cohort.scores import scores_of
from feedback.analysis.cohort.spread import histogram, spread_of
from feedback.analysis.findings import Findings, KeyFigures, Question
from feedback.analysis.outliers import far_off_hours
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.times import SECOND, instants
from feedback.phrasing.i18n import speech

TIMELINE_BINS = 48
NOBODY = Findings("", None, AnalysisSettings(), (), KeyFigures(0, 0, 0, 0, 0, 0))


class _Class:
    """What a class report keeps of the students that have passed by."""

    def __init__(self, language: str | None) -> None:
        self.rows: list[ClassRow] = []
        self.questions = QuestionsTally()
        self.effort = EffortTally()
        self.items = ItemsTally()
        self.activity = ActivityTally()
        self.course = CourseTally()
        self.outcomes: list[Outcome] = []
        self.insights = InsightTally(language)
        self.measures: dict[str, array[float]] = {}
        self.slots = array("l")
        self.first: Findings | None = None

    def add(self, findings: Findings) -> None:
        self.first = self.first or findings
        timed = [(mark.kind, mark.at) for mark in findings.marks if mark.at is not None]
        kinds, at = [kind for kind, _ in timed], instants([at for _, at in timed])
        if outcome := outcome_of(len(self.rows), findings):
            self.outcomes.append(outcome)
            self.slots.append(len(findings.slots))
        self.rows.append(_row(findings, at))
        slots = slots_with_questions(findings)
        self.questions.add(findings)
        self.effort.add(slots, opening_order(findings))
        self.items.add(findings, slots)
        self.activity.add(kinds, at)
        self.course.add(len(self.rows) - 1, findings)
        self.insights.add(findings)
        if findings.key_figures.events:
            for name, value in own_measures(findings).items():
                if value is not None:
                    self.measures.setdefault(name, array("d")).append(value)

    @property
    def expected_slots(self) -> float:
        """How many slots a student of this class has, by the median."""
        return float(median(self.slots)) if self.slots else 0.0


def analyse_class(
    findings: Iterable[Findings],
    failures: Sequence[Failure] = (),
    zone: tzinfo = UTC,
    merged: Sequence[Sequence[str]] = (),
    language: str | None = None,
) -> ClassFindings:
    """The findings of a class, the rows in the order given; the stream is read once and not kept.

    The activity over time is in bins that are round on the clock of `zone`. `merged` are the facts' spellings.
    The texts are in `language`, which is that of the first student without it.

    Memory: a row a student, some numbers for each student and question, one for each minute of work.
    """
    seen = _Class(language)
    for each in findings:
        seen.add(each)
    first = seen.first or NOBODY
    settings = msgspec.structs.replace(first.settings, language=language or first.settings.language)
    say, hours = speech(settings.language), far_off_hours(first.kind, settings.far_off_hours)
    questions, activity = seen.questions.statistics(), seen.activity.activity(hours, zone)
    items, (slots, seconds_bin), insights = seen.items.items(), seen.effort.statistics(), seen.insights.counts(say)
    with_events = len(seen.outcomes)
    return ClassFindings(
        settings=settings,
        key_figures=_key_figures(seen, len(failures), len(questions)),
        rows=tuple(seen.rows),
        failures=tuple(failures),
        statistics=_statistics(seen, questions, with_events),
        exam=first.exam,
        kind=first.kind,
        kind_given=first.kind_given,
        log_kind=first.log_kind,
        log_kind_given=first.log_kind_given,
        headline=headline_of(items, seen.outcomes, say),
        for_everybody=for_everybody(insights, with_events, say),
        scores=scores_of([each.score for each in seen.outcomes if each.score is not None]),
        items=items,
        slots=slots,
        seconds_bin=seconds_bin,
        attention=attention_of(seen.outcomes, seen.expected_slots, say),
        activity=activity,
        course=seen.course.course(first.settings.quiet_days, hours),
        opening_orders=seen.effort.opening_orders(),
        insights=insights,
        without_events=tuple(row.student_id for row in seen.rows if not row.events),
        data_notes=class_notes_of(seen.rows, len(questions), activity, settings, merged),
    )


def own_measures(findings: Findings) -> dict[str, float | None]:
    """The numbers of a student that a class is summarised by, and compared on."""
    figures, rhythm = findings.key_figures, findings.rhythm
    return {
        "active_seconds": figures.active_seconds,
        "seconds": figures.seconds,
        "window_seconds": figures.window_seconds,
        "events": figures.events,
        "saves": figures.saves,
        "submissions": figures.submissions,
        "questions": figures.questions,
        "questions_submitted": figures.questions_submitted,
        "questions_solved": figures.questions_solved,
        "switches": figures.switches,
        "median_interval_seconds": rhythm.median_seconds,
        "long_pauses": rhythm.long_pauses if figures.window_seconds is not None else None,
    }


def _statistics(seen: _Class, questions: tuple[QuestionStatistics, ...], with_events: int) -> ClassStatistics:
    measures = {
        name: spread
        for name, values in seen.measures.items()
        if (spread := spread_of(values, whole=not name.endswith("seconds")))
    }
    return ClassStatistics(len(seen.rows), with_events, measures, questions)


def _row(findings: Findings, at: Sequence[int]) -> ClassRow:
    figures = findings.key_figures
    return ClassRow(
        student_id=findings.student_id,
        namespace=findings.namespace,
        events=figures.events,
        saves=figures.saves,
        submissions=figures.submissions,
        other_events=figures.other_events,
        questions=figures.questions,
        questions_submitted=figures.questions_submitted,
        name=findings.name,
        score_earned=figures.score_earned,
        score_possible=figures.score_possible,
        slots=len(findings.slots),
        slots_submitted=_slots_submitted(findings),
        questions_solved=figures.questions_solved,
        mean_score=_mean_score(findings.questions),
        first_at=figures.first_at,
        last_at=figures.last_at,
        window_seconds=figures.window_seconds,
        active_seconds=figures.active_seconds,
        seconds=figures.seconds,
        switches=figures.switches,
        long_pauses=findings.rhythm.long_pauses,
        days_worked=None if findings.course is None else len(findings.course.days),
        saved_not_submitted=sum(question.saved_not_submitted for question in findings.questions),
        timeline=_timeline(at),
        insights=tuple(insight.id for insight in (*findings.insights, *findings.further_insights)),
        data_notes=tuple(note.code for note in findings.data_notes),
    )


def _slots_submitted(findings: Findings) -> int:
    submitted = {question.alias for question in findings.questions if question.submissions}
    return sum(not submitted.isdisjoint(slot.aliases) for slot in findings.slots)


def _mean_score(questions: Sequence[Question]) -> float | None:
    best = [question.progress.best for question in questions if question.progress is not None]
    return fmean(best) if best else None


def _timeline(at: Sequence[int]) -> tuple[int, ...]:
    seconds = [each / SECOND for each in at]
    return histogram(seconds, min(seconds), max(seconds), TIMELINE_BINS) if seconds else ()


def _key_figures(seen: _Class, failed: int, questions: int) -> ClassKeyFigures:
    rows = seen.rows
    with_events = sum(row.events > 0 for row in rows)
    return ClassKeyFigures(
        students=len(rows) + failed,
        students_with_events=with_events,
        students_without_events=len(rows) - with_events,
        failed=failed,
        events=sum(row.events for row in rows),
        saves=sum(row.saves for row in rows),
        submissions=sum(row.submissions for row in rows),
        other_events=sum(row.other_events for row in rows),
        questions=questions,
        slots=seen.expected_slots,
        first_at=min((row.first_at for row in rows if row.first_at), default=None),
        last_at=max((row.last_at for row in rows if row.last_at), default=None),
    )
