"""Texts and scores in one form, on the fast path and on the careful one alike."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Limits, MediaType, Roster, normal_form, read_students
from feedback.events.formats.columns import plain
from feedback.events.normal_form import settled, settled_score
from tests.harness.reading import faults_of, read

# An unknown field keeps a student off the fast path.
CAREFUL: tuple[dict[str, Any], ...] = ({}, {"unread": 1})


def student(student_id: str = "ada", unread: dict[str, Any] | None = None, **event: Any) -> dict[str, Any]:
    return {"student_id": student_id, "events": [{"unit": "1"} | event]} | (unread or {})


@pytest.mark.parametrize("unread", CAREFUL)
@pytest.mark.parametrize("outer", [" {}", "{} ", "\u00a0{}", "{}\u3000", "\t{}\n", " {}\u2003"])
def test_outer_white_space_is_no_part_of_a_text(outer: str, unread: dict[str, Any]) -> None:
    sent = student(outer.format("ada"), unread, unit=outer.format("a b"), type=outer.format("run"))
    sent["namespace"] = outer.format("cs")

    [ada] = read(json.dumps(sent).encode())
    assert (ada.key, ada.events[0].unit, ada.events[0].type) == (("cs", "ada"), "a b", "run")


@pytest.mark.parametrize("unread", CAREFUL)
def test_text_is_composed(unread: dict[str, Any]) -> None:
    [jose] = read(json.dumps(student("Jose\u0301", unread, unit="\u1100\u1161", type="A\u030a")).encode())
    assert (jose.student_id, jose.events[0].unit, jose.events[0].type) == ("Jos\u00e9", "\uac00", "\u00c5")


@pytest.mark.parametrize("unread", CAREFUL)
def test_what_is_empty_without_white_space_is_a_fault(unread: dict[str, Any]) -> None:
    assert list(faults_of(json.dumps(student(" ", unread)).encode())) == ["student_id"]
    assert list(faults_of(json.dumps(student("a", unread, unit="\u00a0")).encode())) == ["events[0].unit"]


@pytest.mark.parametrize("unread", CAREFUL)
def test_students_that_only_looked_different_are_one(unread: dict[str, Any]) -> None:
    assert list(faults_of(json.dumps([student("ada", unread), student("ada ")]).encode())) == ["students[1].student_id"]


@pytest.mark.parametrize("unread", CAREFUL)
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (0.6 + 0.3 + 0.1, 1),
        (1.0000000000000002, 1),
        (1 + 1e-10, 1),
        (-0.0, 0),
        (-1e-12, 0),
        (1e-10, 0),
        (1e-8, 1e-8),
        (1 - 1e-8, 1 - 1e-8),
        (0.5, 0.5),
    ],
)
def test_a_score_next_to_0_or_1_is_that(sent: float, kept: float, unread: dict[str, Any]) -> None:
    [ada] = read(json.dumps([student("ada", unread, score=sent)]).encode())
    assert repr(ada.events[0].score) == repr(float(kept))


@pytest.mark.parametrize("score", [1.0000001, -0.0001, True])
def test_a_score_out_of_range_is_still_refused(score: object) -> None:
    assert list(faults_of(json.dumps([student(score=score)]).encode())) == ["students[0].events[0].score"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), max_size=5))
def test_both_paths_agree_on_every_text(texts: list[str]) -> None:
    events = [{"unit": f"x{text}", "type": text} for text in texts]

    [quickly] = read(json.dumps({"student_id": "a", "events": events}).encode())
    [carefully] = read(json.dumps({"student_id": "a", "events": events, "unread": 1}).encode())
    assert quickly == carefully
    assert [event.type for event in quickly.events] == [settled(text) for text in texts]


@pytest.mark.parametrize(
    "text", ["a" + "\u0315" * 900 + "\u0300" * 900, "a" + "\u0315\u0300" * 100_000, "\u1100\u1161" * 5_000]
)
def test_no_text_is_normalized_that_would_take_long(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    asked = list[int]()
    for name in ("normalize", "is_normalized"):
        monkeypatch.setattr(normal_form, name, lambda _, given: asked.append(len(given)))

    assert settled(f" {text} ") == text
    assert plain(f" {text}-") == text
    assert asked == []


def test_a_long_remark_is_composed_all_the_same() -> None:
    assert settled("e\u0301" * 2_000) == "\u00e9" * 2_000
    assert settled("e" + "\u0316" * 29 + "\u0301" + "x" * 1_000) == "\u00e9" + "\u0316" * 29 + "x" * 1_000


@given(st.floats(0, 1))
def test_settling_a_score_again_changes_nothing(score: float) -> None:
    assert settled_score(settled_score(score)) == settled_score(score)
    assert settled_score(score) == pytest.approx(score, abs=1.1e-9)


def notes_of(*students: dict[str, Any]) -> dict[str, str]:
    with Roster(read_students(io.BytesIO(json.dumps(students).encode()), MediaType.JSON, Limits())) as roster:
        return dict(roster.notes)


def test_ids_that_differ_only_in_case_get_a_note() -> None:
    notes = notes_of(student("ada"), student("Ada"), student("bob"))
    assert notes == {"ids_differ_in_case": 'Ids that differ only in case are different students: "ada", "Ada".'}


def test_ids_that_a_spreadsheet_rounded_get_a_note() -> None:
    assert "2.02301E+11" in notes_of(student("2.02301E+11"))["ids_ruined"]
    assert notes_of(student("2E5"), student("202301000001")) == {}


def test_times_without_a_zone_get_a_note() -> None:
    assert "UTC" in notes_of(student(created_time="2024-07-21 09:00"), student("bob"))["times_without_zone"]
    assert notes_of(student(created_time="2024-07-21T09:00:00Z")) == {}
