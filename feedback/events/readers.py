"""One reader for each input format: bytes at rest in, validated students out."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import IO

import msgspec

from feedback.events import careful
from feedback.events.faults import Faults, TooLarge
from feedback.events.model import Student, decode_student


class MediaType(StrEnum):
    """The input formats, by the name HTTP gives them."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"


class Limits(msgspec.Struct, frozen=True):
    """How much one body may hold."""

    max_students: int = 20_000
    max_events: int = 5_000_000
    max_student_events: int = 100_000


_BOM = b"\xef\xbb\xbf"
# What the decoder lets through although it is refused: an escaped NUL, and times in the first or last
# year (their digits perhaps escaped), which may leave the years 1 to 9999 once they are moved to UTC.
_SUSPECT = re.compile(rb'\\u0000|\\u003[0-9]|"(?:0001|9999)-')
_split = msgspec.json.Decoder(list[msgspec.Raw])


def read_students(source: IO[bytes], media_type: MediaType, limits: Limits) -> Iterator[Student]:
    """The students of a body, each yielded as soon as it has been validated.

    At the end raises InvalidEvents if anything was wrong anywhere, so a consumer must hold back what it
    was given until the iteration has ended well. Raises TooLarge as soon as a limit is passed.
    """
    faults = Faults()
    pieces = _READERS[media_type]
    events, seen = 0, dict[tuple[str, str], str]()
    for number, (place, student) in enumerate(pieces(source, faults), start=1):
        if number > limits.max_students:
            raise TooLarge(f"More than {limits.max_students:,} students in one body. Send the class in parts.")
        if student is None:
            continue
        events += len(student.events)
        _check_events(len(student.events), events, place, limits)
        first = seen.setdefault(student.key, place)
        if first != place:
            faults.add(careful.join(place, "student_id"), f"the same student as {first}; send each student once")
        elif not faults:
            yield student
    if not seen and not faults:
        faults.add("students", "the list is empty; send at least one student")
    faults.raise_if_any()


def _check_events(of_student: int, of_body: int, place: str, limits: Limits) -> None:
    if of_student > limits.max_student_events:
        where = careful.join(place, "events")
        raise TooLarge(
            f"More than {limits.max_student_events:,} events for one student.",
            {where: [f"{of_student:,} events; at most {limits.max_student_events:,} are accepted"]},
        )
    if of_body > limits.max_events:
        raise TooLarge(f"More than {limits.max_events:,} events in one body. Send the class in parts.")


def _read_json(source: IO[bytes], faults: Faults) -> Iterator[tuple[str, Student | None]]:
    body = source.read().removeprefix(_BOM)
    start = body.lstrip(b" \t\r\n")[:1]
    if not start:
        faults.add("body", "it is empty; send one student (an object) or a class (a list of students)")
    elif start != b"[":
        yield "", _student(body, "", 0, faults)
    else:
        yield from _read_list(body, faults)


def _read_list(body: bytes, faults: Faults) -> Iterator[tuple[str, Student | None]]:
    try:
        pieces = _split.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Either no JSON at all, or something refused that a more patient parser can name the place of.
        decoded, values = careful.decode_untyped(body, "body", faults)
        for index, value in enumerate(values if decoded else ()):
            place = f"students[{index}]"
            yield place, careful.student_from(value, place, 1, faults)
        if decoded and not faults:
            faults.add("body", "not JSON that can be read; check it with another parser")
        return
    for index, piece in enumerate(pieces):
        place = f"students[{index}]"
        yield place, _student(bytes(piece), place, 1, faults)


def _read_ndjson(source: IO[bytes], faults: Faults) -> Iterator[tuple[str, Student | None]]:
    for number, line in enumerate(source, start=1):
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            place = f"line {number}"
            yield place, _student(text, place, 0, faults)


def _student(piece: bytes, place: str, depth: int, faults: Faults) -> Student | None:
    if not _SUSPECT.search(piece):
        try:
            return decode_student(piece)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # the careful path says what is wrong, or drops the unknown fields and accepts
    decoded, value = careful.decode_untyped(piece, place or "body", faults)
    return careful.student_from(value, place, depth, faults) if decoded else None


_READERS: dict[MediaType, Callable[[IO[bytes], Faults], Iterator[tuple[str, Student | None]]]] = {
    MediaType.JSON: _read_json,
    MediaType.NDJSON: _read_ndjson,
}
