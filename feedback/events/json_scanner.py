"""Where the elements of a JSON list begin and end, found without building any of them."""

import mmap
import re
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import TooLarge
from feedback.events.limits import MAX_PIECE_BYTES

Body: TypeAlias = bytes | mmap.mmap

_SPACE = re.compile(rb"[ \t\r\n]*")
# How far a pattern searches in one call, which holds the interpreter: about a millisecond.
WINDOW_BYTES = 1 << 20
_FREE = Effort()
_COMMA, _CLOSE = b",]"
_any_value = msgspec.json.Decoder(msgspec.Raw)
# The decoder has no other way to say where a value ends than its complaint about what follows it. The
# words are pinned by the lock file and by a test; the alternative, one call that splits the whole list,
# takes tens of times the body's memory for a list of a hundred million small things.
_FOLLOWED = re.compile(r"trailing characters \(byte (\d+)\)")
_BYTE = re.compile(r" \(byte (\d+)\)")


class MalformedError(Exception):
    """Not JSON: `reason`, found at byte `position`."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason, self.position = reason, position


def elements(body: Body, start: int, effort: Effort = _FREE, stop: int | None = None) -> Iterator[tuple[int, int]]:
    """(begin, end) of each element of the list whose `[` is at `start` and which ends at `stop`, in constant memory.

    `stop` is the body's end unless given. Raises MalformedError where the list is not JSON or something follows it,
    TooLarge where that takes more than `effort` allows. Strings in it are not checked to be UTF-8.
    """
    end = start
    for begin, end in members_of_list(body, start, effort):
        yield begin, end
    if end == start:
        end = after_space(body, start + 1, effort)
    if body[end : end + 1] != b"]":
        raise MalformedError("expected ',' or ']'", end)
    rest = after_space(body, end + 1, effort)
    if rest < (len(body) if stop is None else stop):
        raise MalformedError("something follows the end of the list", rest)


def members_of_list(body: Body, start: int, effort: Effort = _FREE) -> Iterator[tuple[int, int]]:
    """The same, whatever follows the last element."""
    end = after_space(body, start + 1, effort)
    if body[end : end + 1] == b"]":
        return
    end = start
    while end == start or body[end] == _COMMA:
        effort.spend()
        begin = after_space(body, end + 1, effort)
        end = end_of_value(body, begin, effort)
        yield begin, end


def members_of_object(
    body: Body, start: int, effort: Effort = _FREE, long_list: str = "students"
) -> Iterator[tuple[str, int, int]]:
    """(name, begin, end) of each member's value in the object whose `{` is at `start`, in constant memory.

    `end` is where the comma or the brace stands that follows. Raises MalformedError where the object is not JSON,
    msgspec.DecodeError where a name is not, TooLarge for a value (but a list `long_list`) beyond MAX_PIECE_BYTES;
    what follows the end is not looked at.
    """
    end = after_space(body, start + 1, effort)
    if body[end : end + 1] == b"}":
        return
    end = start
    while end == start or body[end] == _COMMA:
        effort.spend(4)
        key = after_space(body, end + 1, effort)
        if body[key : key + 1] != b'"':
            raise MalformedError("expected a name in quotes", key)
        colon = end_of_value(body, key, effort)
        if body[colon : colon + 1] != b":":
            raise MalformedError("expected ':'", colon)
        begin = after_space(body, colon + 1, effort)
        name = msgspec.json.decode(body[key:colon], type=str)
        large = name == long_list and begin + MAX_PIECE_BYTES < len(body) and body[begin : begin + 1] == b"["
        end = (_end_of_list if large else end_of_value)(body, begin, effort)
        yield name, begin, end
    if body[end : end + 1] != b"}":
        raise MalformedError("expected ',' or '}'", end)


def _end_of_list(body: Body, start: int, effort: Effort) -> int:
    """As `end_of_value`, for a list of any size."""
    end = after_space(body, start + 1, effort)
    for _, after in members_of_list(body, start, effort):
        end = after
    if body[end : end + 1] != b"]":
        raise MalformedError("expected ',' or ']'", end)
    return after_space(body, end + 1, effort)


def after_space(body: Body, position: int, effort: Effort = _FREE) -> int:
    """Where the white space ends that begins at `position`."""
    while True:
        found = _SPACE.match(body, position, position + WINDOW_BYTES)
        end = found.end() if found else position
        if end - position < WINDOW_BYTES:
            return end
        position = end
        effort.look()


def line_of(body: Body, position: int, begin: int = 0) -> int:
    """The number of the line on which a position stands, where the one on which `begin` stands is 1."""
    windows = range(begin, position, WINDOW_BYTES)
    return 1 + sum(body[at : min(at + WINDOW_BYTES, position)].count(b"\n") for at in windows)


def end_of_value(body: Body, begin: int, effort: Effort = _FREE) -> int:
    """Where the first byte stands that follows the value at `begin` and is not white space. Raises TooLarge."""
    cut = begin + MAX_PIECE_BYTES < len(body)
    with memoryview(body) as whole, whole[begin : begin + MAX_PIECE_BYTES] as view:
        end = _end_in(view, begin, cut)
    end = after_space(body, end, effort) if cut else end
    if end == len(body):
        raise MalformedError("the list is not closed", end)
    return end


def _end_in(view: memoryview, begin: int, cut: bool) -> int:
    """The same for a view of the body from `begin` on; where it was `cut`, perhaps amid white space."""
    try:
        _any_value.decode(view)
    except msgspec.DecodeError as fault:
        words = str(fault)
        if followed := _FOLLOWED.search(words):
            return begin + int(followed[1]) - 1
        if cut and "truncated" in words:
            raise _too_long() from None
        at = _BYTE.search(words)
        position = begin + (int(at[1]) if at else len(view))
        raise MalformedError(_BYTE.sub("", words).removeprefix("JSON is malformed: "), position) from None
    except RecursionError:
        raise MalformedError("nested too deep", begin) from None
    return begin + len(view)  # white space follows, as far as can be seen


def _too_long() -> TooLarge:
    return TooLarge(
        f"One value in the body is larger than {MAX_PIECE_BYTES:,} bytes. "
        "Leave out the fields that this service does not read."
    )
