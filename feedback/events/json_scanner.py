"""Where the elements of a JSON list begin and end, found without building any of them."""

import re
from collections.abc import Iterator

import msgspec

_SPACE = re.compile(rb"[ \t\r\n]*")
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


def elements(body: bytes, start: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of each element of the list whose `[` is at `start`, in constant memory.

    Raises MalformedError where the list is not JSON or something follows it. Strings in it are not checked
    to be UTF-8.
    """
    end = after_space(body, start + 1)
    if body[end : end + 1] != b"]":
        end = start
        while end == start or body[end] == _COMMA:
            begin = after_space(body, end + 1)
            end = end_of_value(body, begin)
            yield begin, end
        if body[end] != _CLOSE:
            raise MalformedError("expected ',' or ']'", end)
    rest = after_space(body, end + 1)
    if rest < len(body):
        raise MalformedError("something follows the end of the list", rest)


def after_space(body: bytes, position: int) -> int:
    found = _SPACE.match(body, position)
    return found.end() if found else position


def end_of_value(body: bytes, begin: int) -> int:
    """Where the first byte stands that follows the value at `begin` and is not white space."""
    try:
        _any_value.decode(memoryview(body)[begin:])
    except msgspec.DecodeError as fault:
        words = str(fault)
        if followed := _FOLLOWED.search(words):
            return begin + int(followed[1]) - 1
        at = _BYTE.search(words)
        position = begin + int(at[1]) if at else len(body)
        raise MalformedError(_BYTE.sub("", words).removeprefix("JSON is malformed: "), position) from None
    except RecursionError:
        raise MalformedError("nested too deep", begin) from None
    raise MalformedError("the list is not closed", len(body))
