"""What an exam's context may name: sections and insights to hide, thresholds to set, questions by their units."""

from functools import cache

import msgspec

from feedback.analysis.insights import rule_ids
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.units import unit_of
from feedback.events.context_rules import Names

# The parts of a student's report, as `rendering.student` names them; the notes and the event order always stay.
SECTIONS = (
    *("calendar", "comparison", "details", "headline", "insights", "message", "path", "progress", "questions"),
    *("reading", "rhythm", "score", "sittings", "thinking", "timeline", "weeks"),
)
_NO_THRESHOLDS = ("language", "assumed_zone", "time_zone")


@cache
def known_names() -> Names:
    """The names that a context is checked with, as `events.read_students` takes them."""
    fields = msgspec.structs.fields(AnalysisSettings)
    return Names(
        hide=(*SECTIONS, *sorted(rule_ids())),
        thresholds={field.name: field.type for field in fields if field.name not in _NO_THRESHOLDS},
        question_of=unit_of,
    )
