"""Logs of our own formats with what their sender says of them: the zone of times that say none, the kinds of words."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from feedback.events.formats.columns import plain
from feedback.events.formats.source_options import SourceOptions, in_utc
from feedback.events.model import Event, Student
from feedback.events.reading import Received, StudentStream


def settled_by(received: Received, options: SourceOptions, stream: StudentStream) -> Received:
    """The same students, with `options` applied to their events and windows."""
    for place, student in received:
        yield place, student and _in_zone_and_kinds(student, options, stream)


def _in_zone_and_kinds(student: Student, options: SourceOptions, stream: StudentStream) -> Student:
    events = [
        msgspec.structs.replace(event, created_time=_in_zone(event.created_time, options, stream))
        for event in with_kinds(student.events, options.kinds)
    ]
    starts_at, ends_at = (_in_zone(time, options, stream) for time in (student.starts_at, student.ends_at))
    return msgspec.structs.replace(student, events=events, starts_at=starts_at, ends_at=ends_at)


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


def with_kinds(events: Iterable[Event], kinds: Mapping[str, str]) -> list[Event]:
    """The events, with the kind in the place of each word that `kinds` has in its plain form."""
    return [
        msgspec.structs.replace(event, type=kinds.get(plain(event.type), event.type)) if kinds and event.type else event
        for event in events
    ]
