"""Notes on the data of a class: what holds for the whole, and how many students' logs have which note."""

from collections import Counter
from collections.abc import Sequence

from feedback.analysis.cohort.findings import Activity, ClassRow
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote
from feedback.analysis.student.quality import merged_note
from feedback.analysis.student.quality_texts import ASSUMED_ZONE
from feedback.events.reading import alike_in_case
from feedback.phrasing.i18n import N_, NN_, speech
from feedback.phrasing.phrases import listed, shortened

_LABELS = N_(
    "Questions have the names that the platform gives them. A student's own report numbers the questions in that "
    "student's log Q1, Q2, …, and not those that other students had."
)
_VERSIONS = N_(
    "The class worked on {questions} questions in all, no student on more than {most}. Where an exam comes in "
    "versions or lets students choose, a question that few touched is not one that many left out."
)
_OUTSIDE = NN_(
    "One event lies so far from the rest that the activity over time leaves it out.",
    "{n} events lie so far from the rest that the activity over time leaves them out.",
)
_ALIKE = N_("Ids that differ only in case are different students: {ids}.")
_STUDENTS = {
    "no_events": NN_("One student's log holds no events.", "{n} students' logs hold no events."),
    "missing_times": NN_(
        "One student's log has events without a time.", "{n} students' logs have events without a time."
    ),
    "zoneless_times": NN_(
        "One student's log has times without a time zone, read as UTC.",
        "{n} students' logs have times without a time zone, read as UTC.",
    ),
    "list_order": NN_(
        "One student's log does not list its events in the order of time.",
        "{n} students' logs do not list their events in the order of time.",
    ),
    "duplicates": NN_("One student's log repeats events exactly.", "{n} students' logs repeat events exactly."),
    "far_off_times": NN_(
        "One student's log has times far from the rest.", "{n} students' logs have times far from the rest."
    ),
    "batches": NN_(
        "One student's log has submissions in batches, as when one button submits everything.",
        "{n} students' logs have submissions in batches, as when one button submits everything.",
    ),
    "missing_types": NN_(
        "One student's log has events without a type.", "{n} students' logs have events without a type."
    ),
    "unknown_types": NN_(
        "One student's log has events of types that are not known here.",
        "{n} students' logs have events of types that are not known here.",
    ),
    "scores_elsewhere": NN_(
        "One student's log has scores on events that are not submissions; they are not used.",
        "{n} students' logs have scores on events that are not submissions; they are not used.",
    ),
    "submissions_only": NN_(
        "One student's log records submissions only, so its active time is a low estimate.",
        "{n} students' logs record submissions only, so their active times are low estimates.",
    ),
}


def class_notes_of(
    rows: Sequence[ClassRow],
    questions: int,
    activity: Activity | None,
    settings: AnalysisSettings,
    merged: Sequence[Sequence[str]] = (),
) -> tuple[DataNote, ...]:
    """The notes of a class.

    `count` is a number of students, or for `outside_activity` of events, for `merged_spellings` of questions, and for
    `ids_differ_in_case` of ids that are alike. `merged` are the spellings of each question that the body writes in
    several ways, in one log or in different ones.
    """
    say = speech(settings.language)
    most = max((row.questions for row in rows), default=0)
    outside = activity.outside if activity else 0
    notes = []
    if questions:
        notes.append(DataNote("class_labels", say.gettext(_LABELS)))
    if questions > most:
        text = say.text(_VERSIONS, questions=questions, most=most)
        notes.append(DataNote("question_sets_differ", text, questions))
    if outside:
        notes.append(DataNote("outside_activity", say.count(*_OUTSIDE, outside), outside))
    if settings.assumed_zone:
        notes.append(DataNote("assumed_zone", say.text(ASSUMED_ZONE, zone=settings.assumed_zone)))
    if merged:
        notes.append(merged_note(merged, say))
    if alike := sorted(map(sorted, alike_in_case((row.namespace or "", row.student_id) for row in rows))):
        ids = listed([" / ".join(f"“{shortened(one)}”" for one in ids) for ids in alike], say)
        notes.append(DataNote("ids_differ_in_case", say.text(_ALIKE, ids=ids), len(alike)))
    students = Counter(code for row in rows for code in row.data_notes)
    for code, forms in _STUDENTS.items():
        if n := students[code]:
            notes.append(DataNote(code, say.count(*forms, n), n))
    return tuple(notes)
