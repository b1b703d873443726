"""Everything that is refused, each with the place it is named by."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import InvalidEvents, MediaType, Student, encode_student
from feedback.events.faults import Details, Faults
from tests.harness.reading import classes, event_with, faults_of, read, student_with


def only(details: Details) -> tuple[str, str]:
    """The one place and its one message."""
    ((place, messages),) = details.items()
    assert isinstance(messages, list)
    (message,) = messages
    return place, message


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \t"])
@pytest.mark.parametrize("media_type", MediaType)
def test_an_empty_body(body: bytes, media_type: MediaType) -> None:
    place, message = only(faults_of(body, media_type))
    assert (place, message.split(";")[0]) == ("body", "it is empty")


def test_an_empty_class() -> None:
    assert only(faults_of(b" [ ] ")) == ("students", "the list is empty; send at least one student")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"5", "a number"), (b'"x"', "a string"), (b"null", "null"), (b"true", "a boolean")]
)
def test_a_body_of_the_wrong_type(body: bytes, kind: str) -> None:
    expected = f"expected one student (an object) or a class (a list of students), got {kind}"
    assert only(faults_of(body)) == ("body", expected)
    assert only(faults_of(b"[" + body + b"]")) == ("students[0]", f"expected a student (an object), got {kind}")
    assert only(faults_of(body, MediaType.NDJSON)) == ("line 1", f"expected a student (an object), got {kind}")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", "line 1, column 2"),
        (b"nonsense", "line 1, column 1"),
        (b'{"student_id": "a",\n "events": [}', "line 2, column 13"),
        (b'{"student_id": "a", "events": []} x', "line 1, column 35"),
        (b'[{"student_id": "a", "events": []}', "line 1, column 35"),
        (b'[{"student_id": "a", "events": []},\n]', "line 2, column 1"),
        (b'[{"student_id": "a", "events": []}] x', "line 1, column 37"),
        (b'[{"student_id": "a", "events": []}\n {"student_id": "b", "events": []}]', "line 2, column 2"),
        (b'\xef\xbb\xbf[{"student_id": "a", "events": []},\n {"student_id": "b" "events": []}]', "line 2, column 21"),
        ('[{"student_id": "é", "events": []},\n é]'.encode(), "line 2, column 2"),
        (b"\xef\xbb\xbf[nonsense]", "line 1, column 2"),
        ('[{"student_id": "é😀", "events": []}, nonsense]'.encode(), "line 1, column 38"),
        (b'[\n{"student_id": "a",\n"events": []}\n,\n nonsense]', "line 5, column 2"),
        (b'{"student_id": "a\x01", "events": []}', "line 1, column 18"),
        (b'{"student_id": "\\q", "events": []}', "line 1, column 17"),
    ],
)
def test_what_is_not_json_is_named_by_line_and_column(body: bytes, where: str) -> None:
    place, message = only(faults_of(body))
    assert place == "body"
    assert message.startswith("not JSON: ")
    assert message.endswith(f" at {where}")


def test_a_line_of_ndjson_that_is_not_json_is_named_by_line_and_column() -> None:
    place, message = only(faults_of(student_with() + b'\n{"student_id": }\n', MediaType.NDJSON))
    assert (place, message) == ("line 2", "not JSON: Expecting value at column 16")


def test_whole_students_before_broken_json_are_still_examined() -> None:
    details = faults_of(b'[{"student_id": 5, "events": []}, {"student_id": "a", ]')
    assert set(details) == {"students[0].student_id", "body"}


def test_a_body_that_is_not_utf8() -> None:
    for body in (b'{"student_id": "\xff", "events": []}', b'{"student_id": "a", "events": [], "x": "\xed\xa0\x80"}'):
        place, message = only(faults_of(body))
        assert place == "body"
        assert message.startswith("not UTF-8: byte ")
    place, _ = only(faults_of(b"[" + student_with() + b', {"student_id": "\xff", "events": []}]'))
    assert place == "students[1]"
    assert only(faults_of('{"student_id": "a"}'.encode("utf-16")))[0] == "body"


MISSING = "it is missing"
A_STRING = "expected a string of 1 to 200 characters"
A_TIME = "expected a date and time in ISO 8601, such as 2024-07-21T03:04:55Z, or null"


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        (b'{"events": []}', "student_id", f"{A_STRING}; {MISSING}"),
        (b'{"student_id": "a"}', "events", f"expected a list of events (it may be empty); {MISSING}"),
        (student_with(student_id=None), "student_id", f"{A_STRING}; got null"),
        (student_with(student_id=""), "student_id", f'{A_STRING}; got ""'),
        (student_with(student_id=7), "student_id", f"{A_STRING}; got 7"),
        (student_with(student_id="x" * 201), "student_id", f"{A_STRING}; got a string of 201 characters"),
        (student_with(namespace=7), "namespace", "expected a string of at most 200 characters, or null; got 7"),
        (student_with(events=None), "events", "expected a list of events (it may be empty); got null"),
        (student_with(events={}), "events", "expected a list of events (it may be empty); got an object"),
        (student_with(events=[3]), "events[0]", "expected an event (an object), got a number"),
        (student_with(events=[[]]), "events[0]", "expected an event (an object), got a list"),
        (student_with(events=[{}]), "events[0].unit", f"{A_STRING}, or a number; {MISSING}"),
        (event_with(unit=None), "events[0].unit", f"{A_STRING}, or a number; got null"),
        (event_with(unit=True), "events[0].unit", f"{A_STRING}, or a number; got a boolean"),
        (event_with(unit=""), "events[0].unit", f'{A_STRING}, or a number; got ""'),
        (event_with(unit=[1]), "events[0].unit", f"{A_STRING}, or a number; got a list"),
        (event_with(unit="😀" * 201), "events[0].unit", f"{A_STRING}, or a number; got a string of 201 characters"),
        (event_with(type=1), "events[0].type", "expected a string of at most 200 characters, or null; got 1"),
        (event_with(score=1.01), "events[0].score", "expected a number from 0 to 1, or null; got 1.01"),
        (event_with(score=-0.1), "events[0].score", "expected a number from 0 to 1, or null; got -0.1"),
        (event_with(score="1"), "events[0].score", 'expected a number from 0 to 1, or null; got "1"'),
        (event_with(score=True), "events[0].score", "expected a number from 0 to 1, or null; got a boolean"),
        (event_with(created_time=0), "events[0].created_time", f"{A_TIME}; got 0"),
        (event_with(created_time={}), "events[0].created_time", f"{A_TIME}; got an object"),
    ],
)
def test_a_field_that_is_missing_or_wrong(body: bytes, place: str, message: str) -> None:
    assert only(faults_of(body)) == (place, message)


@pytest.mark.parametrize(
    "time",
    [
        "",
        "now",
        "2024-07-21",
        "03:04:55",
        "2024-13-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-07-21T24:01:00Z",
        "2024-07-21T03:60:00Z",
        "2024-07-21X03:04:55Z",
        "2024-07-21T03:04:55+24:00",
        " 2024-07-21T03:04:55Z",
        "2024-07-21  03:04:55",
        "２０２４-07-21T03:04:55Z",
        "1721531095",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "0001-01-01T13:59:59+14:00",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T10:00:00-14:00",
    ],
)
def test_a_time_that_is_impossible_or_outside_the_years_1_to_9999_in_utc(time: str) -> None:
    place, message = only(faults_of(event_with(created_time=time)))
    assert (place, message) == ("events[0].created_time", f"{A_TIME}; got {json.dumps(time, ensure_ascii=False)}")


@pytest.mark.parametrize(
    "time",
    [
        r"\u0030001-01-01T00:00:00+14:00",
        r"0001\u002d01-01T00:00:00+14:00",
        r"0001-01-01T00:00:00\u002B14:00",
        r"9999\u002D12-31T23:59:59-00:01",
    ],
)
def test_escapes_do_not_smuggle_a_time_out_of_the_years(time: str) -> None:
    body = b'{"student_id": "a", "events": [{"unit": 1, "created_time": "%b"}]}' % time.encode()
    assert set(faults_of(body)) == {"events[0].created_time"}
    assert set(faults_of(b"[%b, %b]" % (student_with(student_id="b"), body))) == {"students[1].events[0].created_time"}


PLACES = [
    "ignored",
    "student_id",
    "namespace",
    "events[0].unit",
    "events[0].type",
    "events[0].ignored",
    "events[0].created_time",
]


def body_with(place: str, value: str) -> bytes:
    """A student as JSON text, with this text for a value at a place."""
    event = {"unit": '"1"'}
    student = {"student_id": '"a"'}
    owner, _, name = place.rpartition(".")
    (event if owner else student)[name] = value
    inner = ", ".join(f'"{name}": {text}' for name, text in event.items())
    return (
        "{" + "".join(f'"{name}": {text}, ' for name, text in student.items()) + f'"events": [{{{inner}}}]}}'
    ).encode()


def messages_at(details: Details, place: str) -> list[str]:
    messages = details[place]
    assert isinstance(messages, list)
    return messages


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("text", "word"),
    [
        (r'"\u0000"', "NUL"),
        (r'"a\u0000b"', "NUL"),
        (r'"\ud800"', "surrogate"),
        (r'"\udc00x"', "surrogate"),
        (r'"\ude00\ud83d"', "surrogate"),
        ("NaN", "not JSON"),
        ("Infinity", "not JSON"),
        ("-Infinity", "not JSON"),
        ("1" * 4301, "4,300 digits"),
        ("-1." + "0" * 4301, "4,300 digits"),
        ("0." + "1" * 4300, "4,300 digits"),
        ("1e" + "0" * 4300, "4,300 digits"),
    ],
)
def test_what_is_refused_anywhere_is_named_where_it_stands(place: str, text: str, word: str) -> None:
    body = body_with(place, text)
    assert word in messages_at(faults_of(body), place)[0]
    assert word in messages_at(faults_of(b"[" + body + b"]"), f"students[0].{place}")[0]
    assert word in messages_at(faults_of(b"\n" + body, MediaType.NDJSON), f"line 2: {place}")[0]


def test_what_the_splitter_cannot_pass_over_is_named_and_so_is_what_follows() -> None:
    body = (
        rb'[{"student_id": "a", "events": []}, {"student_id": "\ud800", "events": []}, {"student_id": 5, "events": []}]'
    )
    assert set(faults_of(body)) == {"students[1].student_id", "students[2].student_id"}


@pytest.mark.parametrize("depth", [1, 30])
def test_a_nul_is_found_however_deep_it_hides(depth: int) -> None:
    hidden = "[" * depth + r'{"k": "\u0000"}' + "]" * depth
    place, message = only(faults_of(body_with("events[0].ignored", hidden)))
    assert place == "events[0].ignored" + "[0]" * depth + ".k"
    assert "NUL" in message


@pytest.mark.parametrize(("name", "shown"), [(r"a\u0000", "a\\x00"), (r"\ud800", "\\ud800"), (r"\ude00b", "\\ude00b")])
def test_names_of_members_are_inspected_too_and_shown_printably(name: str, shown: str) -> None:
    details = faults_of(f'{{"student_id": "a", "events": [{{"unit": 1, "x": {{"{name}": 1}}}}]}}'.encode())
    assert only(details)[0] == f"events[0].x.{shown}"
    assert json.dumps(details).encode("utf-8")


def test_a_value_hidden_by_a_second_member_of_its_name_is_inspected_too() -> None:
    for body in (
        rb'{"student_id": "a", "events": [], "x": "\u0000", "x": 1}',
        rb'{"student_id": "a", "events": [{"unit": 1, "x": "\u0000", "x": 1}]}',
        rb'{"student_id": "a", "events": ["\u0000"], "events": []}',
        rb'{"student_id": "\ud800", "student_id": "a", "events": []}',
    ):
        _, message = only(faults_of(body))
        assert "NUL" in message or "surrogate" in message


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_nesting_is_accepted_to_64_levels_and_refused_beyond() -> None:
    # The student is one level, the list of events the second, the event the third.
    assert read(body_with("ignored", nested(63)))
    assert read(body_with("events[0].ignored", nested(61)))
    assert only(faults_of(body_with("ignored", nested(64))))[1] == "nested deeper than 64 levels; flatten it"
    place, message = only(faults_of(body_with("events[0].ignored", nested(62))))
    assert place == "events[0].ignored" + "[0]" * 61
    assert message == "nested deeper than 64 levels; flatten it"
    # A class is one level more.
    assert read(b"[" + body_with("ignored", nested(62)) + b"]")
    assert faults_of(b"[" + body_with("ignored", nested(63)) + b"]")


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"student_id":"a","events":[{"unit":'])
@pytest.mark.parametrize("media_type", MediaType)
def test_a_nest_a_hundred_thousand_deep_is_refused_politely(opening: bytes, media_type: MediaType) -> None:
    assert faults_of(opening * 100_000, media_type)
    assert faults_of(b"[" * 100_000 + b"]" * 100_000, media_type)
    assert faults_of(b'{"student_id":"a","events":[],"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", media_type)


def test_the_same_student_twice() -> None:
    message = "the same student as students[0]; send each student once"
    body = b'[{"student_id": "a", "events": []}, {"student_id": "a", "namespace": "", "events": []}]'
    assert only(faults_of(body)) == ("students[1].student_id", message)
    lines = b'\n{"student_id": "a", "events": []}\n{"student_id": "a", "events": []}'
    expected = ("line 3: student_id", "the same student as line 2; send each student once")
    assert only(faults_of(lines, MediaType.NDJSON)) == expected


def test_the_same_id_in_two_namespaces_is_two_students() -> None:
    body = b'[{"student_id": "a", "namespace": "m", "events": []}, {"student_id": "a", "namespace": "n", "events": []}]'
    assert len(read(body)) == 2


def test_a_student_named_twice_is_found_even_where_the_events_have_faults() -> None:
    body = b'[{"student_id": "a", "events": [{}]}, {"student_id": "a", "events": [5]}]'
    assert set(faults_of(body)) == {"students[0].events[0].unit", "students[1].events[0]", "students[1].student_id"}


def test_all_places_are_named_at_once() -> None:
    broken = [
        {"student_id": 1, "events": [{"unit": True, "score": 2, "type": 5}, {"unit": "1", "created_time": "x"}]},
        {"namespace": [], "events": "none"},
        7,
    ]
    places = {
        "students[0].student_id",
        "students[0].events[0].unit",
        "students[0].events[0].score",
        "students[0].events[0].type",
        "students[0].events[1].created_time",
        "students[1].student_id",
        "students[1].namespace",
        "students[1].events",
        "students[2]",
    }
    assert set(faults_of(json.dumps(broken).encode())) == places


def test_places_of_ndjson_begin_with_the_line() -> None:
    lines = b'{"student_id": "a", "events": []}\n\n{"student_id": "b", "events": [{"unit": 1, "score": 2}]}\n[]'
    assert set(faults_of(lines, MediaType.NDJSON)) == {"line 3: events[0].score", "line 4"}


def test_the_first_thousand_faults_are_named_and_the_rest_counted() -> None:
    details = faults_of(student_with(events=[{}] * 1_234))
    assert details.pop("more") == 234
    assert list(details) == [f"events[{index}].unit" for index in range(1_000)]


def test_exactly_a_thousand_faults_leave_no_more() -> None:
    assert "more" not in faults_of(student_with(events=[{}] * 1_000))


def test_reading_stops_at_a_hundred_thousand_faults_and_says_so() -> None:
    body = b'{"student_id": "a", "events": [' + b",".join([b"{}"] * 150_000) + b"]}"
    with pytest.raises(
        InvalidEvents, match="100,000 faults, where the reading stopped; the first 1,000 are named"
    ) as refused:
        read(body)
    assert refused.value.details["more"] == Faults.COUNTED - Faults.KEPT


def test_nothing_is_yielded_after_the_first_fault() -> None:
    given_out: list[Student] = []
    with pytest.raises(InvalidEvents):
        given_out.extend(read(b"[5, " + student_with() + b"]"))
    assert given_out == []


@pytest.mark.parametrize("digits", [41, 4_300])
def test_a_long_number_in_the_wrong_place_is_shown_by_its_length(digits: int) -> None:
    _, message = only(faults_of(body_with("events[0].type", "1" * digits)))
    assert message.endswith(f"got a number of {digits:,} digits")


def test_a_unit_beyond_the_range_of_a_double_is_refused() -> None:
    place, message = only(faults_of(body_with("events[0].unit", "1e999")))
    assert (place, message) == ("events[0].unit", f"{A_STRING}, or a number; got a number beyond the range of a double")


@given(st.data(), classes.filter(lambda students: any(student.events for student in students)))
def test_a_fault_put_anywhere_in_a_class_is_named_there_and_nowhere_else(
    data: st.DataObject, students: list[Student]
) -> None:
    documents = [json.loads(encode_student(student)) for student in students]
    index = data.draw(st.sampled_from([i for i, student in enumerate(students) if student.events]))
    event = data.draw(st.integers(0, len(students[index].events) - 1))
    broken: dict[str, Any] = {"unit": True, "type": 5, "created_time": "soon", "score": 1.5, "ignored": "\0"}
    field = data.draw(st.sampled_from(sorted(broken)))
    documents[index]["events"][event][field] = broken[field]
    assert list(faults_of(json.dumps(documents).encode())) == [f"students[{index}].events[{event}].{field}"]


def test_a_lone_surrogate_is_never_sent_back() -> None:
    details = faults_of(rb'{"student_id": "a", "events": [{"unit": 1, "created_time": "\ud800"}]}')

    assert json.dumps(details, ensure_ascii=False).encode()
