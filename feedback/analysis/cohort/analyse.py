"""A class's findings, from a stream of its students'."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from statistics import fmean

from feedback.analysis.cohort.activity import ActivityTally
from feedback.analysis.cohort.findings import (
    ClassFindings,
    ClassKeyFigures,
    ClassRow,
    ClassStatistics,
    Failure,
    InsightCount,
    QuestionStatistics,
)
from feedback.analysis.cohort.notes import class_notes_of
from feedback.analysis.cohort.questions import QuestionsTally
from feedback.analysis.cohort.spread import histogram, spread_of
from feedback.analysis.findings import Findings, Question
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.times import SECOND, instant

TIMELINE_BINS = 48


class _Class:
    """What a class report keeps of the students that have passed by."""

    def __init__(self) -> None:
        self.rows: list[ClassRow] = []
        self.questions = QuestionsTally()
        self.activity = ActivityTally()
        self.measures: dict[str, array[float]] = {}
        self.insights: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        self.settings: AnalysisSettings | None = None

    def add(self, findings: Findings) -> None:
        self.settings = self.settings or findings.settings
        kinds = [mark.kind for mark in findings.marks if mark.at is not None]
        instants = [instant(mark.at) for mark in findings.marks if mark.at is not None]
        self.rows.append(_row(findings, instants))
        self.questions.add(findings)
        self.activity.add(kinds, instants)
        if findings.key_figures.events:
            for name, value in own_measures(findings).items():
                if value is not None:
                    self.measures.setdefault(name, array("d")).append(value)
        for insight in findings.insights:
            self.insights[insight.id] += 1
            self.titles[insight.id] = insight.title

    def insight_counts(self) -> tuple[InsightCount, ...]:
        return tuple(InsightCount(name, self.titles[name], students) for name, students in self.insights.most_common())


def analyse_class(findings: Iterable[Findings], failures: Sequence[Failure] = (), zone: tzinfo = UTC) -> ClassFindings:
    """The findings of a class, the rows in the order given; the stream is read once and not kept.

    The activity over time is in bins that are round on the clock of `zone`.

    Memory: a row a student, two numbers for each student and question, one for each minute of work.
    """
    seen = _Class()
    for each in findings:
        seen.add(each)
    settings = seen.settings or AnalysisSettings()
    questions = seen.questions.statistics()
    activity = seen.activity.activity(settings.far_off_hours, zone)
    with_events = sum(row.events > 0 for row in seen.rows)
    return ClassFindings(
        settings=settings,
        key_figures=_key_figures(seen.rows, len(failures), len(questions)),
        rows=tuple(seen.rows),
        failures=tuple(failures),
        statistics=_statistics(seen, questions, with_events),
        activity=activity,
        opening_orders=seen.questions.opening_orders(questions),
        insights=seen.insight_counts(),
        without_events=tuple(row.student_id for row in seen.rows if not row.events),
        data_notes=class_notes_of(seen.rows, len(questions), activity, settings),
    )


def own_measures(findings: Findings) -> dict[str, float | None]:
    """The numbers of a student that a class is summarised by, and compared on."""
    figures, rhythm = findings.key_figures, findings.rhythm
    return {
        "active_seconds": figures.active_seconds,
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
        if (spread := spread_of(values, whole=not name.endswith("_seconds")))
    }
    return ClassStatistics(len(seen.rows), with_events, measures, questions)


def _row(findings: Findings, instants: Sequence[int]) -> ClassRow:
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
        questions_solved=figures.questions_solved,
        mean_score=_mean_score(findings.questions),
        first_at=figures.first_at,
        last_at=figures.last_at,
        window_seconds=figures.window_seconds,
        active_seconds=figures.active_seconds,
        switches=figures.switches,
        long_pauses=findings.rhythm.long_pauses,
        saved_not_submitted=sum(question.saved_not_submitted for question in findings.questions),
        timeline=_timeline(instants),
        insights=tuple(insight.id for insight in findings.insights),
        data_notes=tuple(note.code for note in findings.data_notes),
    )


def _mean_score(questions: Sequence[Question]) -> float | None:
    best = [question.progress.best for question in questions if question.progress is not None]
    return fmean(best) if best else None


def _timeline(instants: Sequence[int]) -> tuple[int, ...]:
    seconds = [at / SECOND for at in instants]
    return histogram(seconds, min(seconds), max(seconds), TIMELINE_BINS) if seconds else ()


def _key_figures(rows: Sequence[ClassRow], failed: int, questions: int) -> ClassKeyFigures:
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
        first_at=min((row.first_at for row in rows if row.first_at), default=None),
        last_at=max((row.last_at for row in rows if row.last_at), default=None),
    )
