"""What a student did: the model of an event log, and one reader for each input format."""

from feedback.events.context import (
    NO_CONTEXT,
    Context,
    Exam,
    Question,
    ReportOptions,
    decode_context,
    encode_context,
)
from feedback.events.faults import EventsError, Faults, InvalidEvents, TooLarge, UnsupportedInput
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.model import Event, Student, decode_student, encode_student, units_in
from feedback.events.normal_form import settled
from feedback.events.origin import Origin, origin_of
from feedback.events.readers import MediaType, read_source, read_students
from feedback.events.reading import StudentStream
from feedback.events.roster import Roster
from feedback.events.sources import OWN, SOURCES
from feedback.events.spool import inflate, spool

__all__ = [
    "NO_CONTEXT",
    "OWN",
    "SOURCES",
    "Context",
    "Event",
    "EventsError",
    "Exam",
    "Faults",
    "InvalidEvents",
    "Limits",
    "MediaType",
    "Origin",
    "Question",
    "ReportOptions",
    "Roster",
    "SourceOptions",
    "Student",
    "StudentStream",
    "TooLarge",
    "UnsupportedInput",
    "decode_context",
    "decode_student",
    "encode_context",
    "encode_student",
    "inflate",
    "origin_of",
    "read_source",
    "read_students",
    "settled",
    "spool",
    "units_in",
]
