"""The careful path: taken only when the fast one refuses a piece, to name every fault by its place.

It also inspects what the fast path never lets through, the fields we ignore: a NUL, a lone surrogate,
an endless number or a deep nest is refused wherever it hides.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import isinf
from typing import Any

import msgspec

from feedback.contract.languages import LANGUAGES
from feedback.events.faults import Faults, Place
from feedback.events.json_any import MAX_DEPTH, Refused, Repeating
from feedback.events.model import Event, Student
from feedback.events.normal_form import settled, settled_score

_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE_AND_TIME = re.compile(r"\S{8,10}[T ]\S{2,}", re.IGNORECASE)
_KINDS = {str: "a string", bool: "a boolean", type(None): "null"}
_SHOWN_CHARACTERS = 40
_WORTH_A_CALL = (dict, list, Refused)

_EVENT_TYPES = {field.name: field.type for field in msgspec.structs.fields(Event)}
_STUDENT_TYPES = {field.name: field.type for field in msgspec.structs.fields(Student)}
_REQUIRED = {field.name for model in (Event, Student) for field in msgspec.structs.fields(model) if field.required}
REFUSALS = (msgspec.ValidationError, ValueError, OverflowError)
LANGUAGE_EXPECTED = f"expected one of {', '.join(LANGUAGES)}, or null"
DATE_EXPECTED = "expected a date and time in ISO 8601, such as 2024-07-21T03:04:55Z, or null"
_TIMES = ("created_time", "starts_at", "ends_at")
_NONE_WHEN_EMPTY = ("name", "remark", "language")
EXPECTED = {
    "student_id": "expected a string of 1 to 200 characters",
    "namespace": "expected a string of at most 200 characters, or null",
    "events": "expected a list of events (it may be empty)",
    "unit": "expected a string of 1 to 200 characters, or a number",
    "type": "expected a string of at most 200 characters, or null",
    "created_time": DATE_EXPECTED,
    "score": "expected a number from 0 to 1, or null",
    "name": "expected a string of at most 200 characters, or null",
    "remark": "expected a string of at most 2,000 characters, or null",
    "starts_at": DATE_EXPECTED,
    "ends_at": DATE_EXPECTED,
    "extra_minutes": "expected a number from 0 to 10,080, or null",
    "language": LANGUAGE_EXPECTED,
}
_STUDENT_FIELDS = tuple(name for name in _STUDENT_TYPES if name != "events")


def student_from(value: Any, place: Place, depth: int, faults: Faults) -> Student | None:
    """A student from an untyped value `depth` containers deep, every fault recorded.

    None where the value does not even say who it is; a student whose events have faults comes with the others.
    """
    if not isinstance(value, dict):
        inspect(value, place, depth, faults)
        expected = "a student (an object)" if place else "one student (an object) or a class (a list of students)"
        faults.add(place, f"expected {expected}, got {kind_of(value)}")
        return None
    before, events = faults.count, value.get("events")
    inspect(value, place, depth, faults, but_not=events if isinstance(events, list) else None)
    fields = {name: _field(value, name, _STUDENT_TYPES, place, faults) for name in _STUDENT_FIELDS}
    identified = faults.count == before
    received = _events(value, place, depth + 1, faults)
    return Student(events=received, **fields) if identified else None


def _events(student: dict[str, Any], place: Place, depth: int, faults: Faults) -> list[Event]:
    here, values = (*place, "events"), student.get("events")
    if not isinstance(values, list):
        faults.add(here, f"{EXPECTED['events']}; {found_instead(student, 'events')}")
        return []
    return [
        event
        for index, value in enumerate(values)
        if (event := event_from(value, (*here, index), depth + 1, faults)) is not None
    ]


def event_from(value: Any, place: Place, depth: int, faults: Faults) -> Event | None:
    """An event from an untyped value `depth` containers deep; None with every fault recorded."""
    before = faults.count
    faults.spend(4)
    inspect(value, place, depth, faults)
    if not isinstance(value, dict):
        faults.add(place, f"expected an event (an object), got {kind_of(value)}")
        return None
    try:
        event = _whole_event(value)
    except REFUSALS:
        for name in _EVENT_TYPES:
            _field(value, name, _EVENT_TYPES, place, faults)
        return None
    return event if faults.count == before else None


def _whole_event(value: dict[str, Any]) -> Event:
    return Event(
        **{
            name: convert_field(name, value.get(name), type_)
            for name, type_ in _EVENT_TYPES.items()
            if name in value or name in _REQUIRED
        }
    )


def _field(owner: dict[str, Any], name: str, types: dict[str, Any], place: Place, faults: Faults) -> Any:
    """The value of a field as the model's type; None with the fault recorded where it is not one."""
    value = owner.get(name)
    if (name not in owner and name not in _REQUIRED) or isinstance(value, Refused):
        return None
    try:
        return convert_field(name, value, types[name])
    except REFUSALS:
        faults.add((*place, name), f"{EXPECTED[name]}; {found_instead(owner, name)}")
        return None


