"""One student's findings: every measure, in the order a report gives them."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from feedback.analysis.cohort.analyse import analyse_class
from feedback.analysis.cohort.comparison import with_comparison
from feedback.analysis.course import Course, Sitting
from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts, facts_of
from feedback.analysis.findings import Exam, Findings
from feedback.analysis.insights import chosen
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.headline import headline_of
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.compiling import compiling_of
from feedback.analysis.student.course import course_of, sittings_of, steps_of
from feedback.analysis.student.figures import key_figures_of
from feedback.analysis.student.late_share import late_share_of
from feedback.analysis.student.log import lay_out
from feedback.analysis.student.missing import missing_of
from feedback.analysis.student.path import path_of
from feedback.analysis.student.quality import Noted, data_notes_of
from feedback.analysis.student.questions import Basis, questions_of
from feedback.analysis.student.rhythm import rhythm_of
from feedback.analysis.student.slots import slots_of
from feedback.analysis.student.window import bounds_of, deadline_of, window_of
from feedback.events import Student
from feedback.events.context import NO_CONTEXT, Context
from feedback.phrasing.i18n import speech

DEFAULTS = AnalysisSettings()


def analyse(
    student: Student,
    context: Context = NO_CONTEXT,
    facts: ClassFacts | None = None,
    settings: AnalysisSettings = DEFAULTS,
) -> Findings:
    """The findings of one student: a pure function, in time near linear in the number of events.

    `facts` are those of the student's upload; without them the student is a single. Raises ValueError for a
    threshold of the context that is out of range.
    """
    facts = facts_of([student], context) if facts is None else facts
    settings = _with_thresholds(settings, context)
    evidence = _evidence(student, ExamContext(context, section_numbers=facts.section_numbers), facts, settings)
    found = _findings(student, context, evidence)
    return found if facts.statistics is None else with_comparison(found, facts.statistics)


def _evidence(student: Student, exam: ExamContext, facts: ClassFacts, settings: AnalysisSettings) -> Evidence:
    """All measures, in the order in which one needs another."""
    say = speech(settings.language)
    bounds = bounds_of(student, exam)
    log = lay_out(student.events, settings, facts, bounds)
    questions = questions_of(Basis(log, exam, facts, settings, say))
    slots = slots_of(questions, log, exam, facts, say)
    figures = key_figures_of(log, questions, slots, exam, facts, settings)
    rhythm = rhythm_of(log, questions, settings)
    late = late_share_of(log, questions, settings)
    window = window_of(bounds, log, student)
    course: Course | None = None
    sittings: tuple[Sitting, ...] = ()
    if facts.kind == "course" or (figures.sittings or 1) > 1:
        steps = list(steps_of(log, slots, settings, scores=facts.scores, by_last=exam.by_last))
        sittings = sittings_of(steps, log)
        course = course_of(steps, log, deadline_of(student, exam), settings) if facts.kind == "course" else None
    return Evidence(log, exam, facts, figures, questions, slots, rhythm, late, window, settings, say, course, sittings)


def _findings(student: Student, context: Context, evidence: Evidence) -> Findings:
    """The measures, and what is said of them."""
    log, figures, questions, window = evidence.log, evidence.figures, evidence.questions, evidence.window
    exam, facts, settings, say = evidence.exam, evidence.facts, evidence.settings, evidence.say
    insights, further = chosen(evidence, context.report.hide)
    return Findings(
        student_id=student.student_id,
        namespace=student.namespace,
        settings=settings,
        event_order=tuple(log.aliases[number - 1] for number in log.received),
        key_figures=figures,
        name=student.name,
        remark=student.remark,
        exam=_exam(context),
        kind=facts.kind,
        kind_given=facts.kind_given,
        log_kind=facts.log_kind,
        log_kind_given=facts.log_kind_given,
        kinds=dict(sorted(Counter([mark.kind for mark in log.marks]).items())),
        questions=questions,
        slots=evidence.slots,
        window=window,
        marks=log.marks,
        path=path_of(log),
        rhythm=evidence.rhythm,
        late=evidence.late,
        compiling=compiling_of(log, settings),
        course=evidence.course,
        sittings=evidence.sittings,
        headline=headline_of(evidence),
        insights=insights,
        further_insights=further,
        data_notes=data_notes_of(Noted(student.events, log, questions, window, exam, facts, settings, say)),
        missing=missing_of(
            figures, evidence.rhythm, evidence.late, settings, say, visits=log.visits, course=facts.kind == "course"
        ),
        order_differs=log.out_of_order > 0,
        hide=context.report.hide,
    )


def with_class_statistics(facts: ClassFacts, findings: Iterable[Findings]) -> ClassFacts:
    """The facts with what a comparison with the class needs: from the findings of all students, made with `facts`."""
    return msgspec.structs.replace(facts, statistics=analyse_class(findings).statistics)


def _exam(context: Context) -> Exam:
    exam = context.exam
    return Exam(exam.title, exam.course, exam.message, exam.solutions_url, exam.counts or "best")


def _with_thresholds(settings: AnalysisSettings, context: Context) -> AnalysisSettings:
    return msgspec.structs.replace(settings, **context.report.thresholds) if context.report.thresholds else settings
