"""One student's JSON text: decoded by the fast path, or by the careful one that names what is wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from feedback.events.faults import Faults, Place
from feedback.events.json_any import MAX_DIGITS, MEMORY_BYTES, decode_untyped, memory_of
from feedback.events.limits import LARGE_PIECE_BYTES, Limits
from feedback.events.model import Student, decode_student, decode_students
from feedback.events.settling import settled_students
from feedback.events.strict_decoder import student_from

_NOT_FOR_THE_FAST_PATH = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SMALLEST_EVENT_BYTES = len(b'{"unit":1},')
# What the decoder lets through although it is refused: an escaped NUL. Times it also lets through: `settling.py`.
_SUSPECT_ESCAPE = b"\\u0000"
# A number of too many digits covers half of that many bytes from some multiple of that half on.
_STRIDE = MAX_DIGITS // 2
_LONG_NUMBER = re.compile(rb"[-+.0-9eE]{%d}" % _STRIDE)


def student_in(piece: bytes, place: Place, depth: int, limits: Limits, faults: Faults) -> Student | None:
    if (student := quickly(piece, limits)) is not None:
        return student
    with untyped(piece, place, limits, faults) as (decoded, value):
        return student_from(value, place, depth, faults) if decoded else None


@contextmanager
def untyped(text: bytes, place: Place, limits: Limits, faults: Faults) -> Iterator[tuple[bool, Any]]:
    """What `decode_untyped` gives, in a context in which there is room for the objects of a large text."""
    if len(text) <= LARGE_PIECE_BYTES:
        yield decode_untyped(text, place, faults)
        return
    limits.effort.begin_long()
    with limits.room(min(memory_of(text), MEMORY_BYTES)):  # more is refused before it is decoded
        yield decode_untyped(text, place, faults)


def quickly(piece: bytes, limits: Limits) -> Student | None:
    """The student of a text that the fast path takes; None where only the careful one can tell."""
    if _is_suspect(piece, limits):
        return None
    try:
        settled = settled_students([decode_student(piece)])
    except _NOT_FOR_THE_FAST_PATH:
        return None
    return settled[0] if settled else None


def many_quickly(run: bytes, limits: Limits) -> list[Student] | None:
    """The same for the text of a list of students."""
    if _is_suspect(run, limits):
        return None
    try:
        return settled_students(decode_students(run))
    except _NOT_FOR_THE_FAST_PATH:
        return None


def _is_suspect(piece: bytes, limits: Limits) -> bool:
    """Whether the fast path might accept too much here, or build more events than are ever accepted."""
    if b"\\" in piece and _SUSPECT_ESCAPE in piece:
        return True
    if any(_LONG_NUMBER.match(piece, position) for position in range(0, len(piece), _STRIDE)):
        return True
    most = limits.max_student_events
    return len(piece) > most * _SMALLEST_EVENT_BYTES and piece.count(b"{") > most + 1
