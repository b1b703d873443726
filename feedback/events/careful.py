"""The careful path: taken only when the fast one refuses a piece, to name every fault by its place.

It also inspects what the fast path never lets through, the fields we ignore: a NUL, a lone surrogate,
an endless number or a deep nest is refused wherever it hides.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from feedback.events.faults import Faults
from feedback.events.model import Event, Student

MAX_DEPTH = 64
# The longest number CPython turns into text by default (sys.int_info.default_max_str_digits).
MAX_DIGITS = 4300
_PLACE_CHARACTERS = 80
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE_AND_TIME = re.compile(r"\S{8,10}[T ]\S{2,}", re.IGNORECASE)
_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}

_EVENT_FIELDS = {field.name: field for field in msgspec.structs.fields(Event)}
_STUDENT_FIELDS = {field.name: field for field in msgspec.structs.fields(Student)}
EXPECTED = {
    "student_id": "expected a string of 1 to 200 characters",
    "namespace": "expected a string of at most 200 characters, or null",
    "events": "expected a list of events (it may be empty)",
    "unit": "expected a string of 1 to 200 characters, or a number",
    "type": "expected a string of at most 200 characters, or null",
    "created_time": "expected a date and time in ISO 8601, such as 2024-07-21T03:04:55Z, or null",
    "score": "expected a number from 0 to 1, or null",
}


class _Refused:
    """Stands in a decoded document for a number that may not be there."""

    def __init__(self, why: str) -> None:
        self.why = why


def _number(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if sum(map(str.isdigit, text)) > MAX_DIGITS:
            return _Refused(f"a number of more than {MAX_DIGITS:,} digits is not accepted; shorten it or send it as text")
        return convert(text)

    return read


def _constant(text: str) -> _Refused:
    return _Refused(f"{text} is not JSON; use null where there is no number")


_json = json.JSONDecoder(parse_int=_number(int), parse_float=_number(float), parse_constant=_constant)


def decode_untyped(data: bytes, place: str, faults: Faults) -> tuple[bool, Any]:
    """(True, the document) or, with the fault recorded at `place`, (False, None)."""
    try:
        return True, _json.decode(data.decode())
    except UnicodeDecodeError as fault:
        faults.add(place, f"not UTF-8: byte {fault.start} does not belong there; encode the body as UTF-8")
    except json.JSONDecodeError as fault:
        faults.add(place, f"not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}")
    except RecursionError:
        faults.add(place, f"nested deeper than {MAX_DEPTH} levels; flatten it")
    return False, None


def student_from(value: Any, place: str, depth: int, faults: Faults) -> Student | None:
    """A student from an untyped value `depth` containers deep, or None with every fault recorded."""
    before = faults.count
    if not isinstance(value, dict):
        _inspect(value, place or "body", depth, faults)
        faults.add(place or "body", f"expected a student (an object), got {_kind(value)}")
        return None
    for name in value.keys() - _STUDENT_FIELDS.keys():
        _inspect_member(value, name, place, depth + 1, faults)
    student_id = _field(value, "student_id", _STUDENT_FIELDS, place, depth, faults)
    namespace = _field(value, "namespace", _STUDENT_FIELDS, place, depth, faults)
    events = _events(value, place, depth, faults)
    return Student(student_id, events, namespace) if faults.count == before else None


def _events(student: dict[str, Any], place: str, depth: int, faults: Faults) -> list[Event]:
    here = join(place, "events")
    values = student.get("events")
    if not isinstance(values, list):
        found = f"got {_kind(values)}" if "events" in student else "it is missing"
        _inspect(values, here, depth + 1, faults)
        faults.add(here, f"{EXPECTED['events']}; {found}")
        return []
    return [
        event
        for index, value in enumerate(values)
        if (event := _event(value, f"{here}[{index}]", depth + 2, faults)) is not None
    ]


def _event(value: Any, place: str, depth: int, faults: Faults) -> Event | None:
    before = faults.count
    if not isinstance(value, dict):
        _inspect(value, place, depth, faults)
        faults.add(place, f"expected an event (an object), got {_kind(value)}")
        return None
    for name in value.keys() - _EVENT_FIELDS.keys():
        _inspect_member(value, name, place, depth + 1, faults)
    fields = {name: _field(value, name, _EVENT_FIELDS, place, depth, faults) for name in _EVENT_FIELDS}
    return Event(**fields) if faults.count == before else None


def _field(owner: dict[str, Any], name: str, fields: dict[str, Any], place: str, depth: int, faults: Faults) -> Any:
    here, value, field = join(place, name), owner.get(name), fields[name]
    if name not in owner:
        if field.required:
            faults.add(here, f"{EXPECTED[name]}; it is missing")
        return None
    before = faults.count
    _inspect(value, here, depth + 1, faults)
    if faults.count > before:
        return None
    try:
        return _convert(value, field.type)
    except (msgspec.ValidationError, ValueError, OverflowError):
        faults.add(here, f"{EXPECTED[name]}; got {_shown(value)}")
        return None


def _convert(value: Any, wanted: Any) -> Any:
    """The value as the model's type; times also in the forms of ISO 8601 that RFC 3339 leaves out."""
    try:
        converted = msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        if wanted is not _EVENT_FIELDS["created_time"].type or not isinstance(value, str):
            raise
        if not _DATE_AND_TIME.fullmatch(value):
            raise
        converted = datetime.fromisoformat(value)
    if isinstance(converted, datetime) and converted.tzinfo is not None:
        converted.astimezone(UTC)  # OverflowError outside the years 1 to 9999
    if isinstance(converted, float) and converted in (float("inf"), float("-inf")):
        raise ValueError("out of range")
    return converted


def _inspect(value: Any, place: str, depth: int, faults: Faults) -> None:
    """Record what is refused anywhere, in `value` and all below it; `depth` counts the containers around it."""
    if isinstance(value, str):
        if "\0" in value:
            faults.add(place, "a NUL character (U+0000) is not accepted; remove it")
        if _SURROGATE.search(value):
            faults.add(place, "half of a surrogate pair stands alone; send the whole character or remove it")
    elif isinstance(value, _Refused):
        faults.add(place, value.why)
    elif isinstance(value, dict | list):
        if depth >= MAX_DEPTH:
            faults.add(place, f"nested deeper than {MAX_DEPTH} levels; flatten it")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                _inspect(item, f"{place}[{index}]", depth + 1, faults)
        else:
            for name in value:
                _inspect_member(value, name, place, depth + 1, faults)


def _inspect_member(owner: dict[str, Any], name: str, place: str, depth: int, faults: Faults) -> None:
    here = join(place, name)
    _inspect(name, here, depth, faults)
    _inspect(owner[name], here, depth, faults)


def join(place: str, name: str) -> str:
    """`place.name`, with a name of any content kept printable and short."""
    shown = name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    if len(shown) > _PLACE_CHARACTERS:
        shown = shown[: _PLACE_CHARACTERS - 1] + "…"
    if not place:
        return shown
    return f"{place}: {shown}" if place.startswith("line ") and "." not in place and ":" not in place else f"{place}.{shown}"


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"a string of {len(value)} characters" if len(value) > 40 else json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)[:40]
    return _kind(value)
