"""JSON: one student (an object), a class (a list of students), or an envelope that has the exam's context too."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any, NamedTuple

import msgspec

from feedback.events.context_decoder import MEMBERS as CONTEXT_MEMBERS
from feedback.events.faults import Faults, TooLarge
from feedback.events.formats.piece import many_quickly, quickly, student_in, untyped
from feedback.events.json_any import affordable
from feedback.events.json_scanner import (
    WINDOW_BYTES,
    Body,
    MalformedError,
    after_space,
    elements,
    line_of,
    members_of_object,
)
from feedback.events.limits import LARGE_PIECE_BYTES, MAX_PIECE_BYTES, Limits
from feedback.events.model import Student
from feedback.events.reading import Received, StudentStream
from feedback.events.spool import content_of
from feedback.events.strict_decoder import inspect, student_from

_BOM = b"\xef\xbb\xbf"
_ALL_BUT_NEWLINES = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))
_UTF8_CONTINUATIONS = bytes(range(0x80, 0xC0))
# How much of a list is decoded at once, about: the call costs nothing beside it, and it is little to hold.
_RUN_BYTES = 1 << 16
# Of an envelope, read or not: where each of them stands is kept.
MAX_MEMBERS = 1_000
_BETWEEN_STUDENTS = re.compile(rb'\}[ \t\r\n]*(,)[ \t\r\n]*\{[ \t\r\n]*"(?:student_id|namespace|events)"')


class Extent(NamedTuple):
    """Where a list of students begins and ends in a body, and how many containers deep its students are."""

    start: int
    stop: int
    depth: int


class Members(dict[str, list[tuple[int, int]]]):
    """Where the values of an object's members begin and end; a name may come twice."""


def read_json(source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
    body = content_of(source)
    start = after_space(body, len(_BOM) if body[: len(_BOM)] == _BOM else 0, limits.effort)
    if start == len(body):
        faults.add((), "it is empty; send one student (an object) or a class (a list of students)")
    elif body[start : start + 1] == b"[":
        yield from _read_list(body, Extent(start, len(body), 1), limits, faults)
    else:
        yield from _read_object(body, start, limits, faults, stream)


def _read_object(body: Body, start: int, limits: Limits, faults: Faults, stream: StudentStream) -> Received:
    """A student, or an envelope: an object without `student_id` that has a list `students`."""
    small = len(body) <= LARGE_PIECE_BYTES
    if small and (student := quickly(body[start:], limits)) is not None:
        yield (), student
    elif members := _envelope(body, start, limits):
        yield from _read_envelope(body, members, limits, faults, stream)
    else:
        limits.check_log(len(body), ())
        with limits.decoding(len(body)):
            yield (), student_in(body[:start].removeprefix(_BOM) + body[start:], (), 0, limits, faults)


def _envelope(body: Body, start: int, limits: Limits) -> Members | None:
    """Where the values of an envelope's members begin and end, by name; None where the object is none.

    Raises TooLarge for an envelope of more than MAX_MEMBERS.
    """
    members, last, number = Members(), start, 0
    if body[start : start + 1] != b"{":
        return None
    try:
        for name, begin, end in members_of_object(body, start, limits.effort):
            if name == "student_id":
                return None
            last, number = end, number + 1
            if number <= MAX_MEMBERS:
                members.setdefault(name, []).append((begin, end))
            elif name == "students":
                members[name] = [(begin, end)]
    except (MalformedError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if "students" not in members or after_space(body, last + 1, limits.effort) < len(body):
        return None
    begin, _ = members["students"][-1]
    if body[begin : begin + 1] != b"[":
        return None
    if number > MAX_MEMBERS:
        raise TooLarge(
            f"More than {MAX_MEMBERS:,} members in one envelope. Leave out those that this service does not read."
        )
    return members


def _read_envelope(body: Body, members: Members, limits: Limits, faults: Faults, stream: StudentStream) -> Received:
    """The context first, so that it is known with the first student, whatever the order of the members."""
    context, others = dict[str, Any](), [(name, values) for name, values in members.items() if name != "students"]
    with ExitStack() as rooms:
        for name, begin, end in ((name, *extent) for name, values in others for extent in values):
            # The last one of a name counts; the others are looked at all the same.
            limits.check_piece(end - begin, (name,))
            decoded, value = rooms.enter_context(untyped(body[begin:end], (name,), limits, faults))
            if decoded and name in CONTEXT_MEMBERS:
                context[name] = value
            elif decoded:
                inspect(value, (name,), 1, faults)
        stream.take_context(context, (), faults, limits)
    context.clear()
    *more, (begin, end) = members["students"]
    if more:
        faults.add(("students",), "two members have this name; send one list")
    yield from _read_list(body, Extent(begin, end, 2), limits, faults)


def _read_list(body: Body, extent: Extent, limits: Limits, faults: Faults) -> Received:
    count, position = 0, extent.start
    for end, students in _runs(body, extent, limits):
        position = end
        yield from ((("students", index), student) for index, student in enumerate(students, start=count))
        count += len(students)
    if position == extent.stop:
        if not count:
            faults.add(("students",), "the list is empty; send at least one student")
        return
    yield from _read_elements(body, extent, position, count, limits, faults)


def _runs(body: Body, extent: Extent, limits: Limits) -> Iterator[tuple[int, list[Student]]]:
    """The students of a list, many at once, until the fast path refuses some; and where that is.

    That is the position of a comma, or the end of the list. A run is cut where the text looks like two
    students meeting. Looks cannot deceive: with brackets around it, it is JSON only if it ends there indeed.
    """
    start = extent.start
    while start < extent.stop:
        limits.effort.look()
        until = start + 4 * _RUN_BYTES
        meeting = _BETWEEN_STUDENTS.search(body, start + _RUN_BYTES, min(until, extent.stop))
        comma = meeting.start(1) if meeting else extent.stop
        if comma > until:
            return
        run = b"".join((b"[", memoryview(body)[start + 1 : comma], b"]" if meeting else b""))
        students = many_quickly(run, limits)
        if students is None:
            return  # the careful path says what is wrong, or drops the unknown fields and accepts
        yield comma, students
        start = comma


def _read_elements(body: Body, extent: Extent, position: int, count: int, limits: Limits, faults: Faults) -> Received:
    """The students after the first `count` of a list; `position` is that of the comma before them."""
    begin, end = max(position - 1, extent.start), position
    try:
        for begin, end in elements(body, position, limits.effort, extent.stop):
            place = ("students", count)
            count += 1
            limits.check_log(end - begin, place)
            with limits.decoding(end - begin):
                yield place, student_in(body[begin:end], place, extent.depth, limits, faults)
    except MalformedError as fault:
        with limits.decoding(min(len(body), MAX_PIECE_BYTES)):
            if len(body) <= MAX_PIECE_BYTES and affordable(text := body[:]):
                yield from _read_rest(_with_elements_blank(text, extent.start, begin, end), count, limits, faults)
            else:
                faults.add((), f"not JSON: {fault.reason} at {_line_and_column(body, fault.position)}")
    else:
        if not count:
            faults.add(("students",), "the list is empty; send at least one student")


def _read_rest(text: bytes, count: int, limits: Limits, faults: Faults) -> Received:
    """What follows the last of `count` whole elements, by a parser that knows better what is wrong and where."""
    with untyped(text, (), limits, faults) as (decoded, values):
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
