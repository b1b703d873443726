"""Two orders: as received, and in time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import analyse
from feedback.analysis.kinds import kind_of
from feedback.analysis.student.ordering import time_order
from feedback.events import Event
from tests.harness.logs import at, events, save, student, submission


def test_event_order_is_the_order_received() -> None:
    found = analyse(student(save("c", 30), save("a", 10), save("b", 20), save("a", 5)))
    assert found.event_order == ("Q3", "Q1", "Q2", "Q1")


def test_everything_else_is_in_time_order_and_the_report_says_so() -> None:
    found = analyse(student(save("c", 30), save("a", 10), save("b", 20)))
    assert [mark.question for mark in found.marks] == [1, 2, 3]
    assert [run.question for run in found.path] == ["Q1", "Q2", "Q3"]
    assert found.order_differs
    assert [(note.code, note.count) for note in found.data_notes] == [("list_order", 1)]


def test_a_log_in_time_order_has_nothing_to_say_about_it() -> None:
    found = analyse(student(save("a", 10), save("b", 10), save("a", 11)))
    assert not found.order_differs
    assert not found.data_notes


def test_an_event_without_a_time_stays_where_it_stands() -> None:
    found = analyse(student(save("a", 30), save("b"), save("c", 10), save("d"), save("e", 20)))
    assert [mark.question for mark in found.marks] == [3, 2, 5, 4, 1]


def test_events_of_one_instant_keep_the_order_received() -> None:
    found = analyse(student(save("b", 10), save("a", 10), save("c", 10)))
    assert [mark.question for mark in found.marks] == [2, 1, 3]


def test_a_time_without_a_zone_is_utc_and_zones_are_compared_by_instant() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    found = analyse(
        student(
            Event("late", created_time=datetime(2024, 7, 21, 12, 0, tzinfo=UTC)),
            Event("middle", created_time=datetime(2024, 7, 21, 11, 0)),  # noqa: DTZ001 - a zoneless time is the case
            Event("early", created_time=datetime(2024, 7, 21, 16, 0, tzinfo=nepal)),
        )
    )
    assert [found.questions[mark.question - 1].unit for mark in found.marks] == ["early", "middle", "late"]
    assert [mark.at for mark in found.marks] == [datetime(2024, 7, 21, 10, 15, tzinfo=UTC), at(7200), at(10800)]


@given(st.lists(st.none() | st.integers(0, 5), max_size=30))
def test_time_order_sorts_the_times_and_moves_nothing_else(instants: list[int | None]) -> None:
    ordered = [instants[i] for i in time_order(instants)]
    assert [i for i, instant in enumerate(ordered) if instant is None] == [
        i for i, t in enumerate(instants) if t is None
    ]
    assert [t for t in ordered if t is not None] == sorted(t for t in instants if t is not None)


@given(st.lists(events, max_size=20))
def test_event_order_names_every_event_by_its_unit(log: list[Event]) -> None:
    found = analyse(student(*log))
    unit = {question.alias: question.unit for question in found.questions}
    for alias, event in zip(found.event_order, log, strict=True):
        assert unit[alias] == analyse(student(event)).questions[0].unit


@pytest.mark.parametrize("name", ["saved_code", "save", "Saved", "AUTOSAVE", "auto-save", "Saved Code", " save_code "])
def test_names_of_saves(name: str) -> None:
    assert kind_of(name) == "save"


@pytest.mark.parametrize("name", ["submission", "submit", "Submitted", "SUBMISSION", "submitted-code"])
def test_names_of_submissions(name: str) -> None:
    assert kind_of(name) == "submission"


@pytest.mark.parametrize("name", ["polled", "", "unsaved", "resubmission requested", "ѕave", None])
def test_any_other_name_counts_as_neither(name: str | None) -> None:
    assert kind_of(name) == "other"


def test_scores_count_on_submissions_only() -> None:
    found = analyse(student(Event("a", "saved_code", at(0), 0.5), submission("a", 10, 0.25)))
    assert [mark.score for mark in found.marks] == [None, 0.25]
    assert found.questions[0].progress is not None
    assert found.questions[0].progress.scores == (0.25,)
    assert [note.code for note in found.data_notes] == ["scores_elsewhere"]
