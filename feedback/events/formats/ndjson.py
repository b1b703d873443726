"""NDJSON: a student a line, and on the first line perhaps the exam's context."""

from collections.abc import Iterator
from typing import IO, Any

from feedback.events.context_decoder import MEMBERS
from feedback.events.faults import Faults, Line, Place, TooLarge
from feedback.events.formats.piece import quickly, untyped
from feedback.events.limits import MAX_STUDENT_BYTES, Limits
from feedback.events.reading import Received, StudentStream
from feedback.events.strict_decoder import inspect, student_from

_BOM = b"\xef\xbb\xbf"


def read_ndjson(source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
    students = False
    for number, (place, text) in enumerate(_lines(source, limits)):
        with limits.decoding(len(text)):
            student = quickly(text, limits)
            if student is None:
                with untyped(text, place, limits, faults) as (decoded, value):
                    if decoded and number == 0 and _is_context(value):
                        _take(value, place, limits, faults, stream)
                        continue
                    student = student_from(value, place, 0, faults) if decoded else None
                    del value
            students = True
            yield place, student
    if not students and not faults:
        faults.add((), "it is empty; send one student (an object) a line")


def _take(value: dict[str, Any], place: Place, limits: Limits, faults: Faults, stream: StudentStream) -> None:
    inspect({name: member for name, member in value.items() if name not in MEMBERS}, place, 0, faults)
    if isinstance(value.get("students"), list):
        faults.add((*place, "students"), "an envelope is no NDJSON; send it as JSON, or each student on a line")
    stream.take_context(value, place, faults, limits)


def _is_context(value: Any) -> bool:
    return isinstance(value, dict) and "student_id" not in value and not value.keys().isdisjoint(MEMBERS)


def _lines(source: IO[bytes], limits: Limits) -> Iterator[tuple[Place, bytes]]:
    """The lines that are not blank, and their places."""
    for number, line in enumerate(iter(lambda: source.readline(MAX_STUDENT_BYTES + 1), b""), start=1):
        limits.effort.spend(1 + (len(line) >> 10))
        limits.check_log(len(line), (Line(number),))
        if number > 2 * limits.max_students:  # a blank line after each student is common, more are none
            raise TooLarge(f"More than {2 * limits.max_students:,} lines in one body. Send the class in parts.")
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            yield (Line(number),), text
