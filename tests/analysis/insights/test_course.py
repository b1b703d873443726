"""Insights about a course: each rule with a log that reaches its threshold, and one that does not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from feedback.analysis import Findings, Insight, analyse
from feedback.analysis.insights import RULES
from feedback.events import Event
from feedback.events.context import Context, Exam, Question
from tests.harness.logs import student

BEGIN = datetime(2025, 3, 3, tzinfo=UTC)  # a Monday
END = BEGIN + timedelta(days=70)
EXAM_WORDS = ("exam ", "exam.", "exam:", "minutes before", "first minutes", "last minutes", "without the clock")


def on(day: float, unit: str = "a", score: float | None = 0.8, hour: float = 18) -> Event:
    """A submission on a day of the course, 0 for the first."""
    return Event(unit, "submission", BEGIN + timedelta(days=day, hours=hour), score)


def found(log: Iterable[Event], *, start: bool = True, end: bool = True) -> Findings:
    exam = Exam(starts_at=BEGIN if start else None, ends_at=END if end else None, kind="course")
    return analyse(student(*log), Context(exam=exam))


def told(log: Iterable[Event], *, start: bool = True, end: bool = True) -> dict[str, Insight]:
    findings = found(log, start=start, end=end)
    return {each.id: each for each in (*findings.insights, *findings.further_insights)}


# Twice a week to the end.
REGULAR = [on(day, unit) for n, day in enumerate(range(0, 70, 3)) for unit in ("a", "b", "c")[n % 3]]


def test_most_of_the_work_in_the_last_days_before_the_deadline() -> None:
    late = [on(5, "a"), on(20, "b"), *(on(day, "c", hour=hour) for day in (67, 68, 69) for hour in range(10, 20))]
    insight = told(late)["crammed"]
    assert insight.did == "94\u00a0% of your entries came in the last 3 days before the deadline."
    assert "Kornell" in insight.source
    assert "crammed" not in told(REGULAR)
    assert "crammed" not in told(late, end=False), "without a deadline nobody knows what the last days were"


def test_most_of_the_work_on_one_day() -> None:
    log = [on(1, "a"), on(30, "b"), *(on(40, "c", hour=hour) for hour in range(10, 20))]
    assert told(log)["one_day"].did == "83\u00a0% of your entries came on one day; the rest came on 2 other days."
    assert "one_day" not in told(REGULAR)


def test_a_late_start_is_told_where_the_beginning_is_known() -> None:
    log = [on(day) for day in range(40, 68, 2)]
    assert told(log)["late_start"].did == (
        "Your first entry came after 40 days 18 hours, when 58\u00a0% of the course had gone by."
    )
    assert "late_start" not in told(log, start=False)
    assert "late_start" not in told(REGULAR)


def test_an_early_start_is_praised() -> None:
    assert told(REGULAR)["early_start"].did == "You started on the first day."
    later = told([on(day) for day in range(4, 68, 2)])
    assert later["early_start"].did == "You started on day 5, with 93\u00a0% of the time still to come."


def test_days_without_an_entry_before_the_deadline_where_something_is_left() -> None:
    log = [on(day) for day in range(0, 50, 3)]
    assert told(log)["quiet_before_end"].did == "Your last entry came 21 days before the deadline."
    assert told(log, start=False)["quiet_before_end"].value == 21, "a deadline needs no beginning"
    assert "quiet_before_end" not in told([*log, on(48, "a", 1.0)]), "nothing was left to do"
    assert "quiet_before_end" not in told(REGULAR)


def test_a_weak_question_left_behind_is_named_and_one_that_was_tried_again_is_not() -> None:
    log = [on(2, "weak", 0.2), *(on(day, "a") for day in range(4, 60, 4))]
    insight = told(log)["weak_left"]
    assert insight.did == "You left Q2 at 0.2, 54 days before your last entry, and did not come back."
    assert insight.try_next.startswith("Try Q2 again")
    assert "Roediger" in insight.source
    assert "weak_left" not in told([*log, on(57, "weak", 0.3)])


def test_weeks_without_work_are_counted_with_the_longest_break() -> None:
    log = [on(day, hour=hour) for day in (0, 2, 30, 37, 44) for hour in (10, 11, 12)]
    assert told(log)["empty_weeks"].did == "In 3 of 7 weeks there is no entry; the longest break was 27 days."
    assert "empty_weeks" not in told(REGULAR)


def test_sittings_of_hours_are_counted() -> None:
    long = [on(day, "a", hour=12 + n) for day in (5, 15) for n in range(5)]
    insight = told([*REGULAR, *long])["long_sittings"]
    assert insight.did.startswith("2 sittings lasted 3 hours or more; the longest was ")
    assert "long_sittings" not in told(REGULAR)


def test_regular_weeks_are_praised() -> None:
    assert told(REGULAR)["weeks_worked"].did == "You worked in 10 of 10 weeks, on 24 days."
    assert "weeks_worked" not in told([on(day) for day in (0, 1, 2, 3, 4, 5, 6, 60, 61, 62, 63)])


def test_a_score_that_rose_on_another_day_is_praised_before_one_that_rose_after_an_hour() -> None:
    log = [on(1, "a", 0.2), on(9, "a", 1.0), *(on(day, "b", 1.0) for day in range(10, 40, 2))]
    insights = told(log)
    assert insights["raised_later"].did == "You came back to Q1 on another day, and raised your score."
    assert "improved_on_return" not in insights
    soon = [on(1, "a", 0.2), on(1.1, "a", 1.0), *(on(day, "b", 1.0) for day in range(10, 40, 2))]
    assert "raised_later" not in told(soon)


def test_done_ahead_of_the_deadline_is_praised_where_every_question_is_full() -> None:
    log = [on(day, unit, 1.0) for day in range(0, 50, 2) for unit in ("a", "b", "c")]
    assert told(log)["done_ahead"].did == "All 3 questions were done 69 days before the deadline."
    assert "done_ahead" not in told([*log, on(3, "d", 0.5)])


def test_a_short_log_or_a_week_brings_no_insight_about_the_course() -> None:
    of_course = {rule.id for rule in RULES if rule.of_course}
    assert len(of_course) >= 6
    assert not told([on(day) for day in range(0, 36, 4)]).keys() & of_course, "nine events"
    assert not told([on(day / 4) for day in range(20)]).keys() & of_course, "five days"


def test_every_rule_about_a_course_cites_its_source() -> None:
    for rule in RULES:
        if rule.of_course:
            assert rule.source, rule.id


@pytest.mark.parametrize("log", [REGULAR, [on(day, "a", 0.2) for day in range(0, 40, 2)]])
def test_page_one_has_at_most_one_praise_and_two_suggestions_and_no_exam_advice(log: list[Event]) -> None:
    questions = (Question("a"), Question("b"), Question("z", title="Never opened"))
    findings = analyse(student(*log), Context(exam=Exam(ends_at=END, kind="course"), questions=questions))
    kinds = [each.kind for each in findings.insights]
    assert kinds.count("praise") <= 1
    assert kinds.count("suggestion") <= 2
    texts = " ".join(
        " ".join((each.did, *each.readings, each.try_next, each.ask))
        for each in (*findings.insights, *findings.further_insights)
    )
    assert not [words for words in EXAM_WORDS if words in texts]


def test_the_second_suggestion_of_page_one_is_about_the_days_and_weeks() -> None:
    of_course = {rule.id for rule in RULES if rule.of_course and rule.kind == "suggestion"}
    log = [on(1, "a", 0.2), on(2, "b", 0.1), *(on(40, "c", 0.7, hour=hour) for hour in range(8, 20))]
    suggested = [each.id for each in found(log).insights if each.kind == "suggestion"]
    assert len(suggested) == 2
    assert suggested[0] not in of_course or suggested[1] not in of_course
    assert set(suggested) & of_course
