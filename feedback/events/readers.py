"""One reader for each input format: bytes at rest in, validated students out."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import IO

import msgspec

from feedback.events.faults import Faults, Line, Place, TooLarge, describe
from feedback.events.formats.csv import read_csv
from feedback.events.json_any import MAX_DIGITS, affordable, decode_untyped
from feedback.events.json_scanner import WINDOW_BYTES, Body, MalformedError, after_space, elements, line_of
from feedback.events.limits import MAX_PIECE_BYTES, Limits
from feedback.events.model import Student, decode_student, decode_students
from feedback.events.spool import content_of
from feedback.events.strict_decoder import student_from


class MediaType(StrEnum):
    """The input formats, by the name HTTP gives them."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CSV = "text/csv"


_NOT_FOR_THE_FAST_PATH = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
Received = Iterator[tuple[Place, Student | None]]

_BOM = b"\xef\xbb\xbf"
_ALL_BUT_NEWLINES = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))
_UTF8_CONTINUATIONS = bytes(range(0x80, 0xC0))
_SMALLEST_EVENT_BYTES = len(b'{"unit":1},')
# What the decoder lets through although it is refused: an escaped NUL, and times on the first or last day
# there is (their characters perhaps escaped), which may leave the years 1 to 9999 once they are moved to UTC.
# From the first day only an offset that begins with a plus leads out.
_SUSPECT_ESCAPES = (b"\\u0000", b"\\u002", b"\\u003")
_FIRST_DAY, _LAST_DAY = b'"0001-01-01', b'"9999-12-31'
# A number of too many digits covers half of that many bytes from some multiple of that half on.
_STRIDE = MAX_DIGITS // 2
_LONG_NUMBER = re.compile(rb"[-+.0-9eE]{%d}" % _STRIDE)
# How much of a list is decoded at once, about: the call costs nothing beside it, and it is little to hold.
_RUN_BYTES = 1 << 18
_BETWEEN_STUDENTS = re.compile(rb'\}[ \t\r\n]*(,)[ \t\r\n]*\{[ \t\r\n]*"(?:student_id|namespace|events)"')


def read_students(source: IO[bytes], media_type: MediaType, limits: Limits) -> Iterator[Student]:
    """The students of a body, each yielded as soon as it has been validated.

    At the end raises InvalidEvents if anything was wrong anywhere, so a consumer must hold back what it
    was given until the iteration has ended well. Raises TooLarge as soon as a limit is passed.
    """
    faults = Faults(limits.effort.spend)
    try:
        for student in _valid(_READERS[media_type](source, limits, faults), limits, faults):
            limits.effort.pause()
            yield student
            limits.effort.resume()
    finally:
        limits.effort.end()
    faults.raise_if_any()


def _valid(received: Received, limits: Limits, faults: Faults) -> Iterator[Student]:
    """Those that may stand beside each other in one body. Raises TooLarge."""
    events, seen, units = 0, dict[tuple[str, str], Place](), set[object]()
    for number, (place, student) in enumerate(received, start=1):
        limits.check_students(number)
        if student is None:
            continue
        events += len(student.events)
        limits.check_events(len(student.events), events, place)
        limits.effort.spend(len(student.events))
        units.update([event.unit for event in student.events])
        limits.check_questions(units)
        first = seen.setdefault(student.key, place)
        if first is not place:
            faults.add((*place, "student_id"), f"the same student as {describe(first)}; send each student once")
        elif not faults:
            yield student


def _read_json(source: IO[bytes], limits: Limits, faults: Faults) -> Received:
    body = content_of(source)
    start = after_space(body, len(_BOM) if body[: len(_BOM)] == _BOM else 0, limits.effort)
    if start == len(body):
        faults.add((), "it is empty; send one student (an object) or a class (a list of students)")
    elif body[start : start + 1] == b"[":
        yield from _read_list(body, start, limits, faults)
    else:
        limits.check_piece(len(body), ())
        yield (), _student(body[:].removeprefix(_BOM), (), 0, limits, faults)


def _read_list(body: Body, start: int, limits: Limits, faults: Faults) -> Received:
    count, position = 0, start
    for end, students in _runs(body, start, limits):
        position = end
        yield from ((("students", index), student) for index, student in enumerate(students, start=count))
        count += len(students)
    if position == len(body):
        if not count:
            faults.add(("students",), "the list is empty; send at least one student")
        return
    yield from _read_elements(body, start, position, count, limits, faults)


def _runs(body: Body, start: int, limits: Limits) -> Iterator[tuple[int, list[Student]]]:
    """The students of the list at `start`, many at once, until the fast path refuses some; and what follows them.

    That is the position of a comma, or the end of the body. A run is cut where the text looks like two
    students meeting. Looks cannot deceive: with brackets around it, it is JSON only if it ends there indeed.
    """
    while start < len(body):
        limits.effort.look()
        until = start + 4 * _RUN_BYTES
        meeting = _BETWEEN_STUDENTS.search(body, start + _RUN_BYTES, until)
        comma = meeting.start(1) if meeting else len(body)
        if comma > until:
            return
        run = b"".join((b"[", memoryview(body)[start + 1 : comma], b"]" if meeting else b""))
        students = None if _is_suspect(run, limits) else _decoded(run)
        if students is None:
            return
        yield comma, students
        start = comma


