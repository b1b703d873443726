"""Findings as JSON: an interface, with a schema."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import (
    analyse,
    analyse_class,
    class_findings_schema,
    decode_class_findings,
    decode_findings,
    decode_statistics,
    encode_class_findings,
    encode_findings,
    encode_statistics,
    findings_schema,
    with_comparison,
)
from feedback.events import Event, Student
from tests.harness.logs import save, student, students, submission


@given(students)
def test_findings_come_back_from_json_as_they_went(log: Student) -> None:
    found = analyse(log)
    assert decode_findings(encode_findings(found)) == found


@given(st.lists(students, max_size=4))
def test_class_findings_come_back_from_json_as_they_went(logs: list[Student]) -> None:
    found = analyse_class(map(analyse, logs))
    assert decode_class_findings(encode_class_findings(found)) == found
    assert decode_statistics(encode_statistics(found.statistics)) == found.statistics


def test_a_class_is_the_same_from_stored_findings() -> None:
    found = [analyse(student(save("a", 0), submission("b", 60, 0.5), student_id=name)) for name in "xyz"]
    assert analyse_class(decode_findings(encode_findings(each)) for each in found) == analyse_class(found)


def test_a_comparison_travels_too() -> None:
    logs = [analyse(student(save("a", 0), save("b", 9), student_id=str(i))) for i in range(10)]
    found = with_comparison(logs[0], analyse_class(logs).statistics)
    assert decode_findings(encode_findings(found)) == found


def test_times_are_utc_and_the_first_and_last_year_travel() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for at, written in ((first, "0001-01-01T00:00:00Z"), (last, "9999-12-31T23:59:59.999999Z")):
        found = analyse(student(Event("a", "save", at)))
        assert json.loads(encode_findings(found))["key_figures"]["first_at"] == written
        assert decode_findings(encode_findings(found)) == found


def test_the_schema_describes_every_field_of_a_document() -> None:
    definitions = findings_schema()["$defs"]
    document = json.loads(encode_findings(analyse(student(save("a", 0), submission("a", 700, 0.5)))))
    assert set(definitions["Findings"]["properties"]) == set(document)
    assert set(definitions["Question"]["properties"]) == set(document["questions"][0])
    assert set(definitions["KeyFigures"]["properties"]) == set(document["key_figures"])
    for name, definition in definitions.items():
        assert definition["description"], name


def test_the_class_schema_describes_every_field_of_a_document() -> None:
    definitions = class_findings_schema()["$defs"]
    document = json.loads(encode_class_findings(analyse_class([analyse(student(save("a", 0)))])))
    assert set(definitions["ClassFindings"]["properties"]) == set(document)
    assert set(definitions["ClassRow"]["properties"]) == set(document["rows"][0])
