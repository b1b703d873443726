"""Every form a body may take, and that the same content is the same whatever its form."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import (
    Context,
    Event,
    Exam,
    Limits,
    MediaType,
    Student,
    encode_student,
    read_source,
    read_students,
)
from tests.events.formats.source_files import source_options
from tests.harness.exports import PROGSNAP2
from tests.harness.reading import classes, event_with, read, student_with

BOM = "\ufeff".encode()


def test_an_object_is_one_student() -> None:
    assert read(b'{"student_id": "a", "events": [{"unit": 5}]}') == [Student("a", [Event(5)])]


def test_a_list_is_a_class_in_the_order_received() -> None:
    body = b'[{"student_id": "b", "events": []}, {"student_id": "a", "namespace": "n", "events": []}]'
    assert read(body) == [Student("b", []), Student("a", [], "n")]


def test_ndjson_is_a_student_a_line_with_blank_lines_allowed() -> None:
    body = b'\n{"student_id": "a", "events": []}\r\n\n  {"student_id": "b", "events": []}'
    assert read(body, MediaType.NDJSON) == [Student("a", []), Student("b", [])]


@pytest.mark.parametrize("media_type", MediaType)
def test_a_byte_order_mark_at_the_start_is_passed_over(media_type: MediaType) -> None:
    body = b"student_id,unit\na,\n" if media_type is MediaType.CSV else student_with()
    assert read(BOM + body, media_type) == [Student("a", [])]
    if media_type is MediaType.JSON:
        assert read(BOM + b" [" + student_with() + b"]") == [Student("a", [])]


def test_events_stay_in_the_order_received() -> None:
    units = [event.unit for event in read(student_with(events=[{"unit": u} for u in (3, "1", 2, "1")]))[0].events]
    assert units == [3, "1", 2, "1"]


@pytest.mark.parametrize("field", ["type", "created_time", "score"])
def test_null_in_an_optional_field_is_absence(field: str) -> None:
    assert read(event_with(**{field: None})) == [Student("a", [Event("1")])]
    assert encode_student(read(event_with(**{field: None}))[0]) == encode_student(read(event_with())[0])


def test_null_as_a_namespace_is_absence() -> None:
    assert read(student_with(namespace=None)) == read(student_with())


@pytest.mark.parametrize("value", [1, "x", None, True, [1, {"a": []}], {"events": "no list"}, 1e300, -0.5])
def test_unknown_fields_are_ignored(value: Any) -> None:
    event = {"unit": "1", "code": value, "Unit": value}
    assert read(student_with(events=[event], unread=value)) == [Student("a", [Event("1")])]


def test_an_ignored_number_may_be_beyond_a_double() -> None:
    assert read(b'{"student_id": "a", "events": [], "x": 1e999}') == [Student("a", [])]


def test_the_last_of_two_members_of_one_name_counts() -> None:
    assert read(b'{"student_id": "a", "student_id": "b", "events": []}') == [Student("b", [])]
    assert read(b'{"student_id": "a", "student_id": "b", "events": [], "x": 1}') == [Student("b", [])]


@pytest.mark.parametrize("unit", [r"\\u0000", r"\\ud800", r"C:\\u0031", r"\"", r"\ud83d\ude00"])
def test_text_that_only_looks_like_a_refused_escape_is_accepted(unit: str) -> None:
    body = f'{{"student_id": "a", "events": [{{"unit": "{unit}", "ignored": "{unit}"}}]}}'
    assert read(body.encode())[0].events == [Event(json.loads(f'"{unit}"'))]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-07-21T03:04:55Z", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC)),
        ("2024-07-21t03:04:55z", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC)),
        ("2024-07-21 03:04:55.939000+00:00", datetime(2024, 7, 21, 3, 4, 55, 939000, tzinfo=UTC)),
        ("2024-07-21 03:04:55.939+00", datetime(2024, 7, 21, 3, 4, 55, 939000, tzinfo=UTC)),
        ("2024-07-21T08:34:55+0530", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC)),
        ("2024-07-21T08:34+05:30", datetime(2024, 7, 21, 3, 4, tzinfo=UTC)),
        ("2024-07-21T03Z", datetime(2024, 7, 21, 3, tzinfo=UTC)),
        ("20240721T030455Z", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC)),
        ("2024-W29-7T03:04:55Z", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC)),
        ("2024-07-21T03:04:55,5Z", datetime(2024, 7, 21, 3, 4, 55, 500000, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T14:00:00+14:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T09:59:59-14:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_form_of_iso_8601_with_date_and_time(text: str, time: datetime) -> None:
    assert read(event_with(created_time=text))[0].events == [Event("1", created_time=time)]


@pytest.mark.parametrize("text", ["2024-07-21T03:04:55", "2024-07-21 03:04", "0001-01-01T00:00:00"])
def test_a_time_without_a_zone_says_so(text: str) -> None:
    (event,) = read(event_with(created_time=text))[0].events
    assert event.created_time == datetime.fromisoformat(text)
    assert event.created_time is not None
    assert event.created_time.tzinfo is None


def test_an_offset_of_odd_seconds_keeps_its_instant_when_stored() -> None:
    (student,) = read(event_with(created_time="1890-01-01T00:00:00+05:21:10"))
    assert b"1889-12-31T18:38:50Z" in encode_student(student)


@pytest.mark.parametrize("score", [0, 1, 0.0, 1.0, 0.25, 1e-8])
def test_a_score_is_a_share_from_nothing_to_all(score: float) -> None:
    assert read(event_with(score=score))[0].events == [Event("1", score=score)]


@pytest.mark.parametrize(
    "unit", ["x", "x" * 200, "1e3", "1 7", "١٧", "😀" * 200, 0, -1, 1.5, 10**4299, "\ufeff", "\u202e"]
)
def test_units_are_kept_as_they_came(unit: str | float) -> None:
    (student,) = read(event_with(unit=unit))
    assert student.events == [Event(unit)]


@given(classes)
def test_a_class_reads_the_same_as_json_and_as_ndjson(students: list[Student]) -> None:
    pieces = [encode_student(student) for student in students]
    assert read(b"[" + b",".join(pieces) + b"]") == students
    assert read(b"\n".join(pieces), MediaType.NDJSON) == students


@given(classes, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_white_space_key_order_and_escapes_do_not_matter(
    students: list[Student], ensure_ascii: bool, indent: int | str | None
) -> None:
    documents = [json.loads(encode_student(student)) for student in students]
    backwards = [dict(reversed(document.items())) for document in documents]
    body = json.dumps(backwards, ensure_ascii=ensure_ascii, indent=indent).encode()
    assert [encode_student(student) for student in read(body)] == [encode_student(student) for student in students]


@given(classes)
def test_unknown_fields_change_nothing_that_is_kept(students: list[Student]) -> None:
    documents = [json.loads(encode_student(student)) for student in students]
    for document in documents:
        document["extra"] = {"a": [1, None, "é"]}
        for event in document["events"]:
            event["code"] = "print('hello')\n"
    assert [encode_student(student) for student in read(json.dumps(documents).encode())] == [
        encode_student(student) for student in students
    ]


LOCAL = {"starts_at": "2024-07-21T10:00", "ends_at": "2024-07-21T12:00Z"}


@pytest.mark.parametrize("order", [1, -1])
def test_the_zone_that_was_said_is_that_of_the_exams_own_times_too(order: int) -> None:
    event = {"unit": "1", "created_time": "2024-07-21T10:05"}
    members = {"exam": LOCAL, "students": [{"student_id": "ada", "events": [event], **LOCAL}]}
    body = json.dumps(dict([*members.items()][::order])).encode()
    stream = read_students(io.BytesIO(body), MediaType.JSON, Limits(), options=source_options("Europe/Berlin"))

    [ada] = stream
    start, end = datetime(2024, 7, 21, 8, tzinfo=UTC), datetime(2024, 7, 21, 12, tzinfo=UTC)
    assert ada.events[0].created_time == datetime(2024, 7, 21, 8, 5, tzinfo=UTC)
    assert (ada.starts_at, ada.ends_at) == (start, end)
    assert (stream.context.exam.starts_at, stream.context.exam.ends_at) == (start, end)
    assert stream.assumed_zone == "Europe/Berlin"


def test_the_zone_that_was_said_is_that_of_an_exam_beside_an_export() -> None:
    beside = Context(exam=Exam(starts_at=datetime.fromisoformat("2024-07-21T10:00")))
    options = source_options("Europe/Berlin")
    stream = read_source(io.BytesIO(PROGSNAP2), "progsnap2", options, Limits(), context=beside)

    list(stream)
    assert stream.context.exam.starts_at == datetime(2024, 7, 21, 8, tzinfo=UTC)
