"""Intervals, pauses, and the end of the window."""

from feedback.analysis import analyse
from tests.harness.logs import at, save, student

MINUTE = 60


def test_the_rhythm_is_the_median_and_the_quartiles_of_the_counted_intervals() -> None:
    found = analyse(student(*(save("a", t) for t in (0, 10, 30, 60, 100, 2000))))
    rhythm = found.rhythm
    assert rhythm.intervals == 4
    assert (rhythm.q1_seconds, rhythm.median_seconds, rhythm.q3_seconds) == (17.5, 25, 32.5)


def test_a_pause_has_its_length_its_place_and_its_questions() -> None:
    found = analyse(student(save("a", 0), save("b", 3 * MINUTE), save("b", 13 * MINUTE), save("a", 23 * MINUTE + 1)))
    pauses = [(pause.kind, pause.seconds, pause.question_before, pause.question_after) for pause in found.rhythm.pauses]
    assert pauses == [
        ("pause", 180, "Q1", "Q2"),
        ("pause", 600, "Q2", "Q2"),
        ("long_pause", 601, "Q2", "Q1"),
    ]
    assert (found.rhythm.medium_pauses, found.rhythm.long_pauses) == (2, 1)
    assert (found.rhythm.pauses[2].start_at, found.rhythm.pauses[2].end_at) == (at(780), at(1381))


def test_an_interval_just_short_of_a_pause_is_none() -> None:
    assert not analyse(student(save("a", 0), save("a", 179.999))).rhythm.pauses


def test_an_event_without_a_time_does_not_say_on_which_question_a_pause_was() -> None:
    pause = analyse(student(save("a", 0), save("c"), save("b", 300))).rhythm.pauses[0]
    assert (pause.question_before, pause.question_after) == ("Q1", "Q2")


def test_the_late_share_is_that_of_the_last_tenth_its_start_included() -> None:
    late = analyse(
        student(*(save("a", t) for t in (0, 500, 899.9)), save("b", 900), save("a", 950), save("c", 1000))
    ).late
    assert late is not None
    assert (late.from_at, late.events, late.share) == (at(900), 3, 0.5)
    assert late.first_touched == ("Q2", "Q3")


def test_a_question_that_may_have_been_opened_before_is_not_said_to_be_opened_late() -> None:
    late = analyse(student(save("b"), save("a", 0), save("b", 1000))).late
    assert late is not None
    assert late.first_touched == ()
