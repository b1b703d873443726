"""The line of a file on which a place stands."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events.fault_lines import lines_of

CLASS = b"""\xef\xbb\xbf
[
  {"student_id": "ada",
   "events": [
     {"unit": 1},
     {"type": "saved_code",
      "score": 2}
   ]},
  {"events": "none",
   "unknown": {"events": [{}]},
   "namespace": 7}
]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("students[0]", 3),
        ("students[0].student_id", 3),
        ("students[0].events[0].unit", 5),
        ("students[0].events[1]", 6),
        ("students[0].events[1].score", 7),
        ("students[0].events[1].unit", 6),  # it is missing
        ("students[1].student_id", 9),  # likewise
        ("students[1].events", 9),
        ("students[1].namespace", 11),
    ],
)
def test_a_place_is_found(place: str, line: int) -> None:
    assert lines_of(CLASS, [place]) == {place: line}


def test_a_single_student_is_found_too() -> None:
    body = b'{\n"student_id": 1,\n"events": [\n{},\n{\n"unit": null}]}'

    assert lines_of(body, ["student_id", "events[0].unit", "events[1].unit"]) == {
        "student_id": 2,
        "events[0].unit": 4,
        "events[1].unit": 6,
    }


ENVELOPE = b"""{"exam": {"title": 1,
  "ends_at": "soon"},
 "questions": [
  {"unit": 1}, {"unit": 2,
   "points": "many"}, 3],
 "report": {
   "hide": ["nothing"],
   "thresholds": {"pause": 1}},
 "students": [{"student_id": "ada",
  "events": [{"unit": null}]}]}
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("exam", 1),
        ("exam.title", 1),
        ("exam.ends_at", 2),
        ("exam.starts_at", 1),  # it is missing
        ("questions", 3),
        ("questions[1]", 4),
        ("questions[1].points", 5),
        ("questions[2]", 5),
        ("questions[9].points", 3),  # likewise
        ("report.hide[0]", 7),
        ("report.thresholds.pause", 8),
        ("students[0].events[0].unit", 10),
    ],
)
def test_a_place_in_the_exams_context_is_found(place: str, line: int) -> None:
    assert lines_of(ENVELOPE, [place]) == {place: line}


@pytest.mark.parametrize("place", ["body", "students", "line 3: unit", "students[7].events", "a.b.c", "", "more"])
def test_what_cannot_be_found_is_left_out_or_begins_the_body(place: str) -> None:
    assert set(lines_of(CLASS, [place]).values()) <= {2}


@given(st.binary(max_size=40), st.sampled_from(["students[0].events[1].unit", "events[0]", "student_id"]))
def test_no_bytes_are_too_strange(body: bytes, place: str) -> None:
    assert set(lines_of(b'[{"events": ' + body, [place, place]).values()) <= set(range(1, 42))


_scalars = st.none() | st.booleans() | st.integers() | st.text()
_values: st.SearchStrategy[Any] = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
_events = st.lists(st.dictionaries(st.sampled_from(["unit", "type", "other"]), _values), min_size=1, max_size=4)


@given(st.lists(_events, min_size=1, max_size=4), st.data())
def test_every_event_of_any_class_is_found(students: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    body = json.dumps([{"student_id": "s", "events": events} for events in students], indent=1)
    student = data.draw(st.integers(0, len(students) - 1))
    event = data.draw(st.integers(0, len(students[student]) - 1))
    place = f"students[{student}].events[{event}]"
    before = [{"student_id": "s", "events": events} for events in students[:student]]
    before.append({"student_id": "s", "events": students[student][:event]})

    line = lines_of(body.encode(), [place])[place]
    # What stands above the event is what stood there without it and what follows; an empty list is one line shorter.
    above = json.dumps(before, indent=1).splitlines()
    assert line == len(above) - 3 + (1 if event else 2)
    assert body.splitlines()[line - 1].lstrip().startswith("{")
