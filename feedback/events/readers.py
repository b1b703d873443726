"""One reader for each input format: bytes at rest in, validated students out."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import IO

from feedback.events.context import NO_CONTEXT, Context
from feedback.events.context_rules import ANY_NAMES, Names, check_student
from feedback.events.faults import Faults, Place, describe
from feedback.events.formats.csv import read_csv
from feedback.events.formats.json_text import read_json
from feedback.events.formats.ndjson import read_ndjson
from feedback.events.formats.own import settle_exam, settled_by
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.model import Student
from feedback.events.other_files import refuse_other_files
from feedback.events.reading import Received, StudentStream, has_no_zone, notes_about
from feedback.events.sources import reader_of


class MediaType(StrEnum):
    """The input formats, by the name HTTP gives them."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CSV = "text/csv"


_Read = Callable[[IO[bytes], Limits, Faults, StudentStream], Received]
_READERS: dict[MediaType, _Read] = {
    MediaType.JSON: read_json,
    MediaType.NDJSON: read_ndjson,
    MediaType.CSV: read_csv,
}


def read_students(
    source: IO[bytes],
    media_type: MediaType,
    limits: Limits,
    names: Names = ANY_NAMES,
    context: Context = NO_CONTEXT,
    options: SourceOptions = SourceOptions(),  # noqa: B008 - frozen
) -> StudentStream:
    """The students of a body, each given as soon as it has been validated, and what else the body says.

    `names` is what the context may name, `context` one that came beside the body, which then has none of its own.
    Of `options` our own formats take the zone of times without one, and the kinds of words.
    At the end of the iteration raises InvalidEvents if anything was wrong anywhere, so a consumer must hold back
    what it was given until it has ended well. Raises TooLarge as soon as a limit is passed.
    """
    stream = StudentStream(names, context)

    def read(source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
        refuse_other_files(source, table=media_type is MediaType.CSV)
        received = _READERS[media_type](source, limits, faults, stream)
        yield from settled_by(received, options, stream) if options.zone or options.kinds else received

    return stream.of(_students(source, read, limits, stream, options))


def read_source(
    content: IO[bytes],
    source: str,
    options: SourceOptions,
    limits: Limits,
    names: Names = ANY_NAMES,
    context: Context = NO_CONTEXT,
) -> StudentStream:
    """As `read_students`, of a file of another platform. A `context` beside it is joined to what the source knows.

    Raises InvalidEvents at once where `options` say what this source does not have.
    """
    stream = StudentStream(names, context)
    stream.source = source
    return stream.of(_students(content, reader_of(source, options), limits, stream, options))


def _students(
    source: IO[bytes], read: _Read, limits: Limits, stream: StudentStream, options: SourceOptions
) -> Iterator[Student]:
    faults = Faults(limits.effort.spend)
    try:
        for student in _valid(read(source, limits, faults, stream), limits, faults, stream):
            limits.effort.pause()
            yield student
            limits.effort.resume()
    finally:
        limits.effort.end()
    faults.raise_if_any()
    settle_exam(options, stream)


def _valid(received: Received, limits: Limits, faults: Faults, stream: StudentStream) -> Iterator[Student]:
    """Those that may stand beside each other in one body. Raises TooLarge."""
    events, seen, units, no_zone = 0, dict[tuple[str, str], Place](), set[object](), False
    for number, (place, student) in enumerate(received, start=1):
        limits.check_students(number)
        if student is None:
            continue
        events += len(student.events)
        limits.check_events(len(student.events), events, place)
        limits.check_stored(student, place)
        limits.effort.spend(len(student.events))
        units.update([event.unit for event in student.events])
        limits.check_questions(units)
        no_zone = no_zone or has_no_zone(student)
        check_student(student, place, faults)
        first = seen.setdefault(student.key, place)
        if first is not place:
            faults.add((*place, "student_id"), f"the same student as {describe(first)}; send each student once")
        elif not faults:
            yield student
    stream.notes.extend(notes_about(seen, no_zone))
