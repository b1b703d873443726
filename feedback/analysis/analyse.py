"""One student's findings: every measure, in the order a report gives them."""

from feedback.analysis.findings import Findings
from feedback.analysis.insights import insights_of
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.figures import key_figures_of
from feedback.analysis.student.late import late_share_of
from feedback.analysis.student.log import lay_out
from feedback.analysis.student.missing import missing_of
from feedback.analysis.student.path import path_of
from feedback.analysis.student.quality import FAR_OFF, data_notes_of
from feedback.analysis.student.questions import questions_of
from feedback.analysis.student.rhythm import rhythm_of
from feedback.events import Student
from feedback.phrasing.i18n import speech

DEFAULTS = AnalysisSettings()


def analyse(student: Student, settings: AnalysisSettings = DEFAULTS) -> Findings:
    """The findings of one student: a pure function, in time near linear in the number of events."""
    say = speech(settings.language)
    log = lay_out(student.events, settings)
    path = path_of(log)
    questions = questions_of(log, path, settings, say)
    figures = key_figures_of(log, questions, len(path), settings)
    rhythm = rhythm_of(log, questions, settings)
    late = late_share_of(log, questions, settings)
    notes = data_notes_of(student.events, log, settings, say)
    far_off = any(note.code == FAR_OFF for note in notes)
    return Findings(
        student_id=student.student_id,
        namespace=student.namespace,
        settings=settings,
        event_order=tuple(log.aliases[number - 1] for number in log.received),
        key_figures=figures,
        questions=questions,
        marks=log.marks,
        path=path,
        rhythm=rhythm,
        late=late,
        insights=insights_of(Evidence(log, figures, questions, rhythm, late, far_off, settings, say)),
        data_notes=notes,
        missing=missing_of(figures, rhythm, late, settings, say),
        order_differs=log.out_of_order > 0,
    )
