"""JSON as it came, unknown fields and all, for the careful path: with what is refused anywhere still in sight."""

import json
from collections.abc import Callable
from typing import Any

from feedback.events.faults import Faults, Line, Place, TooLarge, describe

MAX_DEPTH = 64
# The longest number CPython turns into text by default (sys.int_info.default_max_str_digits).
MAX_DIGITS = 4300
# What the Python objects of one piece may take; a body of small things takes 27 times its own size.
MEMORY_BYTES = 256 << 20
_ALWAYS_AFFORDABLE = MEMORY_BYTES // 32


class Refused:
    """Stands in a decoded document for a number that may not be there."""

    def __init__(self, why: str) -> None:
        self.why = why


class Repeating(dict[str, Any]):
    """An object that names a member twice: the last value counts, the others must be inspected all the same."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _number(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if len(text) > MAX_DIGITS and sum(map(str.isdigit, text)) > MAX_DIGITS:
            return Refused(
                f"a number of more than {MAX_DIGITS:,} digits is not accepted; shorten it or send it as text"
            )
        return convert(text)

    return read


def _constant(text: str) -> Refused:
    return Refused(f"{text} is not JSON; use null where there is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Repeating(pairs)


_json = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number(int), parse_float=_number(float), parse_constant=_constant
)


def decode_untyped(data: bytes, place: Place, faults: Faults) -> tuple[bool, Any]:
    """(True, the document) or, with the fault recorded at `place`, (False, None).

    Raises TooLarge where the document's objects would not fit in `MEMORY_BYTES`.
    """
    if not affordable(data):
        raise too_much(place)
    try:
        return True, _json.decode(data.decode())
    except UnicodeDecodeError as fault:
        faults.add(place, f"not UTF-8: byte {fault.start} does not belong there; encode the body as UTF-8")
    except json.JSONDecodeError as fault:
        msg, line_number, column = _fault(fault)
        line = "" if place and isinstance(place[0], Line) else f"line {line_number}, "
        faults.add(place, f"not JSON: {msg} at {line}column {column}")
    except RecursionError:
        faults.add(place, f"nested deeper than {MAX_DEPTH} levels; flatten it")
    return False, None


def _fault(fault: json.JSONDecodeError) -> tuple[str, int, int]:
    """What is wrong, its line and column: the same with every Python; from 3.13 on a comma too many is named itself."""
    if not fault.msg.startswith("Illegal trailing comma"):
        return fault.msg, fault.lineno, fault.colno
    rest = fault.doc[fault.pos + 1 :]
    at = len(fault.doc) - len(rest.lstrip(" \t\r\n"))
    said = "Expecting property name enclosed in double quotes" if "object" in fault.msg else "Expecting value"
    return said, fault.doc.count("\n", 0, at) + 1, at - fault.doc.rfind("\n", 0, at)


def too_much(place: Place) -> TooLarge:
    """The refusal of a piece that is not `affordable`."""
    where = describe(place)
    why = "leave out the fields that this service does not read, or send fewer events"
    return TooLarge(f"Too much to examine in one piece ({where}): {why}.", {where: [why]})


def affordable(data: bytes) -> bool:
    """Whether the Python objects of a JSON text fit in `MEMORY_BYTES`."""
    return len(data) <= _ALWAYS_AFFORDABLE or memory_of(data) <= MEMORY_BYTES


def memory_of(data: bytes) -> int:
    """The bytes that the Python objects of a JSON text take, judged (from above) by its punctuation."""
    text = len(data) * (2 if data.isascii() else 9)
    containers = 200 * data.count(b"{") + 104 * data.count(b"[")
    members = 40 * data.count(b",") + 80 * data.count(b":") + 32 * data.count(b'"')
    return text + containers + members
