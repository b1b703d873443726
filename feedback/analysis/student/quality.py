"""Notes on the data: what about a log a reader should know before trusting the numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import Question, Window
from feedback.analysis.kinds import kind_of
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import DataNote
from feedback.analysis.student import quality_texts as texts
from feedback.analysis.student.log import Log
from feedback.analysis.times import in_utc
from feedback.analysis.units import merged_spellings
from feedback.events import Event
from feedback.phrasing.i18n import Speech, speech
from feedback.phrasing.numbers import duration, number
from feedback.phrasing.phrases import Phrases, listed, offset_name, shortened

PAGE_VISITS, SCORES_ELSEWHERE = "page_visits", "scores_elsewhere"

# A log that goes back more often is in another order than that of time.
_FEW_DESCENTS = 3
_CLOCK_STEP = timedelta(minutes=1)


class Noted:
    """What the notes on one student's log look at."""

    def __init__(
        self,
        events: Sequence[Event],
        log: Log,
        questions: Sequence[Question],
        window: Window | None,
        exam: ExamContext,
        facts: ClassFacts,
        settings: AnalysisSettings,
        say: Speech,
    ) -> None:
        self.events, self.log, self.questions, self.window = events, log, questions, window
        self.exam, self.facts, self.settings, self.say = exam, facts, settings, say


def data_notes_of(noted: Noted) -> tuple[DataNote, ...]:
    """Every note that applies; none for a log without anything to remark on."""
    if not noted.events:
        return (DataNote("no_events", noted.say.gettext(texts.NO_EVENTS)),)
    counted = [_note(code, n, noted) for code, n in _counts(noted) if n]
    return (*counted, *_about_clocks(noted), *_unknown_types(noted), *_about_the_log(noted), *_about_units(noted))


def replaced_characters_note(characters: Iterable[str], settings: AnalysisSettings) -> DataNote | None:
    """For a renderer that wrote characters as their code points (`⟨U+FEFF⟩`): the note that says so, if any were."""
    codes = [f"U+{ord(character):04X}" for character in sorted(set(characters))]
    if not codes:
        return None
    say = speech(settings.language)
    text = say.count(*texts.REPLACED, len(codes), codes=listed(codes, say))
    return DataNote("characters_replaced", text, len(codes))


def _note(code: str, n: int, noted: Noted) -> DataNote:
    settings = noted.settings
    text = noted.say.count(
        *texts.NOTES[code],
        n,
        batch_questions=settings.batch_questions,
        batch_seconds=number(settings.batch_seconds, noted.say),
    )
    return DataNote(code, text, n)


def _counts(noted: Noted) -> Iterator[tuple[str, int]]:
    log, events, window = noted.log, noted.events, noted.window
    yield "missing_times", sum(event.created_time is None for event in events)
    yield "zoneless_times", sum(e.created_time is not None and e.created_time.tzinfo is None for e in events)
    yield "list_order", log.out_of_order
    yield "duplicates", log.repeats
    yield "far_off_times", log.far_off
    yield "batches", sum(log.batched)
    yield "long_gaps", sum(question.long_gaps for question in noted.questions)
    yield "missing_types", sum(event.type is None for event in events)
    yield SCORES_ELSEWHERE, sum(e.score is not None and kind_of(e.type) != "submission" for e in events)
    if window is not None:
        yield "outside_window" if window.used else "window_not_used", window.outside


def _unknown_types(noted: Noted) -> Iterator[DataNote]:
    counts = Counter([event.type for event in noted.events])
    # Names in the order of their first appearance would depend on the order received.
    # A source that knows an event to be of no other kind calls it `other`.
    unknown = sorted(name for name in counts if name is not None and name != "other" and kind_of(name) == "other")
    if unknown:
        n, names = sum(counts[name] for name in unknown), [f"“{shortened(name)}”" for name in unknown]
        text = noted.say.count(*texts.UNKNOWN_TYPES, n, names=listed(names, noted.say))
        yield DataNote("unknown_types", text, n)


