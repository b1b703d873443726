"""The event log of one student, as the service receives and stores it.

The constraints on these types *are* the validation: the fast path decodes with them, the careful path
(`strict_decoder.py`) converts piece by piece with the same ones, and the published schema is made from them.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from feedback.contract.languages import Language

UnitText = Annotated[str, Meta(min_length=1, max_length=200)]
EventType = Annotated[str, Meta(max_length=200, description="What happened: saved_code, submission, …")]
Score = Annotated[float, Meta(ge=0, le=1, description="The share of the points this submission earned.")]
StudentId = Annotated[str, Meta(min_length=1, max_length=200, description="Who: unique within a namespace.")]
Namespace = Annotated[str, Meta(max_length=200, description="Which course or platform the id belongs to.")]
Timestamp = Annotated[
    datetime, Meta(description="ISO 8601, with T or a space between date and time; without a zone it is UTC.")
]
Name = Annotated[str, Meta(max_length=200, description="The student's name, for people to read.")]
Remark = Annotated[str, Meta(max_length=2000, description="From the teacher to this student.")]
ExtraMinutes = Annotated[float, Meta(ge=0, le=10_080, description="Added to the end of the student's window.")]
ReportLanguage = Annotated[Language, Meta(description="In which the reports are written.")]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One thing a student did, on one question.

    `unit` names the question as the platform does; which units are one question is the analysis's to
    say (`analysis.units`). A `created_time` without a zone is UTC; an event may lack a time.
    """

    unit: UnitText | int | float
    type: EventType | None = None
    created_time: Timestamp | None = None
    score: Score | None = None


class Student(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Everything one student did in one exam, the events in the order received (perhaps none).

    `starts_at` and `ends_at` are the student's own window, and `language` is that of the student's report, where
    they differ from the exam's.

    Unknown fields are forbidden here so that the decoder itself proves that nothing unread hides in a
    body; the careful path inspects and drops them.
    """

    student_id: StudentId
    events: list[Event]
    namespace: Namespace | None = None
    name: Name | None = None
    remark: Remark | None = None
    starts_at: Timestamp | None = None
    ends_at: Timestamp | None = None
    extra_minutes: ExtraMinutes | None = None
    language: ReportLanguage | None = None

    @property
    def key(self) -> tuple[str, str]:
        """(namespace, student_id): what tells students apart; no namespace and an empty one are the same."""
        return self.namespace or "", self.student_id


class _UnitOfEvent(msgspec.Struct, gc=False):
    unit: str | int | float


class _Units(msgspec.Struct, gc=False):
    events: list[_UnitOfEvent]


_encoder = msgspec.json.Encoder()
# What may stand around the events of a student: texts of 200 and 2,000 characters, each of at most six bytes. An event
# has two texts of 200, or a number of 4,300 digits.
_AROUND_EVENTS, _LARGEST_EVENT_BYTES = 20_000, 6_000
_EVENTS_AT_ONCE = 1_000
_decoder = msgspec.json.Decoder(Student)
_list_decoder = msgspec.json.Decoder(list[Student])
_units_decoder = msgspec.json.Decoder(_Units)


def encode_student(student: Student) -> bytes:
    """The canonical JSON of a student: equal content gives equal bytes, whatever white space it came in."""
    return _encoder.encode(student)


def fits(student: Student, most: int) -> bool:
    """Whether what `encode_student` gives has at most so many bytes, found out in bounded memory."""
    events, left = student.events, most - _AROUND_EVENTS
    if len(events) * _LARGEST_EVENT_BYTES <= left:
        return True
    for begin in range(0, len(events), _EVENTS_AT_ONCE):
        left -= len(_encoder.encode(events[begin : begin + _EVENTS_AT_ONCE]))
        if left < 0:
            return False
    return left >= 0


def decode_student(payload: bytes) -> Student:
    """A student from bytes that `encode_student` made, or from any JSON object without unknown fields.

    Raises msgspec.DecodeError (or its subclass ValidationError) for anything else.
    """
    return _decoder.decode(payload)


def units_in(payload: bytes) -> list[str | int | float]:
    """The unit of each event in bytes that `encode_student` made, and nothing else of them."""
    return [event.unit for event in _units_decoder.decode(payload).events]


def decode_students(payload: bytes) -> list[Student]:
    """The students of a JSON list, all at once. Raises as `decode_student` does."""
    return _list_decoder.decode(payload)
