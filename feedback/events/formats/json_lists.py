"""Logs that are a JSON list of objects: bare, in a member of an answer (several may follow each other), or as lines."""

import functools
from collections.abc import Iterator
from typing import IO

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import Faults, Place
from feedback.events.formats.gathering import Gathering
from feedback.events.formats.json_lines import LINE_BYTES, UNREADABLE, Entry, check_entry, entries, in_words, quietly
from feedback.events.json_scanner import (
    Body,
    MalformedError,
    after_space,
    elements,
    line_of,
    members_of_list,
    members_of_object,
)
from feedback.events.spool import content_of

_BOM = b"\xef\xbb\xbf"


def listed(
    source: IO[bytes], name: str, decoder: "msgspec.json.Decoder[Entry]", gathering: Gathering
) -> Iterator[tuple[Place, Entry]]:
    """(its place, the decoded object) of each object of a rewound log, in bounded memory.

    The log is a list, an answer whose member `name` is the list (or several answers after each other), one object, or
    an object a line. What cannot be decoded is a fault of its place. Raises TooLarge for an object that would take too
    much memory.
    """
    effort, faults = gathering.limits.effort, gathering.faults
    body = content_of(source)
    start = after_space(body, len(_BOM) if body[: len(_BOM)] == _BOM else 0, effort)
    if _is_lines(body, start, name):
        source.seek(0)
        yield from (((line,), entry) for line, entry in entries(source, decoder, gathering))
        return
    try:
        for number, (begin, end) in enumerate(_extents(body, start, name, effort)):
            gathering.limits.check_rows(number + 1)
            place = (name, number)
            gathering.limits.check_piece(end - begin, place)
            with gathering.limits.decoding(end - begin):
                if (entry := _decoded(body[begin:end], decoder, place, faults)) is not None:
                    yield place, entry
    except MalformedError as fault:
        faults.add((), f"not JSON of this log: {fault.reason} (line {line_of(body, fault.position)})")
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        faults.add((), f"not JSON of this log: {in_words(fault)}")


def _is_lines(body: Body, start: int, name: str) -> bool:
    """Whether the first line is an object by itself, and no answer that holds a list."""
    end = body.find(b"\n", start, start + LINE_BYTES)
    first = body[start : end if end >= 0 else min(len(body), start + LINE_BYTES)]
    found = quietly(first, _with_list(name)) if first.startswith(b"{") else None
    return found is not None and not found.listed


@functools.cache
def _with_list(name: str) -> "msgspec.json.Decoder[msgspec.Struct]":
    """Decodes an object to its member `name` alone (`listed`, empty where there is none)."""
    listed_ = ("listed", msgspec.Raw, msgspec.Raw(b""))
    return msgspec.json.Decoder(msgspec.defstruct("WithList", [listed_], rename={"listed": name}))


def _extents(body: Body, start: int, name: str, effort: Effort) -> Iterator[tuple[int, int]]:
    """(begin, end) of each object. Raises MalformedError."""
    if body[start : start + 1] == b"[":
        yield from elements(body, start, effort)
        return
    while start < len(body):
        if body[start : start + 1] != b"{":
            raise MalformedError("expected an object or a list of them", start)
        end, found = start, None
        for member, begin, after in members_of_object(body, start, effort, name):
            end, found = after, begin if member == name else found
        if found is None:
            yield start, end + 1
        elif body[found : found + 1] != b"[":
            raise MalformedError(f"`{name}` is no list", found)
        else:
            yield from members_of_list(body, found, effort)
        start = after_space(body, end + 1, effort)


def _decoded(text: bytes, decoder: "msgspec.json.Decoder[Entry]", place: Place, faults: Faults) -> Entry | None:
    check_entry(text, place)
    try:
        return decoder.decode(text)
    except UNREADABLE as fault:
        faults.add(place, f"no entry of this log: {in_words(fault)}")
        return None
