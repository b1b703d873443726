"""What must hold for any log whatever."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.analysis import AnalysisSettings, Findings, analyse, how_to_read
from feedback.events import Event, Student
from tests.harness.logs import events, save, student, students, timed_events

logs = st.lists(events, max_size=40)


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, int | float):
        yield value


def _utc(event: Event) -> object:
    moment = event.created_time
    assert moment is not None
    return moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())


@given(students)
def test_every_log_has_findings_and_all_their_numbers_are_finite(log: Student) -> None:
    found = analyse(log)
    assert all(map(math.isfinite, numbers(msgspec.to_builtins(found))))
    assert how_to_read(found)


@given(students)
def test_the_same_log_always_has_the_same_findings(log: Student) -> None:
    assert analyse(log) == analyse(log)


@given(logs)
def test_times_per_question_add_up_to_active_time(log: list[Event]) -> None:
    found = analyse(student(*log))
    charged = sum(question.seconds or 0 for question in found.questions)
    assert charged == pytest.approx(found.key_figures.active_seconds or 0)
    assert sum(run.seconds or 0 for run in found.path) == pytest.approx(charged)
    if found.log_kind != "visits":
        assert sum(question.intervals for question in found.questions) == found.rhythm.intervals
    else:
        assert found.rhythm.intervals == 0, "page visits have no rhythm"
    shares = [
        question.share_of_active_time for question in found.questions if question.share_of_active_time is not None
    ]
    assert sum(shares) == pytest.approx(1) if charged else not shares


@given(logs)
def test_events_are_counted_once_wherever_they_are_counted(log: list[Event]) -> None:
    found = analyse(student(*log))
    figures = found.key_figures
    assert len(log) == len(found.event_order) == figures.events + figures.repeats
    assert figures.events == len(found.marks) == sum(question.events for question in found.questions)
    assert figures.events == sum(run.events for run in found.path) + figures.looks == sum(found.kinds.values())
    for question in found.questions:
        assert question.events == question.saves + question.submissions + question.other_events
        assert question.submissions == question.attempts + question.looks
        assert question.events <= found.event_order.count(question.alias)
    if not figures.repeats:
        assert Counter(found.event_order) == Counter(f"Q{mark.question}" for mark in found.marks)


@given(logs)
def test_the_path_is_collapsed_and_switches_are_its_steps(log: list[Event]) -> None:
    found = analyse(student(*log))
    for one, other in zip(found.path, found.path[1:], strict=False):
        assert one.question != other.question
    assert found.key_figures.switches == max(len(found.path) - 1, 0)
    visits = Counter(run.question for run in found.path)
    assert visits == Counter({question.alias: question.visits for question in found.questions})
    assert all(question.revisits == max(question.visits - 1, 0) for question in found.questions)


@given(logs)
def test_a_wider_gap_never_means_less_active_time(log: list[Event]) -> None:
    figures = analyse(student(*log)).key_figures
    if figures.active_seconds is not None:
        times = (
            figures.active_seconds_narrow_gap,
            figures.active_seconds,
            figures.active_seconds_wide_gap,
            figures.window_seconds,
        )
        assert list(times) == sorted(times)  # type: ignore[type-var]


@given(st.lists(timed_events, max_size=25, unique_by=_utc), st.randoms(use_true_random=False))
def test_permuting_events_with_distinct_times_changes_only_event_order_and_data_notes(
    log: list[Event], chance: Any
) -> None:
    shuffled = list(log)
    chance.shuffle(shuffled)
    assert _in_time(analyse(student(*log))) == _in_time(analyse(student(*shuffled)))


def _in_time(found: Findings) -> Findings:
    return msgspec.structs.replace(found, event_order=(), order_differs=False, data_notes=())


@given(st.lists(timed_events, max_size=25), st.integers(-1440, 1440))
def test_moving_a_log_by_whole_minutes_changes_no_duration(log: list[Event], minutes: int) -> None:
    moved = [_moved(event, 60 * minutes) for event in log]
    one, other = analyse(student(*log)), analyse(student(*moved))
    assert one.rhythm.median_seconds == other.rhythm.median_seconds
    assert one.key_figures.active_seconds == other.key_figures.active_seconds
    assert [question.seconds for question in one.questions] == [question.seconds for question in other.questions]
    assert one.insights == other.insights


def _moved(event: Event, seconds: int) -> Event:
    assert event.created_time is not None
    return msgspec.structs.replace(event, created_time=event.created_time + timedelta(seconds=seconds))


@given(logs, st.integers(0, 40))
def test_an_event_without_a_time_changes_no_measure_of_time(log: list[Event], place: int) -> None:
    more = [*log[:place], save(log[0].unit if log else "a"), *log[place:]]
    one, other = analyse(student(*log)), analyse(student(*more))
    assume(one.log_kind == other.log_kind)  # a save among page visits says that they are none
    assert one.key_figures.active_seconds == other.key_figures.active_seconds
    assert one.key_figures.window_seconds == other.key_figures.window_seconds
    assert one.rhythm == other.rhythm
    assert [question.seconds for question in one.questions] == [question.seconds for question in other.questions][
        : len(one.questions)
    ]


@given(logs)
def test_renaming_units_in_their_order_changes_nothing_but_their_names(log: list[Event]) -> None:
    found = analyse(student(*log))
    number = {question.alias: question.number for question in found.questions}
    renamed = [
        msgspec.structs.replace(event, unit=f"unit {number[alias]}")
        for event, alias in zip(log, found.event_order, strict=True)
    ]
    other = analyse(student(*renamed))
    assert [_nameless(question) for question in found.questions] == [
        _nameless(question) for question in other.questions
    ]
    assert (found.event_order, found.path) == (other.event_order, other.path)
    one, two = ([(each.id, each.value, each.questions) for each in log.insights] for log in (found, other))
    assert one == two


def _nameless(question: Any) -> Any:
    return msgspec.structs.replace(question, unit="", unit_kind="text", label="")


@given(logs)
def test_page_one_has_at_most_one_praise_and_two_suggestions_and_no_report_contradicts_itself(log: list[Event]) -> None:
    found = analyse(student(*log))
    kinds = [insight.kind for insight in found.insights]
    assert kinds in (sorted(kinds), [])
    assert kinds.count("praise") <= 1
    assert kinds.count("suggestion") <= 2
    told = (*found.insights, *found.further_insights)
    assert all(insight.value >= insight.threshold for insight in told)
    assert len({insight.id for insight in told}) == len(told)
    praised = {alias for each in told if each.kind == "praise" for alias in each.questions}
    assert not praised & {alias for each in told if each.kind == "suggestion" for alias in each.questions}


@given(logs)
def test_the_printed_minutes_of_the_questions_add_up_to_the_printed_total(log: list[Event]) -> None:
    found = analyse(student(*log))
    minutes = [question.minutes for question in found.questions if question.minutes is not None]
    assert sum(minutes) == (found.key_figures.minutes or 0)
    for question in found.questions:
        assert (question.minutes is None) == (question.seconds is None)
        if question.seconds is not None and question.minutes is not None:
            assert abs(question.minutes - question.seconds / 60) < 1.01


@given(logs)
def test_pauses_and_counted_intervals_fill_the_window(log: list[Event]) -> None:
    found = analyse(
        student(*log), settings=AnalysisSettings(session_gap_minutes=3, pause_minutes=3, long_pause_minutes=10)
    )
    if found.key_figures.window_seconds is not None:
        longer = sum(pause.seconds for pause in found.rhythm.pauses if pause.seconds > 180)
        assert (found.key_figures.active_seconds or 0) + longer == pytest.approx(found.key_figures.sitting_seconds)
    assert found.rhythm.medium_pauses + found.rhythm.long_pauses == len(found.rhythm.pauses)
