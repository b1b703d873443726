"""The tables of a class say what its findings say, to the last digit."""

import csv
import io

import pytest

from feedback.analysis import ClassFindings, analyse, analyse_class, facts_of
from feedback.contract.layout import CLASS_TABLES, QUESTIONS_TABLE, STUDENTS_TABLE, WORKBOOK
from feedback.events import Student
from feedback.rendering.cohort.tables import class_table
from tests.harness.logs import student, submission
from tests.harness.workbooks import read


def findings() -> ClassFindings:
    students = [
        Student(f"s{n}", [submission(f"a_{n % 2}", 60, n / 23), submission("b", 120, 1)], name="=Ada")
        for n in range(24)
    ]
    facts = facts_of([*students, student(student_id="idle")])
    return analyse_class([analyse(each, facts=facts) for each in [*students, student(student_id="idle")]])


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(class_table(findings(), name).decode("utf-8-sig"))))


def test_the_questions_are_the_items() -> None:
    items, rows = findings().items, rows_of(QUESTIONS_TABLE)
    assert [row["slot"] for row in rows] == ["a", "b"]
    for item, row in zip(items, rows, strict=True):
        for name in ("n", "facility", "facility_low", "facility_high", "full_share"):
            assert float(row[name]) == getattr(item, name)
        assert row["median_seconds"] == ("" if item.median_seconds is None else str(item.median_seconds))
    assert float(rows[0]["discrimination_index"] or "nan") == pytest.approx(
        items[0].discrimination_index or float("nan"), nan_ok=True
    )
    assert rows[0]["versions"] == "2"
    assert (rows[0]["touched"], rows[0]["submitted"]) == ("24", "24")


def test_the_students_have_their_scores_and_the_reason_to_look_at_them() -> None:
    rows = rows_of(STUDENTS_TABLE)
    assert [row["student_id"] for row in rows][:2] == ["s0", "s1"]
    assert (rows[23]["score_earned"], rows[23]["score_possible"]) == ("2.0", "2.0")
    assert rows[0]["name"] == "'=Ada"
    assert rows[24]["events"] == "0"
    assert {row["look_first"] for row in rows} == {""} | {each.reason for each in findings().attention}


def test_the_workbook_has_both_and_the_versions() -> None:
    book = class_table(findings(), WORKBOOK)
    assert [len(read(book, sheet)) for sheet in (1, 2, 3)] == [3, 3, 26]
    assert ("s", "=Ada") in read(book, 3)[1]


@pytest.mark.parametrize("name", CLASS_TABLES)
def test_equal_findings_give_equal_bytes_and_a_class_of_nobody_has_tables(name: str) -> None:
    assert class_table(findings(), name) == class_table(findings(), name)
    assert class_table(analyse_class([]), name)
