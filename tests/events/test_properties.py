"""What holds for every student and for every sequence of bytes."""

import gzip
import io
import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import (
    EventsError,
    Limits,
    MediaType,
    Student,
    decode_student,
    encode_student,
    inflate,
    read_students,
)
from feedback.events.faults import Faults
from feedback.events.formats import json_text
from feedback.events.formats.piece import _is_suspect, quickly
from feedback.events.json_any import decode_untyped
from feedback.events.strict_decoder import student_from
from tests.harness.reading import classes, read, students

# Where text of JSON is likely to be misread: every class of token, and everything a rule speaks of.
TOKENS = r"""
    { } [ ] , : " \ \u0000 \ud800 \u0030 [[[[[[[[ {"unit":1} {"student_id":"a","events":[ {"student_id":"a","events":[]}
    null true NaN -Infinity - 0 -0 01 1. 1e5 1e999 -0.0 0.1 9999999999999999999999999
    "student_id" "namespace" "events" "unit" "type" "created_time" "score" "x" "" "a"
    "2024-07-21T03:04:55Z" "0001-01-01T00:00:00+14:00" "9999-12-31T23:59:59.999999999-00:01" "2024-07-21"
"""
tokens = st.sampled_from([*TOKENS.split(), " ", "\n", "\0", "\x01", "\ufeff", "\ud83d\ude00", "9" * 4301])
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]))
    | st.sampled_from(["2024-07-21T03:04:55Z", "2024-07-21 03:04+00", "0001-01-01T00:00:00+01:00", 10**30, 10**4299])
)
names = st.sampled_from(["student_id", "namespace", "events", "unit", "type", "created_time", "score", "x"])
documents = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=7))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The JSON of real students, with tokens put in place of some stretches of it."""
    text = json.dumps(
        [json.loads(encode_student(student)) for student in draw(classes)], ensure_ascii=draw(st.booleans())
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(tokens) + text[at + draw(st.integers(0, 6)) :]
    return text.encode("utf-8", "surrogatepass")


bodies = (
    st.binary()
    | st.lists(tokens).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
    | documents.map(lambda document: json.dumps(document).encode())
    | documents.map(lambda document: json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    | mutated()
)


@given(students)
def test_a_student_that_is_encoded_and_decoded_is_the_same(student: Student) -> None:
    assert decode_student(encode_student(student)) == student
    assert encode_student(decode_student(encode_student(student))) == encode_student(student)


@given(bodies, st.sampled_from(MediaType))
def test_no_bytes_raise_anything_but_an_error_of_this_room(body: bytes, media_type: MediaType) -> None:
    try:
        received = read(body, media_type)
    except EventsError as refused:
        json.dumps({"error": refused.error, "details": refused.details}, ensure_ascii=False).encode("utf-8")
        return
    assert [decode_student(encode_student(student)) for student in received] == received


@given(bodies | bodies.map(gzip.compress))
def test_no_bytes_inflate_to_anything_but_content_or_an_error_of_this_room(body: bytes) -> None:
    try:
        content = b"".join(inflate([body]))
    except EventsError:
        return
    assert gzip.decompress(body) == content


def _agree(piece: bytes) -> bool:
    """Whether the fast path accepts the piece; if so, the careful one must, with the same result to the byte."""
    student = quickly(piece, Limits())
    if student is None:
        return False
    faults = Faults()
    decoded, value = decode_untyped(piece, (), faults)
    carefully = student_from(value, (), 0, faults)
    assert decoded
    assert faults.details() == {}
    assert carefully is not None
    assert encode_student(carefully) == encode_student(student)
    return True


@given(students, st.sampled_from([None, 1]), st.booleans())
def test_the_careful_path_reads_every_student_as_the_fast_one_does(
    student: Student, indent: int | None, ascii_only: bool
) -> None:
    document = json.loads(encode_student(student))
    piece = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
    assert _agree(piece) or _is_suspect(piece, Limits())


@given(bodies)
def test_what_the_fast_path_accepts_the_careful_path_accepts_too(body: bytes) -> None:
    _agree(body)


def _outcome(body: bytes, run_bytes: int) -> object:
    with mock.patch.object(json_text, "_RUN_BYTES", run_bytes):
        try:
            return read(body)
        except EventsError as refused:
            return refused.error, refused.details


@given(bodies | st.lists(mutated()).map(lambda parts: b"[%b]" % b",".join(part.strip(b"[]") for part in parts)))
def test_where_a_list_is_cut_into_runs_makes_no_difference(body: bytes) -> None:
    whole = _outcome(body, 1 << 18)
    assert _outcome(body, 1) == whole
    with mock.patch.object(json_text, "many_quickly", return_value=None):
        assert _outcome(body, 1) == whole


NUMBERS = """
    -0 0.0 -0.0 1E5 1e-7 0.1e1 123456789012345678901234567890 18446744073709551616 -9223372036854775809
    9007199254740993.0 1.7976931348623157e308 5e-324 2.2250738585072011e-308
"""


@pytest.mark.parametrize("number", [*NUMBERS.split(), "0." + "3" * 2000, "4" * 2000])
def test_both_paths_read_a_number_alike(number: str) -> None:
    assert _agree(f'{{"student_id": "a", "events": [{{"unit": {number}}}]}}'.encode())


@pytest.mark.parametrize(
    "time",
    [
        "2024-07-21T03:04:55.1Z",
        "2024-07-21T03:04:55.123456789Z",
        "2024-07-21 03:04:55.9999999+05:30",
        "2024-07-21T03:04:55-00:00",
    ],
)
def test_both_paths_read_a_time_alike(time: str) -> None:
    assert _agree(f'{{"student_id": "a", "events": [{{"unit": 1, "created_time": "{time}"}}]}}'.encode())


@given(st.lists(st.tuples(st.sampled_from(["student_id", "namespace", "events", "x"]), documents), max_size=8))
def test_members_that_repeat_are_read_alike(pairs: list[tuple[str, Any]]) -> None:
    text = ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs)
    _agree(f'{{"student_id":"a","events":[],{text}}}'.replace(",}", "}").encode())


def test_students_are_yielded_while_the_body_is_still_being_read() -> None:
    lines = io.BytesIO(b'{"student_id": "a", "events": []}\nnonsense')
    assert next(iter(read_students(lines, MediaType.NDJSON, Limits()))) == Student("a", [])
