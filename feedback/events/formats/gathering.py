"""How the actions in the log of another platform become students."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from feedback.events.context import Question
from feedback.events.faults import Faults, Place
from feedback.events.formats.source_context import TITLE_CHARACTERS, questions_of, short, unit_text
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.model import Event, Student
from feedback.events.normal_form import settled, settled_score
from feedback.events.reading import Note, Received, StudentStream
from feedback.events.strict_decoder import event_from, student_from

_MOST_REASONS = 20
# A namespace and an id with all that may stand around them. Of a longer text each student would have a copy.
_KEY_CHARACTERS = 1_000
_Key = tuple[str, str]


class Action(msgspec.Struct, frozen=True, gc=False):
    """One action of one student in a source: its kind (or a word of the source's own), time in UTC, score 0 to 1.

    `source_id` is the source's own id of the action: a second action with the same one is the same action again. Of
    one that several students share it is that id and what tells the student apart.
    """

    student_id: str
    unit: str
    type: str
    created_time: datetime | None = None
    score: float | None = None
    namespace: str = ""
    source_id: str | tuple[str, str] | None = None


class Gathering:
    """The actions of a source, gathered by student in the order received, and what was left out and why.

    It holds all events until the last is there, as the reader of CSV does: a student's rows need not stand together.
    """

    def __init__(self, limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions) -> None:
        self.limits, self.faults, self.stream, self.options = limits, faults, stream, options
        self.no_zone = False
        self._students = dict[_Key, tuple[Place, Student]]()
        self._names = dict[_Key, str]()
        self._units = dict[str, None]()
        # What is kept for the texts that actions name students, units and kinds with: these are few.
        self._keys = dict[_Key, _Key]()
        self._unit_of = dict[str, str]()
        self._word_of = dict[str, str]()
        self._windows = dict[_Key, tuple[datetime, datetime]]()
        self._left_out = dict[str, int]()
        self._seen = set[str | tuple[str, str]]()
        self._events = 0
        self._to_the_minute: bool | None = None  # None before the first time

    def add(self, action: Action, place: Place) -> None:
        """Take in an action, or record its faults. Raises TooLarge."""
        self.faults.spend(4)
        if action.source_id is not None:
            if action.source_id in self._seen:
                self.leave_out("repeats of an id")
                return
            self._seen.add(action.source_id)
        key = self._key(action.namespace, action.student_id)
        if key not in self._students:
            given: dict[str, Any] = {"student_id": key[1], "namespace": key[0] or None, "events": []}
            student = student_from(given, place, 0, self.faults)
            if student is None:
                return
            self._students[key] = place, student
            self.limits.check_students(len(self._students))
        if event := self._event(action, place):
            events = self._students[key][1].events
            events.append(event)
            self._events += 1
            self.limits.check_events(len(events), self._events, place)

    def _key(self, namespace: str, student_id: str) -> _Key:
        """The student's key in one form, which is kept unless it is longer than any that is valid."""
        who = namespace, student_id
        if key := self._keys.get(who):
            return key
        self.faults.spend((len(namespace) + len(student_id)) >> 8)
        key = _in_one_form(namespace), _in_one_form(student_id)
        if _is_kept(namespace, student_id):
            self._keys[who] = key
        return key

    def _event(self, action: Action, place: Place) -> Event | None:
        time = action.created_time
        unit = self._unit_of.get(action.unit) or self._new_unit(action.unit)
        word = self._word_of.get(action.type) or self._new_word(action.type)
        score = None if action.score is None else settled_score(action.score)
        if time is not None and self._to_the_minute is not False:
            self._to_the_minute = not (time.second or time.microsecond)
        if _is_valid(unit, word) and (score is None or 0 <= score <= 1):
            return Event(unit, word or None, time, score)
        # The careful path says what is wrong.
        fields: dict[str, Any] = {"unit": unit, "type": word or None, "score": score}
        event = event_from(fields, place, 0, self.faults)
        return event and msgspec.structs.replace(event, created_time=time)

    def _new_unit(self, text: str) -> str:
        """The unit of a text that did not come before. Raises TooLarge."""
        unit = self._unit_of[text] = unit_text(text)
        self._units[unit] = None
        self.limits.check_questions(self._units)
        return unit

    def _new_word(self, text: str) -> str:
        word = settled(text)
        self._word_of[text] = word = self.options.kind_for(word) or word
        return word

    def name(self, namespace: str, student_id: str, name: str) -> None:
        """The name of a student for people to read; of one who never comes it is dropped."""
        if name and _is_kept(namespace, student_id) and (text := short(name)):
            self._names[self._key(namespace, student_id)] = text

    def window(self, namespace: str, student_id: str, start: datetime, end: datetime) -> None:
        """A student's own window, from the first start to the last end of those that are given."""
        if not _is_kept(namespace, student_id):
            return
        key = self._key(namespace, student_id)
        known = self._windows.get(key, (start, end))
        self._windows[key] = min(known[0], start), max(known[1], end)

    def questions(
        self, titles: Mapping[str, str], points: Mapping[str, float] | None = None, *, known: bool = True
    ) -> tuple[Question, ...]:
        """The questions by what a source tells of them, and those of the log that it tells nothing of; else none.

        Where they are not `known` to be the exam's, but only what was met in the log, nobody need have had them all:
        they are optional.
        """
        if not points and not any(titles.values()):
            return ()
        told = {unit_text(unit) for unit in (*titles, *(points or ()))}
        others = questions_of(dict.fromkeys((unit for unit in self._units if unit not in told), ""))
        all_ = (*questions_of(titles, points), *others)
        return all_ if known else tuple(msgspec.structs.replace(question, optional=True) for question in all_)

    def leave_out(self, reason: str, number: int = 1) -> None:
        """Count what is not taken in, by the reason that people read.

        A reason may have a word of the file's own in it: past the first few all others are counted together.
        """
        if reason not in self._left_out and len(self._left_out) >= _MOST_REASONS:
            reason = "for other reasons"
        self._left_out[reason] = self._left_out.get(reason, 0) + number

    def students(self, described: str, *, in_time_order: bool = False) -> Received:
        """All students with their places, after the notes on the reading. `described` names the source.

        `in_time_order` is for exports that are sorted by something else: a student's events are put in the order of
        their times, those without one first.
        """
        self.limits.check_questions(self.stream.context.questions)
        students, events = _number_of(len(self._students), "student"), _number_of(self._events, "event")
        self._note("source", f"Read as {described}: {students}, {events}.")
        if self._left_out:
            parts = "; ".join(f"{reason} ({number:,})" for reason, number in self._left_out.items())
            self._note("left_out", f"Left out: {parts}.")
        self.stream.left_out = dict(self._left_out)
        if self.no_zone:
            self.stream.assumed_zone = self.options.zone_name
            self._note("times_without_zone", f"Times without a zone were taken as {self.options.zone_name}.")
        if self._events > 1 and self._to_the_minute:
            self._note("times_to_the_minute", "All times are to the minute; what needs seconds is not said.")
        if not self._students and not self.faults:
            self.faults.add((), f"no student did anything on a question in this file, read as {described}")
        for key, (place, student) in self._students.items():
            starts_at, ends_at = self._windows.get(key, (None, None))
            if in_time_order:
                student.events.sort(key=_time_of)
            name = self._names.get(key)
            yield place, msgspec.structs.replace(student, name=name, starts_at=starts_at, ends_at=ends_at)

    def _note(self, code: str, message: str) -> None:
        self.stream.notes.append(Note(code, message))


def _is_kept(namespace: str, student_id: str) -> bool:
    return len(namespace) + len(student_id) <= _KEY_CHARACTERS


def _in_one_form(text: str) -> str:
    """The text settled; one that is longer than any id can be is cut, and stays too long for one in any form."""
    text = text.strip()
    return settled(text) if len(text) <= _KEY_CHARACTERS else f"{text[:_KEY_CHARACTERS]}…"


def _number_of(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _is_valid(unit: str, word: str) -> bool:
    return 0 < len(unit) <= TITLE_CHARACTERS >= len(word) and "\0" not in unit and "\0" not in word


def _time_of(event: Event) -> datetime:
    return event.created_time or datetime.min.replace(tzinfo=UTC)
