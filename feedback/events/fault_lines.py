"""On which line of a JSON text a place stands: what a person looks for when they open the file to mend it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import TooLarge
from feedback.events.json_scanner import (
    Body,
    MalformedError,
    after_space,
    line_of,
    members_of_list,
    members_of_object,
)

_PLACE = re.compile(r"(?:students\[(?P<student>\d+)\])?\.?(?:events\[(?P<event>\d+)\])?\.?(?P<member>\w+)?")
# Of the exam's context: a member of an object, or of one of the questions.
_CONTEXT_PLACE = re.compile(r"(?P<part>exam|questions|report)(?:\[(?P<index>\d+)\])?(?:\.(?P<member>\w+))?(?:[.\[].*)?")
_BOM = b"\xef\xbb\xbf"
# What is found late is of no use: the fault itself is known by then, and its place in words.
_SECONDS = 1.0


class _Wanted(NamedTuple):
    """A place, taken apart."""

    place: str
    student: int | None
    event: int | None
    member: str | None


class _InContext(NamedTuple):
    """A place in the exam's context, taken apart; below a member, the member is near enough."""

    place: str
    part: str
    question: int | None
    member: str | None


def lines_of(body: Body, places: Iterable[str], effort: Effort | None = None) -> dict[str, int]:
    """The lines, from 1, of places as `faults.describe` names them; a missing member is where its object begins.

    The body is read once, however many places are asked for. A place that cannot be found (or a body that is no
    JSON, where the fault itself says the line, or one that takes more than a second) is left out.
    """
    effort = effort or Effort(_SECONDS)
    found: dict[str, int] = {}
    try:
        places = list(places)
        for place, position in _positions(body, list(_wanted(places)), effort):
            found.setdefault(place, position)
        for place, position in _positions_in_context(body, list(_in_context(places)), effort):
            found.setdefault(place, position)
    except (MalformedError, msgspec.DecodeError, IndexError, TooLarge):
        pass  # what was found until then is right
    return _as_lines(body, found)


def _wanted(places: Iterable[str]) -> Iterator[_Wanted]:
    for place in places:
        if place and (steps := _PLACE.fullmatch(place)):
            student, event = (int(text) if text else None for text in steps.group("student", "event"))
            yield _Wanted(place, student, event, steps["member"])


def _in_context(places: Iterable[str]) -> Iterator[_InContext]:
    for place in places:
        if steps := _CONTEXT_PLACE.fullmatch(place):
            yield _InContext(place, steps["part"], int(steps["index"]) if steps["index"] else None, steps["member"])


def _positions_in_context(body: Body, wanted: list[_InContext], effort: Effort) -> Iterator[tuple[str, int]]:
    parts = _members(body, _top(body, effort), {one.part for one in wanted}, effort)
    questions = dict[int, int]()
    if indexes := [one.question for one in wanted if one.question is not None]:
        questions = dict(_elements(body, parts.get("questions", 0), max(indexes), effort))
    for one in wanted:
        if one.part in parts:
            begin = parts[one.part] if one.question is None else questions.get(one.question, parts[one.part])
            names = {one.member} if one.member else set[str]()
            yield one.place, _members(body, begin, names, effort).get(one.member or "", begin)


def _top(body: Body, effort: Effort) -> int:
    return after_space(body, len(_BOM) if body[: len(_BOM)] == _BOM else 0, effort)


def _positions(body: Body, wanted: list[_Wanted], effort: Effort) -> Iterator[tuple[str, int]]:
    top = _top(body, effort)
    yield from _in_object(body, top, [one for one in wanted if one.student is None], effort)
    by_student = _by_index((one.student, one) for one in wanted)
    if by_student:
        top = _members(body, top, {"students"}, effort).get("students", top)  # of an envelope
        for index, begin in _elements(body, top, max(by_student), effort):
            yield from _in_object(body, begin, by_student.get(index, []), effort)


def _in_object(body: Body, begin: int, wanted: list[_Wanted], effort: Effort) -> Iterator[tuple[str, int]]:
    """The places within the student at `begin`: itself, its members, its events and theirs."""
    if not wanted:
        return
    names = {one.member for one in wanted if one.event is None and one.member}
    by_event = _by_index((one.event, one) for one in wanted)
    members = _members(body, begin, names | ({"events"} if by_event else set()), effort)
    for one in wanted:
        if one.event is None:
            yield one.place, members.get(one.member or "", begin)
        elif "events" not in members:
            yield one.place, begin
    if by_event and "events" in members:
        for index, event in _elements(body, members["events"], max(by_event), effort):
            asked = by_event.get(index, [])
            inside = _members(body, event, {one.member for one in asked if one.member}, effort)
            yield from ((one.place, inside.get(one.member or "", event)) for one in asked)


def _by_index(pairs: Iterable[tuple[int | None, _Wanted]]) -> dict[int, list[_Wanted]]:
    found = defaultdict(list)
    for index, one in pairs:
        if index is not None:
            found[index].append(one)
    return found


def _elements(body: Body, start: int, last: int, effort: Effort) -> Iterator[tuple[int, int]]:
    """(index, where it begins) of the elements of the list at `start`, up to the one of index `last`."""
    if body[start : start + 1] != b"[":
        return
    for index, (begin, _) in enumerate(members_of_list(body, start, effort)):
        yield index, begin
        if index == last:
            return


def _members(body: Body, start: int, names: set[str], effort: Effort) -> dict[str, int]:
    """Where the last values of these members of the object at `start` begin; a member it has not is left out."""
    members = members_of_object(body, start, effort) if names and body[start : start + 1] == b"{" else ()
    return {name: begin for name, begin, _ in members if name in names}


def _as_lines(body: Body, positions: dict[str, int]) -> dict[str, int]:
    """The lines of positions, counted from each to the next."""
    lines, line, last = dict[str, int](), 1, 0
    for place, position in sorted(positions.items(), key=lambda item: item[1]):
        line += line_of(body, position, begin=last) - 1
        lines[place], last = line, position
    return lines
