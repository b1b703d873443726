"""Logs of our own formats with what their sender says of them: the zone of times that say none, the kinds of words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from feedback.events.formats.columns import plain
from feedback.events.formats.source import SourceOptions, in_utc
from feedback.events.model import Student
from feedback.events.reading import Received, StudentStream


def settled_by(received: Received, options: SourceOptions, stream: StudentStream) -> Received:
    """The same students, with `options` applied to their events and windows."""
    for place, student in received:
        yield place, student and _settled_student(student, options, stream)


def _settled_student(student: Student, options: SourceOptions, stream: StudentStream) -> Student:
    return msgspec.structs.replace(
        student,
        events=[
            msgspec.structs.replace(
                event,
                type=options.kinds.get(plain(event.type), event.type) if event.type else None,
                created_time=_in_zone(event.created_time, options, stream),
            )
            for event in student.events
        ],
        starts_at=_in_zone(student.starts_at, options, stream),
        ends_at=_in_zone(student.ends_at, options, stream),
    )


def settle_exam(options: SourceOptions, stream: StudentStream) -> None:
    """Apply the zone that was said to the exam's own times, in the log or beside it: they are of the same clock."""
    exam = stream.context.exam
    settled = msgspec.structs.replace(
        exam,
        starts_at=_in_zone(exam.starts_at, options, stream),
        ends_at=_in_zone(exam.ends_at, options, stream),
    )
    stream.context = msgspec.structs.replace(stream.context, exam=settled)


def _in_zone(time: datetime | None, options: SourceOptions, stream: StudentStream) -> datetime | None:
    """A time without a zone in UTC, where the zone was said; what that would carry out of the years there are stays."""
    if time is None or time.tzinfo is not None or options.zone is None:
        return time
    try:
        found = in_utc(time, options)
    except OverflowError:
        return time
    stream.assumed_zone = options.zone_name
    return found


def with_kinds(students: Iterable[Student], kinds: Mapping[str, str]) -> Iterator[Student]:
    """Students of any source, with the kind in the place of each word that `kinds` has in its plain form."""
    for student in students:
        events = [
            msgspec.structs.replace(event, type=kinds.get(plain(event.type), event.type)) if event.type else event
            for event in student.events
        ]
        yield msgspec.structs.replace(student, events=events)
