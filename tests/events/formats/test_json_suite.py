"""Every file of JSONTestSuite, as part of a body: what RFC 8259 accepts is read, what it refuses is refused."""

import json
from pathlib import Path

import pytest

from feedback.events import EventsError, InvalidEvents, MediaType
from feedback.events.normal_form import settled
from tests.harness.reading import read

_DATA = Path(__file__).parents[2] / "data" / "json_test_suite" / "parsing.json"
FILES = {name: content.encode("latin-1") for name, content in json.loads(_DATA.read_text()).items()} | {
    "n_structure_100000_opening_arrays.json": b"[" * 100_000,
    "n_structure_open_array_object.json": b'[{"":' * 50_000 + b"\n",
}
# Legal JSON that the contract refuses anywhere in a body (DESIGN 2): NUL.
REFUSED_BY_THE_CONTRACT = {"y_object_escaped_null_in_key.json", "y_string_null_escape.json"}
# RFC 8259 leaves these to the reader. Numbers of any size are read; bad UTF-8, lone surrogates, a byte order mark
# inside the text and nesting deeper than 64 are not.
READ_BY_CHOICE = {name for name in FILES if name.startswith("i_number_")}


def is_legal(name: str) -> bool:
    return (name.startswith("y_") and name not in REFUSED_BY_THE_CONTRACT) or name in READ_BY_CHOICE


def in_an_ignored_field(content: bytes) -> bytes:
    return b'{"student_id":"a","ignored":' + content + b',"events":[]}'


def test_the_suite_is_whole() -> None:
    assert len(FILES) == 318
    assert {name[:2] for name in FILES} == {"y_", "n_", "i_"}


@pytest.mark.parametrize("name", [name for name in FILES if is_legal(name)])
def test_legal_json_is_read(name: str) -> None:
    assert [student.student_id for student in read(in_an_ignored_field(FILES[name]))] == ["a"]


@pytest.mark.parametrize("name", [name for name in FILES if not is_legal(name)])
def test_what_is_not_legal_is_refused_and_its_place_named(name: str) -> None:
    with pytest.raises(InvalidEvents) as refused:
        read(in_an_ignored_field(FILES[name]))
    assert refused.value.error
    assert all(place and messages for place, messages in refused.value.details.items())


def lone_values() -> dict[str, str | int | float]:
    """The files that are a list of one text or number, with that value."""
    lists = {name: json.loads(content) for name, content in FILES.items() if is_legal(name)}
    alone = {name: value[0] for name, value in lists.items() if isinstance(value, list) and len(value) == 1}
    return {name: value for name, value in alone.items() if type(value) in (str, int, float)}


@pytest.mark.parametrize(("name", "value"), lone_values().items(), ids=list(lone_values()))
def test_a_text_or_a_number_of_the_suite_is_a_unit_of_that_value(name: str, value: str | int | float) -> None:
    inner = FILES[name].strip().removeprefix(b"[").removesuffix(b"]")
    body = b'{"student_id":"a","events":[{"unit":' + inner + b"}]}"
    unit = settled(value) if isinstance(value, str) else value
    if unit in ("", float("inf"), float("-inf")):
        with pytest.raises(InvalidEvents):
            read(body)
    else:
        assert [event.unit for event in read(body)[0].events] == [unit]


@pytest.mark.parametrize("media_type", MediaType)
def test_no_file_of_the_suite_as_a_whole_body_breaks_a_reader(media_type: MediaType) -> None:
    for content in FILES.values():
        with pytest.raises(EventsError):
            read(content, media_type)
