"""What a person writes about an exam, as the text of a form, and the context that the readers make of it.

The rules are those of `events`: a form's fields become the members of a JSON context, and each fault comes back by the
place that the API would name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.http import QueryDict

from feedback.analysis import known_names
from feedback.analysis.times import in_utc
from feedback.analysis.units import unit_of
from feedback.events import Context, Exam, Faults, Limits, Question
from feedback.events.context_decoder import context_from
from feedback.events.context_files import values_of
from feedback.events.faults import Details

UnitValue = str | int | float
EXAM_FIELDS = (
    "title",
    "course",
    "starts_at",
    "ends_at",
    "kind",
    "counts",
    "language",
    "paper",
    "message",
    "solutions_url",
)
QUESTION_FIELDS = ("title", "points", "topic", "group", "minutes", "optional", "solution_url")
TIMES = ("starts_at", "ends_at")
_PLACE = re.compile(r"questions\[(\d+)\]")
_unit_decoder = msgspec.json.Decoder(UnitValue)


@dataclass(frozen=True)
class Row:
    """A question of the table: its unit as the log writes it, and what is said of it. `index` names its fields."""

    index: int
    unit: UnitValue
    said: Mapping[str, str]
    in_log: bool = True

    @property
    def key(self) -> str:
        """The unit with its type: `17` and `"17"` are one question to most rules and two to some."""
        return msgspec.json.encode(self.unit).decode()

    @property
    def name(self) -> str:
        return unit_of(self.unit).name


@dataclass
class Draft:
    """The fields of the form as text, and its faults by place once it has been checked."""

    exam: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    faults: Details = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is said or wrong."""
        return any(self.exam.values()) or any(row.said for row in self.rows) or bool(self.faults)

    def said(self, name: str) -> str:
        return self.exam.get(name, "")

    def wrong(self, place: str) -> list[str]:
        """The faults of a field such as `exam.title`: what to write there, for a person who sees what is there."""
        return [message.partition("; got ")[0] for message in self._faults(place)]

    def wrong_in(self, row: Row, name: str) -> list[str]:
        """The faults of a cell."""
        said = self._said_rows()
        return self.wrong(f"questions[{said.index(row)}].{name}") if row in said else []

    def faults_in(self, row: Row) -> bool:
        """Whether a row has any."""
        return any(self.wrong_in(row, name) for name in ("unit", *QUESTION_FIELDS))

    def elsewhere(self) -> list[tuple[str, str]]:
        """The faults that belong to no field of the form: those of a file of questions, by their lines."""
        shown = {f"exam.{name}" for name in EXAM_FIELDS}
        shown |= {
            f"questions[{index}].{name}"
            for index, _ in enumerate(self._said_rows())
            for name in ("unit", *QUESTION_FIELDS)
        }
        return [(place, message) for place in self.faults if place not in shown for message in self._faults(place)]

    def check(self, zone: str, before: Context, *, with_table: bool = True) -> Context:
        """The context that the fields give; where they are wrong, `faults` says so and the context is of no use.

        What the form does not show is taken from `before`, and so is a time whose text was not changed. The questions
        are those of the table, or with `with_table` false nobody's.
        """
        faults, said = Faults(), self._said_rows() if with_table else []
        members = {
            "exam": {"log_kind": before.exam.log_kind, **self._exam_members(zone, before.exam)},
            "questions": [{**values_of(row.said), "unit": row.unit} for row in said],
        }
        context = context_from(members, (), known_names(), faults, Limits())
        self.faults = faults.details()
        return msgspec.structs.replace(context, report=before.report)

    def _exam_members(self, zone: str, before: Exam) -> dict[str, Any]:
        members: dict[str, Any] = dict(self.exam)
        for name in TIMES:
            stored = getattr(before, name)
            if stored is not None and members.get(name) == clock(stored, zone):
                members[name] = stored.isoformat()
            elif text := members.get(name):
                members[name] = _with_zone(text, zone)
        return members

    def _said_rows(self) -> list[Row]:
        return [row for row in self.rows if row.said]

    def _faults(self, place: str) -> list[str]:
        found = self.faults.get(place, [])
        return [self._for_people(message) for message in found] if isinstance(found, list) else []

    def _for_people(self, message: str) -> str:
        """In the words of a form and not of JSON."""
        said = self._said_rows()

        def name(match: re.Match[str]) -> str:
            index = int(match[1])
            return f"question {said[index].name}" if index < len(said) else match[0]

        words = _PLACE.sub(name, message).replace(", or null", "").replace("expected a string", "expected a text", 1)
        words = re.sub("^expected ", "write ", words)
        return words[:1].upper() + words[1:]


def draft_of(context: Context, zone: str, rows: Sequence[Row] = ()) -> Draft:
    """The form filled in with what is known."""
    exam = {name: _text(getattr(context.exam, name), zone) for name in EXAM_FIELDS}
    return Draft(exam, rows)


def sent_draft(form: QueryDict) -> Draft:
    """The form as it was sent; a field that is missing is empty."""
    exam = {name: text for name in EXAM_FIELDS if (text := _sent(form, name))}
    rows = []
    for index, key in enumerate(form.getlist("unit")):
        said = {name: text for name in QUESTION_FIELDS if (text := _sent(form, f"{name}-{index}"))}
        rows.append(Row(index, _unit(key), said, in_log=f"{index}" not in form.getlist("elsewhere")))
    return Draft(exam, rows)


def said_of(question: Question) -> dict[str, str]:
    """What is said of a question, as the table shows it."""
    texts = {name: _text(getattr(question, name), "UTC") for name in QUESTION_FIELDS}
    return {name: text for name, text in texts.items() if text}


def clock(moment: datetime, zone: str) -> str:
    """A moment by the zone's clock, as a field for a date and time takes it."""
    try:
        local = in_utc(moment).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError:  # on the first or last day there is
        local = in_utc(moment).replace(tzinfo=None)
    if local.second or local.microsecond:
        return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
    return local.isoformat(timespec="minutes")


def _with_zone(text: str, zone: str) -> str:
    """A time of the zone's clock in full; what is no time stays as it is, for the reader to refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).isoformat()


def _text(value: object, zone: str) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, datetime):
        return clock(value, zone)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "yes" if value is True else str(value)


def _sent(form: QueryDict, name: str) -> str:
    """Without the carriage returns that a form's lines end with."""
    return form.get(name, "").replace("\r\n", "\n").strip()


def _unit(key: str) -> UnitValue:
    try:
        unit: UnitValue = _unit_decoder.decode(key)
    except msgspec.DecodeError:
        return key
    return unit
