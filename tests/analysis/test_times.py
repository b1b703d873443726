"""The window, active time, the time of each question, and times at the edges of the calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from feedback.analysis import AnalysisSettings, analyse
from feedback.analysis.times import instant, moment, quartiles
from feedback.events import Event
from tests.harness.logs import at, save, student, submission

MINUTE = 60


@pytest.mark.parametrize("year", [1, 1969, 1970, 2024, 9999])
def test_an_instant_is_exact_to_the_microsecond_in_every_year(year: int) -> None:
    when = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert moment(instant(when)) == when
    assert instant(when) - instant(when - timedelta(microseconds=1)) == 1


def test_quartiles_are_interpolated_linearly() -> None:
    assert quartiles([4, 1, 3, 2]) == (1.75, 2.5, 3.25)
    assert quartiles([5]) == (5, 5, 5)
    assert quartiles([1, 9]) == (3, 5, 7)


def test_a_gap_counts_up_to_the_session_gap_and_belongs_to_the_later_event() -> None:
    found = analyse(
        student(save("a", 0), save("b", 10 * MINUTE), save("a", 20 * MINUTE + 0.001), save("a", 21 * MINUTE))
    )
    first, second = found.questions
    assert first.seconds == pytest.approx(59.999)
    assert first.intervals == 1
    assert (second.seconds, second.intervals) == (600, 1)
    assert found.key_figures.active_seconds == pytest.approx(659.999)
    assert found.key_figures.window_seconds == 1260
    assert found.key_figures.sessions == 2
    assert second.share_of_active_time == pytest.approx(600 / 659.999)


def test_active_time_is_also_given_at_a_narrower_and_a_wider_gap() -> None:
    log = student(
        save("a", 0), save("a", 4 * MINUTE), save("a", 12 * MINUTE), save("a", 25 * MINUTE), save("a", 60 * MINUTE)
    )
    figures = analyse(log).key_figures
    assert figures.active_seconds_narrow_gap == 4 * MINUTE
    assert figures.active_seconds == 12 * MINUTE
    assert figures.active_seconds_wide_gap == 25 * MINUTE


def test_the_session_gap_is_a_setting() -> None:
    log = student(save("a", 0), save("a", 12 * MINUTE))
    assert analyse(log).key_figures.active_seconds == 0
    assert analyse(log, settings=AnalysisSettings(session_gap_minutes=12)).key_figures.active_seconds == 12 * MINUTE


def test_an_event_without_a_time_lends_its_neighbours_no_interval_and_takes_none() -> None:
    found = analyse(student(save("a", 0), save("b"), save("a", 60)))
    assert [question.seconds for question in found.questions] == [60, None]
    assert found.questions[1].seconds_missing == "Its events have no times."
    assert found.questions[1].first_at is None
    assert found.path[1].seconds is None


def test_a_question_whose_work_was_not_recorded_says_so_instead_of_showing_no_time() -> None:
    found = analyse(student(save("a", 0), save("b", 60)))
    assert found.questions[0].seconds is None
    assert "not recorded" in (found.questions[0].seconds_missing or "")
    assert found.questions[1].seconds_missing is None


def test_events_of_one_instant_are_an_interval_of_no_length() -> None:
    figures = analyse(student(save("a", 5), save("a", 5), save("b", 5))).key_figures
    assert (figures.window_seconds, figures.active_seconds, figures.sessions) == (0, 0, 1)


def test_the_first_and_the_last_year_are_times_like_any_other() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for when in (first, last):
        figures = analyse(student(Event("a", "save", when))).key_figures
        assert (figures.first_at, figures.last_at, figures.window_seconds) == (when, when, 0)


def test_one_time_in_another_age_is_left_out_of_the_time_from_two_events_on() -> None:
    lost = Event("b", "save", datetime(1970, 1, 1, tzinfo=UTC))
    for near in ([save("a", 0)], [save("a", 0), save("a", 60), save("a", 120)]):
        found = analyse(student(lost, *near))
        assert found.key_figures.first_at == at(0)
        assert found.key_figures.window_seconds == 60 * (len(near) - 1)
        assert {note.code: note.count for note in found.data_notes}["far_off_times"] == 1


@pytest.mark.parametrize(
    ("log", "reasons"),
    [
        (student(), {"The log holds no events."}),
        (
            student(save("a"), submission("a", score=1)),
            {"No event has a time.", "No question has two submissions with times."},
        ),
        (
            student(submission("a", 5, 1)),
            {
                "Only one event has a time; it takes two to make an interval.",
                "No question has two submissions with times.",
            },
        ),
        (
            student(submission("a", 5, 1), submission("a", 5, 0)),
            {"All times are the same, so there is no end to look at."},
        ),
        (
            student(submission("a", 0, 1), submission("a", 5000, 1)),
            {"Every interval between events is longer than 10 minutes."},
        ),
        (student(save("a", 0), save("a", 5)), {"The log holds no submissions."}),
        (student(submission("a", 0), submission("a", 5)), {"The submissions carry no scores."}),
        (student(submission("a", 0, 0), submission("a", 5, 0.5)), set[str]()),
    ],
)
def test_a_measure_that_cannot_be_computed_says_why(log: object, reasons: set[str]) -> None:
    assert {missing.reason for missing in analyse(log).missing} == reasons  # type: ignore[arg-type]


def test_what_is_missing_is_named_by_its_place_and_is_none_there() -> None:
    found = analyse(student())
    for missing in found.missing:
        value: object = found
        for name in missing.measure.split("."):
            value = getattr(value, name)
        assert value is None
    assert len(found.missing) == 6


def test_the_window_of_a_single_event_has_no_length_and_no_active_time() -> None:
    figures = analyse(student(save("a", 3))).key_figures
    assert (figures.first_at, figures.last_at) == (at(3), at(3))
    assert (figures.window_seconds, figures.active_seconds, figures.sessions) == (0, None, 1)
