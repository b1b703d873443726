"""Logs that are one JSON object a line, as the types of a source: unread members cost no memory."""

from collections.abc import Iterator
from typing import IO, Any, TypeVar

import msgspec

from feedback.events.faults import Faults, Line, Place
from feedback.events.formats.gathering import Gathering
from feedback.events.json_any import affordable, too_much

Entry = TypeVar("Entry")
_BOM = b"\xef\xbb\xbf"
# A line with the whole state of a problem is some hundred kB long.
LINE_BYTES = 16 << 20
# Of one entry, read or not. The smallest that is read takes 3 bytes of text and 60 of memory; a line of LINE_BYTES that
# names every submission of a contest has half as many.
MAX_ENTRY_OBJECTS = 250_000
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


def entries(
    source: IO[bytes], decoder: "msgspec.json.Decoder[Entry]", gathering: Gathering
) -> Iterator[tuple[Line, Entry]]:
    """(its line, the decoded object) of each line that is not blank.

    A last line without an end that is no whole object was cut while it was copied: left out and counted. Any other
    line that cannot be decoded is a fault. Raises TooLarge for one that would take too much memory.
    """
    limits, faults = gathering.limits, gathering.faults
    for number, line in enumerate(iter(lambda: source.readline(LINE_BYTES), b""), start=1):
        faults.spend(4 + (len(line) >> 8))
        limits.check_rows(number)
        text = line.removeprefix(_BOM) if number == 1 else line
        if len(line) == LINE_BYTES:
            faults.add((Line(number),), f"longer than {LINE_BYTES:,} bytes; end each entry with a new line")
            return
        if not text.strip():
            continue
        check_entry(text, (Line(number),))
        try:
            with limits.decoding(len(text)):
                yield Line(number), decoder.decode(text)
        except UNREADABLE as fault:
            if not line.endswith(b"\n") and number > 1 and not isinstance(fault, msgspec.ValidationError):
                gathering.leave_out("last lines that were cut off")
            else:
                faults.add((Line(number),), f"no entry of this log: {in_words(fault)}")


def check_entry(text: bytes, place: Place) -> None:
    """Before its text is decoded, in one call that holds the interpreter. Raises TooLarge."""
    many = len(text) > MAX_ENTRY_OBJECTS and text.count(b"{") > MAX_ENTRY_OBJECTS
    if many or not affordable(text):
        raise too_much(place)


def part(raw: msgspec.Raw, decoder: "msgspec.json.Decoder[Entry]", line: Line, faults: Faults) -> Entry | None:
    """A part of an entry, in the type that it has in this kind of entry; None with the fault recorded."""
    try:
        return decoder.decode(raw)
    except UNREADABLE as fault:
        faults.add((line,), f"no entry of this log: {in_words(fault)}")
        return None


def in_words(fault: Exception) -> str:
    return "nested too deeply" if isinstance(fault, RecursionError) else str(fault)[:200]


def quietly(text: bytes | str, decoder: "msgspec.json.Decoder[Any]") -> Any:
    """What `text` decodes to; None where it does not."""
    try:
        return decoder.decode(text)
    except UNREADABLE:
        return None