def _decoded(run: bytes) -> list[Student] | None:
    try:
        return decode_students(run)
    except _NOT_FOR_THE_FAST_PATH:
        return None  # the careful path says what is wrong, or drops the unknown fields and accepts


def _read_elements(body: Body, start: int, position: int, count: int, limits: Limits, faults: Faults) -> Received:
    """The students after the first `count` of the list at `start`; `position` is that of the comma before them."""
    begin, end = max(position - 1, start), position
    try:
        for begin, end in elements(body, position, limits.effort):
            place = ("students", count)
            count += 1
            yield place, _student(body[begin:end], place, 1, limits, faults)
    except MalformedError as fault:
        if len(body) <= MAX_PIECE_BYTES and affordable(text := body[:]):
            yield from _read_rest(_with_elements_blank(text, start, begin, end), count, faults)
        else:
            faults.add((), f"not JSON: {fault.reason} at {_line_and_column(body, fault.position)}")
    else:
        if not count:
            faults.add(("students",), "the list is empty; send at least one student")


def _read_rest(text: bytes, count: int, faults: Faults) -> Received:
    """What follows the last of `count` whole elements, by a parser that knows better what is wrong and where."""
    decoded, values = decode_untyped(text, (), faults)
    for index, value in enumerate(values if decoded else (), start=max(count - 1, 0)):
        if index >= count:
            place = ("students", index)
            yield place, student_from(value, place, 1, faults)


def _with_elements_blank(body: bytes, start: int, begin: int, end: int) -> bytes:
    """The list at `start` with one zero in place of its elements up to the one from `begin` to `end`.

    White space stands for every other character of theirs, so that lines and columns stay those of the body.
    """
    if end == start:
        return _blank(body[:start].removeprefix(_BOM)) + body[start:]
    before = _blank(body[:start].removeprefix(_BOM)) + b"[" + _blank(body[start + 1 : begin])
    return before + b"0" + _blank(body[begin + 1 : end]) + body[end:]


def _line_and_column(body: Body, position: int) -> str:
    """In words; the column where it can be counted in one window."""
    number = line_of(body, position)
    line = body[body.rfind(b"\n", max(0, position - WINDOW_BYTES), position) + 1 : position]
    column = f", column {len(line.decode(errors='replace')) + 1}" if len(line) < WINDOW_BYTES else ""
    return f"line {number}{column}"


def _blank(text: bytes) -> bytes:
    return text.translate(_ALL_BUT_NEWLINES, delete=_UTF8_CONTINUATIONS)


def _read_ndjson(source: IO[bytes], limits: Limits, faults: Faults) -> Received:
    empty = True
    for number, line in enumerate(iter(lambda: source.readline(MAX_PIECE_BYTES + 1), b""), start=1):
        limits.effort.spend(1 + (len(line) >> 10))
        limits.check_piece(len(line), (Line(number),))
        if number > 2 * limits.max_students:  # a blank line after each student is common, more are none
            raise TooLarge(f"More than {2 * limits.max_students:,} lines in one body. Send the class in parts.")
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            empty = False
            place = (Line(number),)
            yield place, _student(text, place, 0, limits, faults)
    if empty:
        faults.add((), "it is empty; send one student (an object) a line")


def _student(piece: bytes, place: Place, depth: int, limits: Limits, faults: Faults) -> Student | None:
    if not _is_suspect(piece, limits):
        try:
            return decode_student(piece)
        except _NOT_FOR_THE_FAST_PATH:
            pass  # as above
    decoded, value = decode_untyped(piece, place, faults)
    return student_from(value, place, depth, faults) if decoded else None


def _is_suspect(piece: bytes, limits: Limits) -> bool:
    """Whether the fast path might accept too much here, or build more events than are ever accepted."""
    if b"\\" in piece and any(escape in piece for escape in _SUSPECT_ESCAPES):
        return True
    if (b"+" in piece and _FIRST_DAY in piece) or _LAST_DAY in piece:
        return True
    if any(_LONG_NUMBER.match(piece, position) for position in range(0, len(piece), _STRIDE)):
        return True
    most = limits.max_student_events
    return len(piece) > most * _SMALLEST_EVENT_BYTES and piece.count(b"{") > most + 1


_READERS: dict[MediaType, Callable[[IO[bytes], Limits, Faults], Received]] = {
    MediaType.JSON: _read_json,
    MediaType.NDJSON: _read_ndjson,
    MediaType.CSV: read_csv,
}