def _about_the_log(noted: Noted) -> Iterator[DataNote]:
    log, say, zone = noted.log, noted.say, noted.settings.assumed_zone
    if zone and any(event.created_time is not None for event in noted.events):
        yield DataNote("assumed_zone", say.text(texts.ASSUMED_ZONE, zone=zone))
    if log.full_minutes:
        yield DataNote("full_minutes", say.gettext(texts.FULL_MINUTES))
    if log.visits:
        yield DataNote(PAGE_VISITS, say.gettext(texts.PAGE_VISITS), sum(mark.look for mark in log.marks))
    elif len(log.marks) > 1 and all(mark.kind == "submission" for mark in log.marks):
        text = say.text(texts.SUBMISSIONS_ONLY, minutes=number(noted.settings.session_gap_minutes, noted.say))
        yield DataNote("submissions_only", text, len(log.marks))


def _about_clocks(noted: Noted) -> Iterator[DataNote]:
    say, times = noted.say, [event.created_time for event in noted.events if event.created_time is not None]
    if back := _set_back(noted):
        phrases = Phrases(noted.settings.language, noted.settings.zone)
        before, after = max(back, key=lambda pair: pair[0] - pair[1])
        with_day = not phrases.one_day(after, before)
        text = say.count(
            *texts.CLOCK_BACK,
            len(back),
            time=duration((before - after).total_seconds(), say),
            before=phrases.moment(before, with_day=with_day),
            after=phrases.moment(after, with_day=with_day),
        )
        yield DataNote("clock_back", text, len(back))
    zones = {time.tzinfo for time in times} - {None}
    if len(zones) > 1:
        offsets = sorted({offset for time in times if (offset := time.utcoffset()) is not None})
        if len(offsets) > 1:
            names = listed([offset_name(offset) for offset in offsets], say)
            yield DataNote("several_offsets", say.text(texts.OFFSETS, names=names), len(offsets))


def _set_back(noted: Noted) -> list[tuple[datetime, datetime]]:
    """Where the time received last is later than the next one, by a minute or more, and only few times in the log.

    A list by question goes back for each question: that is another order, and no clock.
    """
    if not 0 < noted.log.out_of_order <= _FEW_DESCENTS:
        return []
    received = noted.log.received
    if 1 + sum(a != b for a, b in pairwise(received)) == len(noted.log.units) > 1:
        return []
    times = [in_utc(event.created_time) for event in noted.events if event.created_time is not None]
    return [(before, after) for before, after in pairwise(times) if before - after >= _CLOCK_STEP]


def _about_units(noted: Noted) -> Iterator[DataNote]:
    say, facts = noted.say, noted.facts
    versions = [question for question in noted.questions if question.unit in facts.groups and question.group]
    versions = [question for question in versions if facts.groups[question.unit] == question.group]
    if versions:
        first = versions[0]
        text = say.text(texts.VERSIONS, unit=shortened(first.unit), slot=shortened(first.group or ""))
        yield DataNote("versions_detected", text, len(versions))
    uncounted = [question for question in noted.questions if question.points is None]
    if uncounted:
        names = listed([shortened(question.name) for question in uncounted], say)
        text = say.count(*texts.NOT_COUNTED, len(uncounted), names=names)
        yield DataNote("not_counted", text, len(uncounted))
    if merged := merged_spellings([event.unit for event in noted.events], facts.section_numbers):
        yield merged_note(merged, say)


def merged_note(merged: Sequence[Sequence[str]], say: Speech) -> DataNote:
    """The note on questions that come in several spellings, at least one: the spellings of each."""
    names = [" = ".join(f"“{shortened(name)}”" for name in names) for names in merged]
    return DataNote("merged_spellings", say.text(texts.MERGED, names=listed(names, say)), len(merged))
