"""One student's findings: every measure, in the order a report gives them."""

from feedback.analysis.figures import key_figures_of
from feedback.analysis.findings import Findings
from feedback.analysis.log import lay_out
from feedback.analysis.path import path_of
from feedback.analysis.questions import questions_of
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.texts import speech
from feedback.analysis.times import microseconds
from feedback.events import Student

DEFAULTS = AnalysisSettings()


def analyse(student: Student, settings: AnalysisSettings = DEFAULTS) -> Findings:
    """The findings of one student: a pure function, in time near linear in the number of events."""
    say = speech(settings.language)
    log = lay_out(student.events, microseconds(settings.session_gap_minutes))
    aliases = log.aliases
    path = path_of(log)
    questions = questions_of(log, path, settings, say)
    figures = key_figures_of(log, questions, len(path), settings)
    return Findings(
        student_id=student.student_id,
        namespace=student.namespace,
        settings=settings,
        event_order=tuple(aliases[number - 1] for number in log.received),
        key_figures=figures,
        questions=questions,
        marks=log.marks,
        path=path,
        order_differs=log.order_differs,
    )
