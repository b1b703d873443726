"""What every source of another platform shares: what it is asked with, and how its actions become students."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from feedback.events.context import Context, Exam, Question
from feedback.events.faults import Faults, InvalidEvents, Place
from feedback.events.formats.columns import plain
from feedback.events.kinds import KINDS
from feedback.events.limits import Limits
from feedback.events.model import Event, Student
from feedback.events.normal_form import settled, settled_score
from feedback.events.reading import Note, Received, StudentStream
from feedback.events.strict_decoder import event_from, student_from

_TITLE_CHARACTERS = 200
_HASH_CHARACTERS = 12
_MOST_REASONS = 20
_KIND_PREFIX = "kind:"
FIELDS = ("student_id", "namespace", "name", "unit", "type", "created_time", "score", "max_score")


class SourceOptions(msgspec.Struct, frozen=True):
    """What the sender says of a file beside its format.

    `zone` is that of times without a zone. `columns` has the file's own heading for a field, in its plain form, and ""
    where no column is to be read as it; `kinds` has the kind for a word of the file's own, in its plain form, whatever
    the source. `roles` are the roles to keep where the source has roles; none means the source's own choice.
    `max_bytes` bounds what is unpacked from an archive, and `folder` is the one that the file was found in there.
    """

    zone: ZoneInfo | None = None
    columns: Mapping[str, str] = {}
    kinds: Mapping[str, str] = {}
    roles: tuple[str, ...] = ()
    max_bytes: int = 512 << 20
    folder: str = ""

    def kind_for(self, word: str) -> str | None:
        """The kind that the sender gave to a word of the file's own, if any."""
        return self.kinds.get(plain(word)) if self.kinds else None

    @property
    def zone_name(self) -> str:
        return self.zone.key if self.zone else "UTC"


def source_options(
    zone: str | None = None,
    columns: Sequence[str] = (),
    roles: Sequence[str] = (),
    max_bytes: int = SourceOptions().max_bytes,
) -> SourceOptions:
    """Options from what people write: an IANA zone, `FIELD=HEADER` and `kind:KIND=WORD` texts, names of roles.

    Raises InvalidEvents that names every option that cannot be read.
    """
    faults = Faults()
    options = options_from(zone, columns, roles, max_bytes, faults)
    faults.raise_if_any()
    return options


def options_from(
    zone: str | None, columns: Sequence[str], roles: Sequence[str], max_bytes: int, faults: Faults
) -> SourceOptions:
    """The same, with the faults recorded instead."""
    fields, kinds = dict[str, str](), dict[str, str]()
    for given in columns:
        field, equals, header = (part.strip() for part in given.partition("="))
        is_kind = field.startswith(_KIND_PREFIX)
        if not equals or (is_kind and not header):
            faults.add(("column",), f"expected FIELD=HEADER, such as student_id=Matrikel, got {given[:80]}")
        elif is_kind and field.removeprefix(_KIND_PREFIX) in KINDS:
            kinds[plain(header)] = field.removeprefix(_KIND_PREFIX)
        elif field in FIELDS:
            fields[field] = plain(header)
        else:
            known = ", ".join((*FIELDS, *(_KIND_PREFIX + kind for kind in KINDS)))
            faults.add(("column",), f"{field[:40]} is no field; expected one of {known}")
    kept = tuple(role.strip().casefold() for role in roles if role.strip())
    return SourceOptions(_zone(zone, faults), fields, kinds, kept, max_bytes)


def _zone(name: str | None, faults: Faults) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        faults.add(("source_tz",), f"{name[:40]} is no time zone; expected an IANA name such as Europe/Berlin")
        return None


class Action(msgspec.Struct, frozen=True, gc=False):
    """One action of one student in a source: its kind (or a word of the source's own), time in UTC, score 0 to 1.

    `source_id` is the source's own id of the action: a second action with the same one is the same action again.
    """

    student_id: str
    unit: str
    type: str
    created_time: datetime | None = None
    score: float | None = None
    namespace: str = ""
    source_id: str | None = None


