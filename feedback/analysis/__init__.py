"""What the events of a student, or of a class, say: pure functions of frozen data.

No clock, no environment, no I/O; the same events and settings always give the same findings.
"""

from feedback.analysis.analyse import analyse, with_class_statistics
from feedback.analysis.cohort.analyse import analyse_class
from feedback.analysis.cohort.compared import ComparedMeasure, ComparedQuestion, Comparison
from feedback.analysis.cohort.comparison import with_comparison
from feedback.analysis.cohort.findings import (
    Activity,
    ClassFindings,
    ClassKeyFigures,
    ClassRow,
    ClassStatistics,
    Failure,
    InsightCount,
    OpeningOrder,
    QuestionStatistics,
    Spread,
)
from feedback.analysis.encoding import (
    class_findings_schema,
    decode_class_findings,
    decode_findings,
    decode_statistics,
    encode_class_findings,
    encode_findings,
    encode_statistics,
    findings_schema,
)
from feedback.analysis.facts import ClassFacts, UsualWindow, decode_facts, encode_facts, facts_of
from feedback.analysis.findings import (
    Exam,
    Findings,
    KeyFigures,
    LateShare,
    Mark,
    Pause,
    Question,
    Rhythm,
    Run,
    ScoreProgress,
    Slot,
    Window,
)
from feedback.analysis.guide import definitions, how_to_read, how_to_read_class
from feedback.analysis.kinds import kind_of
from feedback.analysis.names import known_names
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote, Definition, Insight, Missing
from feedback.analysis.student.quality import replaced_characters_note
from feedback.events.kinds import KINDS

__all__ = [
    "KINDS",
    "Activity",
    "AnalysisSettings",
    "ClassFacts",
    "ClassFindings",
    "ClassKeyFigures",
    "ClassRow",
    "ClassStatistics",
    "ComparedMeasure",
    "ComparedQuestion",
    "Comparison",
    "DataNote",
    "Definition",
    "Exam",
    "Failure",
    "Findings",
    "Insight",
    "InsightCount",
    "KeyFigures",
    "LateShare",
    "Mark",
    "Missing",
    "OpeningOrder",
    "Pause",
    "Question",
    "QuestionStatistics",
    "Rhythm",
    "Run",
    "ScoreProgress",
    "Slot",
    "Spread",
    "UsualWindow",
    "Window",
    "analyse",
    "analyse_class",
    "class_findings_schema",
    "decode_class_findings",
    "decode_facts",
    "decode_findings",
    "decode_statistics",
    "definitions",
    "encode_class_findings",
    "encode_facts",
    "encode_findings",
    "encode_statistics",
    "facts_of",
    "findings_schema",
    "how_to_read",
    "how_to_read_class",
    "kind_of",
    "known_names",
    "replaced_characters_note",
    "with_class_statistics",
    "with_comparison",
]
