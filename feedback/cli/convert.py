"""`feedback convert`: the log of another platform as the body that the service takes."""

import sys
from datetime import UTC, datetime
from typing import IO

import click
import msgspec

from feedback.cli import console, options
from feedback.cli.files import Beside, UnreadableFiles, read_roster
from feedback.cli.pseudonyms import pseudonyms_of, write_list
from feedback.events import Event, Origin, Roster, Student, decode_student, encode_student


@click.command("convert", short_help="Turn logs of other platforms into events of ours.")
@options.files
@options.context
@options.origin
@options.pseudonyms
@options.max_bytes
def convert(
    files: tuple[str, ...],
    context_file: str | None,
    questions_file: str | None,
    key_file: str | None,
    max_bytes: int,
    origin: Origin,
) -> None:
    """Write the events of logs that other platforms export, as JSON that every other command and the service take.

    The JSON goes to standard output; what was read, what was left out and why, to standard error. Times come in
    UTC, questions as the platform names them, with their titles and points where the log has them. Nothing is
    written if anything in any file is wrong.
    """
    try:
        beside, pseudonyms = Beside(context_file, questions_file).read(max_bytes), pseudonyms_of(key_file)
        roster = read_roster(files, max_bytes, context=beside, origin=origin, pseudonyms=pseudonyms)
    except UnreadableFiles as fault:
        raise console.Failed("The files cannot be taken, and nothing was written:", fault.lines) from None
    with roster:
        write_list(key_file, pseudonyms)
        for note in roster.notes:
            console.note(note.message)
        write_envelope(roster, sys.stdout.buffer)


def write_envelope(roster: Roster, out: IO[bytes]) -> None:
    """The exam's context and the students, as one JSON object, a student a line."""
    context = roster.encoded_context
    out.write(context[:-1] + b',"students":[' if context else b'{"students":[')
    for number, payload in enumerate(roster.payloads()):
        out.write((b",\n" if number else b"\n") + encode_student(_in_utc(decode_student(payload))))
    out.write(b"\n]}\n")
    out.flush()


def _in_utc(student: Student) -> Student:
    return msgspec.structs.replace(
        student,
        events=[_event_in_utc(event) for event in student.events],
        starts_at=_utc(student.starts_at),
        ends_at=_utc(student.ends_at),
    )


def _event_in_utc(event: Event) -> Event:
    return msgspec.structs.replace(event, created_time=_utc(event.created_time))


def _utc(time: datetime | None) -> datetime | None:
    return time and (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC))