class Gathering:
    """The actions of a source, gathered by student in the order received, and what was left out and why.

    It holds all events until the last is there, as the reader of CSV does: a student's rows need not stand together.
    """

    def __init__(self, limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions) -> None:
        self.limits, self.faults, self.stream, self.options = limits, faults, stream, options
        self.no_zone = False
        self._students = dict[tuple[str, str], tuple[Place, Student]]()
        self._names = dict[tuple[str, str], str]()
        self._units = dict[str, None]()
        # What is kept for the texts that actions name students, units and kinds with: these are few.
        self._keys = dict[tuple[str, str], tuple[str, str]]()
        self._unit_of = dict[str, str]()
        self._word_of = dict[str, str]()
        self._windows = dict[tuple[str, str], tuple[datetime, datetime]]()
        self._left_out = dict[str, int]()
        self._seen = set[str]()
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
        who = action.namespace, action.student_id
        key = self._keys.get(who) or self._keys.setdefault(who, (settled(who[0]), settled(who[1])))
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
        if name and (text := short(name)):
            self._names[settled(namespace), settled(student_id)] = text

    def window(self, namespace: str, student_id: str, start: datetime, end: datetime) -> None:
        """A student's own window, from the first start to the last end of those that are given."""
        key = settled(namespace), settled(student_id)
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


def _number_of(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _is_valid(unit: str, word: str) -> bool:
    return 0 < len(unit) <= _TITLE_CHARACTERS >= len(word) and "\0" not in unit and "\0" not in word


def _time_of(event: Event) -> datetime:
    return event.created_time or datetime.min.replace(tzinfo=UTC)


def questions_of(titles: Mapping[str, str], points: Mapping[str, float] | None = None) -> tuple[Question, ...]:
    """Questions with a title, points or both, by unit; a title is cut to the 200 characters that one may have."""
    most = points or {}
    units = [unit for unit in dict.fromkeys((*titles, *most)) if settled(unit) and "\0" not in unit]
    return tuple(
        Question(
            unit_text(unit),
            title=short(titles.get(unit, "")),
            points=most.get(unit),
        )
        for unit in units
    )


def unit_text(unit: str) -> str:
    """The unit as events and questions name it: one that is too long is cut, and keeps apart by a hash of the whole."""
    text = settled(unit)
    if len(text) <= _TITLE_CHARACTERS:
        return text
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:_HASH_CHARACTERS]
    return f"{text[: _TITLE_CHARACTERS - _HASH_CHARACTERS - 1]}…{digest}"


def beside(own: Context, given: Context) -> Context:
    """The source's own context, with what the sender gave in its place where both say something."""
    exam = {name: value for name in Exam.__struct_fields__ if (value := getattr(given.exam, name)) is not None}
    known = {str(question.unit): question for question in own.questions}
    for question in given.questions:
        before = known.get(str(question.unit))
        known[str(question.unit)] = _joined(before, question) if before else question
    return Context(exam=msgspec.structs.replace(own.exam, **exam), questions=tuple(known.values()), report=given.report)


def _joined(own: Question, given: Question) -> Question:
    """A question with each field that the sender gave: it is optional only where the sender says so.

    Versions of one question count the same: one that counts otherwise now is of the log's group no longer.
    """
    said = {name: value for name in Question.__struct_fields__ if (value := getattr(given, name)) is not None}
    joined = msgspec.structs.replace(own, **said)
    if given.group or (joined.points, joined.optional) == (own.points, own.optional):
        return joined
    return msgspec.structs.replace(joined, group=None)


def short(text: str) -> str | None:
    """A title of at most 200 characters, without the NUL that no database keeps, or none."""
    return settled(text.replace("\0", ""))[:_TITLE_CHARACTERS].rstrip() or None


def in_utc(time: datetime, options: SourceOptions) -> datetime:
    """The time in UTC; one without a zone is of the source's. Raises OverflowError outside the years 1 to 9999."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=options.zone or UTC)
    return time.astimezone(UTC)


def wrong_source(described: str, why: str, cure: str) -> InvalidEvents:
    """The fault of a file that is not what its source says."""
    message = f"{why}; {cure}"
    return InvalidEvents(f"The file cannot be read as {described}: {message}. Nothing was stored.", {"body": [message]})
