"""On which line of a JSON text a place stands: what a person looks for when they open the file to mend it."""

import re
from collections.abc import Iterable

import msgspec

from feedback.events.json_scanner import (
    MalformedError,
    after_space,
    elements,
    end_of_value,
)

_PLACE = re.compile(r"(?:students\[(?P<student>\d+)\])?\.?(?:events\[(?P<event>\d+)\])?\.?(?P<member>\w+)?")


def lines_of(body: bytes, places: Iterable[str]) -> dict[str, int]:
    """The lines, from 1, of places as `faults.describe` names them; a missing member is where its object begins.

    A place that cannot be found (or a body that is no JSON, where the fault itself says the line) is left out.
    """
    found = {}
    for place in places:
        try:
            position = _position(body, place)
        except (MalformedError, msgspec.DecodeError, IndexError):
            continue
        if position is not None:
            found[place] = body.count(b"\n", 0, position) + 1
    return found


def _position(body: bytes, place: str) -> int | None:
    steps = _PLACE.fullmatch(place)
    if not place or steps is None:
        return None
    position = after_space(body, 3 if body.startswith(b"\xef\xbb\xbf") else 0)
    if steps["student"] is not None:
        position = _element(body, position, int(steps["student"]))
    if steps["event"] is not None:
        events = _member(body, position, "events")
        position = position if events is None else _element(body, events, int(steps["event"]))
    member = _member(body, position, steps["member"]) if steps["member"] else None
    return position if member is None else member


def _element(body: bytes, start: int, index: int) -> int:
    """Where the element of the list at `start` begins. Raises IndexError."""
    for number, (begin, _) in enumerate(elements(body, start)):
        if number == index:
            return begin
    raise IndexError(index)


def _member(body: bytes, start: int, name: str) -> int | None:
    """Where the last value of a member of the object at `start` begins; None where it has no such member."""
    found, end = None, start
    while body[end : end + 1] in (b"{", b","):
        key = after_space(body, end + 1)
        if body[key : key + 1] != b'"':
            break
        colon = end_of_value(body, key)
        value = after_space(body, colon + 1)
        if msgspec.json.decode(body[key:colon]) == name:
            found = value
        end = end_of_value(body, value)
    return found