def convert_field(name: str, value: Any, type_: Any) -> Any:
    """A value as the type of its field, texts and scores in one form. Raises one of REFUSALS."""
    if isinstance(value, str):
        if name in _TIMES:
            return _time(value)
        value = settled(value)
        if not value and name in _NONE_WHEN_EMPTY:
            return None
    elif name == "score" and isinstance(value, int | float):
        value = value if isinstance(value, bool) else settled_score(value)
    converted = msgspec.convert(value, type_)
    _check_finite(converted)
    return converted


def _check_finite(value: Any) -> None:
    if isinstance(value, float) and isinf(value):
        raise ValueError("beyond the range of a double")


def _time(text: str) -> datetime:
    """A time in any form of ISO 8601 that gives a date and a time, also those that RFC 3339 leaves out.

    Raises ValueError or msgspec.ValidationError for anything else, OverflowError outside the years 1 to 9999 in UTC.
    """
    try:
        time = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        if not _DATE_AND_TIME.fullmatch(text):
            raise
        time = datetime.fromisoformat(text)
    offset = time.utcoffset()
    if offset is None:
        return time
    in_utc = time.astimezone(UTC)
    # An offset of odd seconds would be rounded to minutes when it is stored.
    return in_utc if offset % timedelta(minutes=1) else time


def inspect(value: Any, place: Place, depth: int, faults: Faults, but_not: Any = None) -> None:
    """Record what is refused anywhere, in `value` and all below it; `depth` counts the containers around it.

    The member that is the very object `but_not` is left for the caller to inspect.
    """
    if isinstance(value, str):
        _inspect_text(value, place, faults)
    elif isinstance(value, Refused):
        faults.add(place, value.why)
    elif isinstance(value, (dict, list)):
        if depth >= MAX_DEPTH:
            faults.add(place, f"nested deeper than {MAX_DEPTH} levels; flatten it")
            return
        faults.spend(1 + len(value))
        for step, item in _members(value):
            if isinstance(step, str) and not _is_plain(step):
                _inspect_text(step, (*place, step), faults)
            # Most members are plain texts and numbers: they cost no call.
            if isinstance(item, str):
                if not _is_plain(item):
                    _inspect_text(item, (*place, step), faults)
            elif isinstance(item, _WORTH_A_CALL) and item is not but_not:
                inspect(item, (*place, step), depth + 1, faults)


def _members(value: dict[str, Any] | list[Any]) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, list):
        return enumerate(value)
    return value.pairs if isinstance(value, Repeating) else value.items()


def _is_plain(text: str) -> bool:
    return text.isascii() and "\0" not in text


def _inspect_text(text: str, place: Place, faults: Faults) -> None:
    if "\0" in text:
        faults.add(place, "a NUL character (U+0000) is not accepted; remove it")
    if _SURROGATE.search(text):
        faults.add(place, "half of a surrogate pair stands alone; send the whole character or remove it")


def kind_of(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return _KINDS.get(type(value), "a number")


def found_instead(owner: Mapping[str, Any], name: str) -> str:
    """What stands there instead, short whatever it is."""
    value = owner.get(name)
    if name not in owner:
        return "it is missing"
    if isinstance(value, str):
        long = len(value) > _SHOWN_CHARACTERS
        if long:
            return f"got a string of {len(value):,} characters"
        # Half of a surrogate pair cannot be sent back as it is.
        return f"got {json.dumps(value, ensure_ascii=not value.isprintable())}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and isinf(value):
            return "got a number beyond the range of a double"
        shown = repr(value)
        return f"got a number of {len(shown):,} digits" if len(shown) > _SHOWN_CHARACTERS else f"got {shown}"
    return f"got {kind_of(value)}"
