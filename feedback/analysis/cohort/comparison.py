"""A class beside a student's own numbers: only where asked for, and only where the class is large enough.

A comparison with the average can hurt more than it helps (Harvey & Keyes 2019), so it is off by default,
gives medians with their quartiles instead of ranks, and needs `comparison_students` students, for the
class as a whole and for each number.
"""

from typing import Literal

import msgspec

from feedback.analysis.cohort.analyse import own_measures
from feedback.analysis.cohort.compared import ComparedMeasure, ComparedQuestion, Comparison
from feedback.analysis.cohort.findings import ClassStatistics, QuestionStatistics, Spread
from feedback.analysis.findings import Findings, Question
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import Insight, Missing
from feedback.analysis.units import Unit
from feedback.phrasing.i18n import N_, Speech, speech
from feedback.phrasing.numbers import number

MEASURES = {
    "active_seconds": N_("Active time (estimate)"),
    "window_seconds": N_("Time from first to last event"),
    "median_interval_seconds": N_("Interval between events (median)"),
    "events": N_("Events"),
    "saves": N_("Saves"),
    "submissions": N_("Submissions"),
    "questions": N_("Questions touched"),
    "questions_submitted": N_("Questions submitted"),
    "questions_solved": N_("Questions with full score"),
    "switches": N_("Changes between questions"),
}
PER_QUESTION = {"seconds": N_("Time (estimate)"), "submissions": N_("Submissions")}
# True of the questions worked on, and yet the wrong thing to dwell on where others were never opened.
_OF_ALL_WORK = frozenset({"all_full", "all_submitted", "finished_early", "done_ahead"})
_TOO_SMALL = N_(
    "A comparison needs a class of {students} students or more with events; this one has {n}. In a smaller class the "
    "numbers would say more about single students than about the class."
)


def with_comparison(findings: Findings, statistics: ClassStatistics) -> Findings:
    """The findings with the class beside them; in a class that is too small, with the reason why not.

    Where questions most of the class worked on were never touched, praise for having submitted everything is
    held back, unless it is the only praise there is.
    """
    settings = findings.settings
    say = speech(settings.language)
    if statistics.students_with_events < settings.comparison_students:
        words = {
            "students": number(settings.comparison_students, say),
            "n": number(statistics.students_with_events, say),
        }
        reason = say.text(_TOO_SMALL, **words)
        missing = Missing("comparison", say.gettext(N_("Comparison with the class")), reason)
        return msgspec.structs.replace(findings, missing=(*findings.missing, missing))
    comparison = _compared(findings, statistics, say)
    insights = _held_back(findings.insights) if comparison.never_touched else findings.insights
    return msgspec.structs.replace(findings, comparison=comparison, insights=insights)


def _held_back(insights: tuple[Insight, ...]) -> tuple[Insight, ...]:
    kept = tuple(insight for insight in insights if insight.id not in _OF_ALL_WORK)
    return kept if any(insight.kind == "praise" for insight in kept) else insights


def _compared(findings: Findings, statistics: ClassStatistics, say: Speech) -> Comparison:
    settings, own = findings.settings, own_measures(findings)
    mine = {Unit(question.unit_kind, question.unit): question for question in findings.questions}
    enough = settings.comparison_students
    compared = [
        _measure(name, say.gettext(title), own[name], statistics.measures.get(name), enough)
        for name, title in MEASURES.items()
    ]
    questions = [
        _question(mine.get(Unit(each.unit_kind, each.unit)), each, enough, say)
        for each in statistics.questions
        if Unit(each.unit_kind, each.unit) in mine or _is_common(each, statistics, settings)
    ]
    return Comparison(
        students=statistics.students_with_events,
        measures=tuple(measure for measure in compared if measure.students),
        questions=tuple(questions),
        never_touched=tuple(question.unit for question in questions if question.alias is None),
    )


def _is_common(question: QuestionStatistics, statistics: ClassStatistics, settings: AnalysisSettings) -> bool:
    """Whether so many touched a question that it belongs to everybody's exam, not to one of several versions."""
    return question.touched >= settings.common_question_share * statistics.students_with_events


def _question(mine: Question | None, theirs: QuestionStatistics, enough: int, say: Speech) -> ComparedQuestion:
    seconds = mine.seconds if mine else None
    submissions = float(mine.submissions) if mine else None
    return ComparedQuestion(
        alias=mine.alias if mine else None,
        class_label=theirs.label,
        unit=theirs.unit,
        students=theirs.touched,
        seconds=_measure("seconds", say.gettext(PER_QUESTION["seconds"]), seconds, theirs.seconds, enough),
        submissions=_measure(
            "submissions", say.gettext(PER_QUESTION["submissions"]), submissions, theirs.submissions, enough
        ),
    )


def _measure(name: str, title: str, own: float | None, spread: Spread | None, enough: int) -> ComparedMeasure:
    unit: Literal["seconds", "count"] = "seconds" if name.endswith("seconds") else "count"
    if spread is None or spread.count < enough:
        return ComparedMeasure(name, title, unit, own, spread.count if spread else 0, None, None, None)
    return ComparedMeasure(name, title, unit, own, spread.count, spread.median, spread.q1, spread.q3)
