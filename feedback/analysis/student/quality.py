"""Notes on the log itself: what is missing, odd or out of order in it, and how it was dealt with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feedback.analysis.outliers import HOUR, near_range
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote
from feedback.analysis.student.log import Log, kind_of
from feedback.analysis.student.quality_texts import (
    NO_EVENTS,
    NOTES,
    REPLACED,
    SUBMISSIONS_ONLY,
    UNKNOWN_TYPES,
)
from feedback.analysis.times import in_utc
from feedback.events import Event
from feedback.phrasing.i18n import Speech, speech
from feedback.phrasing.numbers import number
from feedback.phrasing.phrases import listed, shortened

FAR_OFF = "far_off_times"
# Fewer times than this have no outliers worth the name.
ENOUGH_TIMES = 5


class _Evidence(NamedTuple):
    events: Sequence[Event]
    log: Log
    settings: AnalysisSettings


def data_notes_of(events: Sequence[Event], log: Log, settings: AnalysisSettings, say: Speech) -> tuple[DataNote, ...]:
    """Every note that applies, in the order of `NOTES`; none for a log without anything to remark on."""
    if not events:
        return (DataNote("no_events", say.gettext(NO_EVENTS)),)
    evidence = _Evidence(events, log, settings)
    notes = [_note(code, count(evidence), settings, say) for code, count in _COUNTS.items()]
    notes += [_unknown_types(events, say), _submissions_only(log, settings, say)]
    return tuple(note for note in notes if note is not None)


def replaced_characters_note(characters: Iterable[str], settings: AnalysisSettings) -> DataNote | None:
    """For a renderer that wrote characters as their code points (`⟨U+FEFF⟩`): the note that says so, if any were."""
    codes = [f"U+{ord(character):04X}" for character in sorted(set(characters))]
    if not codes:
        return None
    say = speech(settings.language)
    text = say.ngettext(*REPLACED, len(codes)).format(n=len(codes), codes=listed(codes, say))
    return DataNote("characters_replaced", text, len(codes))


def _note(code: str, n: int, settings: AnalysisSettings, say: Speech) -> DataNote | None:
    if not n:
        return None
    text = say.ngettext(*NOTES[code], n).format(
        n=n,
        far_off_hours=number(settings.far_off_hours),
        batch_questions=settings.batch_questions,
        batch_seconds=number(settings.batch_seconds),
    )
    return DataNote(code, text, n)


def _untimed(evidence: _Evidence) -> int:
    return evidence.log.instants.count(None)


def _zoneless(evidence: _Evidence) -> int:
    return sum(event.created_time is not None and event.created_time.tzinfo is None for event in evidence.events)


def _out_of_order(evidence: _Evidence) -> int:
    return evidence.log.out_of_order


def _duplicates(evidence: _Evidence) -> int:
    """Events that repeat an earlier one in everything; those without a time cannot be told to be the same."""
    instants = [at for at in evidence.log.instants if at is not None]
    if len(set(instants)) == len(instants):
        return 0  # no two at the same time
    timed = [
        (number, event.type, in_utc(event.created_time), event.score)
        for number, event in zip(evidence.log.received, evidence.events, strict=True)
        if event.created_time is not None
    ]
    return len(timed) - len(set(timed))


def _far_off(evidence: _Evidence) -> int:
    instants = [at for at in evidence.log.instants if at is not None]
    if len(instants) < ENOUGH_TIMES or instants[-1] - instants[0] <= evidence.settings.far_off_hours * HOUR:
        return 0
    low, high = near_range(instants, evidence.settings.far_off_hours)
    return sum(not low <= at <= high for at in instants)


def _batched(evidence: _Evidence) -> int:
    return sum(evidence.log.batched)


def _untyped(evidence: _Evidence) -> int:
    return [event.type for event in evidence.events].count(None)


def _scores_elsewhere(evidence: _Evidence) -> int:
    # Marks keep the scores of submissions only.
    unused = [mark.score for mark in evidence.log.marks].count(None)
    return unused - [event.score for event in evidence.events].count(None)


_COUNTS = {
    "missing_times": _untimed,
    "zoneless_times": _zoneless,
    "list_order": _out_of_order,
    "duplicates": _duplicates,
    FAR_OFF: _far_off,
    "batches": _batched,
    "missing_types": _untyped,
    "scores_elsewhere": _scores_elsewhere,
}


def _unknown_types(events: Sequence[Event], say: Speech) -> DataNote | None:
    counts = Counter([event.type for event in events])
    # Names in the order of their first appearance would depend on the order received.
    unknown = sorted(name for name in counts if name is not None and kind_of(name) == "other")
    if not unknown:
        return None
    n, names = sum(counts[name] for name in unknown), [f"“{shortened(name)}”" for name in unknown]
    text = say.ngettext(*UNKNOWN_TYPES, n).format(n=n, names=listed(names, say))
    return DataNote("unknown_types", text, n)


def _submissions_only(log: Log, settings: AnalysisSettings, say: Speech) -> DataNote | None:
    if len(log.marks) < 2 or any(mark.kind != "submission" for mark in log.marks):
        return None
    text = say.gettext(SUBMISSIONS_ONLY).format(minutes=number(settings.session_gap_minutes))
    return DataNote("submissions_only", text, len(log.marks))
