"""Insights about a course: each rule with a log that reaches its threshold, and one that does not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from feedback.analysis import Findings, Insight, analyse, decode_facts, encode_facts, facts_of
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


def found(
    log: Iterable[Event],
    *,
    start: bool = True,
    end: bool = True,
    mates: Iterable[Iterable[Event]] = (),
    questions: tuple[Question, ...] = (),
) -> Findings:
    """The findings of a student alone, or beside these classmates."""
    exam = Exam(starts_at=BEGIN if start else None, ends_at=END if end else None, kind="course")
    context, me = Context(exam=exam, questions=questions), student(*log)
    return analyse(me, context, facts_of([me, *(student(*each, student_id="mate") for each in mates)], context))


def told(
    log: Iterable[Event],
    *,
    start: bool = True,
    end: bool = True,
    mates: Iterable[Iterable[Event]] = (),
    questions: tuple[Question, ...] = (),
) -> dict[str, Insight]:
    findings = found(log, start=start, end=end, mates=mates, questions=questions)
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


def test_entries_after_the_deadline_are_entries_too() -> None:
    late = [on(5, "a"), *(on(69, "b", hour=hour) for hour in range(10, 20)), *(on(71, "b", hour=n) for n in range(9))]
    assert told(late)["crammed"].did.startswith("50\u00a0% of your entries"), "ten of twenty"
    assert "crammed" not in told([*late, on(72, "b")])


def test_the_length_of_a_course_is_that_of_the_time_given() -> None:
    """All the work in the last four days of ten weeks: the student's own stretch is short, and the course is not."""
    log = [on(day, unit, hour=hour) for day in range(66, 70) for unit in ("a", "b") for hour in range(9, 14)]
    insights = told(log)
    assert {"late_start", "crammed"} <= insights.keys()
    assert insights["late_start"].did.startswith("Your first entry came after 66 days")
    assert not told(log, start=False).keys() & {"late_start", "crammed"}, "who knows how long it was"


def test_all_the_work_on_one_day_of_a_long_course_is_told() -> None:
    log = [on(60, unit, hour=hour) for unit in ("a", "b") for hour in range(9, 16)]
    assert told(log)["one_day"].did == "All your entries came on one day."


def test_the_only_day_so_far_of_a_course_that_goes_on_is_no_day_with_most_of_the_work() -> None:
    log = [on(0, unit, hour=hour) for unit in ("a", "b") for hour in range(9, 16)]
    assert "one_day" not in told(log), "a single may be sent at any time"
    assert "one_day" not in told(log, mates=[log, [on(2)]]), "the class is at work on day three of seventy"
    assert "one_day" in told(log, mates=[REGULAR])


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
    mates = [REGULAR]
    assert told(log, mates=mates)["quiet_before_end"].did == "Your last entry came 21 days before the deadline."
    assert told(log, start=False, mates=mates)["quiet_before_end"].value == 21, "a deadline needs no beginning"
    done = [*log, on(48, "a", 1.0)]
    assert "quiet_before_end" not in told(done, mates=[[on(day) for day in range(0, 70, 3)]]), "nothing was left to do"
    assert "quiet_before_end" in told(done, mates=[REGULAR] * 3), "the class had three questions"
    assert "quiet_before_end" not in told(REGULAR, mates=mates)


def test_nothing_is_said_of_the_days_before_a_deadline_that_may_be_to_come() -> None:
    log = [on(day / 2) for day in range(20)]
    assert "quiet_before_end" not in told(log), "a single may be sent at any time"
    assert "quiet_before_end" not in told(log, mates=[log, log]), "the class is at work on day ten of seventy"
    clock = [on(day) for day in range(3000, 3004)]
    assert "quiet_before_end" not in told(log, mates=[log, clock]), "one clock is years ahead"


def test_a_class_is_at_work_until_a_tenth_of_it_has_its_last_event() -> None:
    context = Context(exam=Exam(kind="course"))
    logs = [[on(0), on(last, hour=0)] for last in range(1, 21)]
    facts = facts_of([student(*log) for log in logs], context)
    assert facts.last_at == BEGIN + timedelta(days=19), "two of twenty"
    stored = encode_facts(facts)
    assert decode_facts(stored) == facts
    assert b'"last_at"' in stored
    earlier = decode_facts(stored.replace(b'"last_at"', b'"not_yet"'))
    assert earlier.last_at is None, "facts that an earlier version stored say nothing of it"
    assert facts_of([student(*logs[0])], context).last_at is None
    assert facts_of([student(*log) for log in logs], Context(exam=Exam(kind="exam"))).last_at is None


def test_the_weeks_without_work_at_the_end_of_a_class_s_course_are_weeks_too() -> None:
    gone = [on(day, hour=hour) for day in range(0, 28, 7) for hour in (10, 11, 12)]
    assert told(gone)["weeks_worked"].did == "You worked in 4 of 4 weeks, on 4 days."
    assert not told(gone, mates=[REGULAR]).keys() & {"weeks_worked", "early_start"}
    assert told(REGULAR[:18], mates=[REGULAR])["weeks_worked"].did == "You worked in 8 of 10 weeks, on 18 days."
    over = [*REGULAR, *(on(day) for day in range(70, 110, 3))]
    assert told(REGULAR, mates=[over])["weeks_worked"].did == "You worked in 10 of 10 weeks, on 24 days."


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


def test_who_touched_three_of_thirty_questions_is_not_done() -> None:
    log = [on(day, unit, 1.0) for day in range(0, 20, 2) for unit in ("a", "b", "c")]
    all_thirty = [on(day, f"x{day % 30}", 1.0) for day in range(70)]
    insights = told(log, mates=[all_thirty] * 3)
    assert "done_ahead" not in insights
    assert "quiet_before_end" in insights


def test_without_scores_all_questions_submitted_is_done_and_an_untouched_one_is_left() -> None:
    log = [on(day, unit, None) for day in range(0, 40, 3) for unit in ("a", "b", "c")]
    mates = [[on(day, "a", None) for day in range(0, 70, 3)]]
    insights = told(log, mates=mates)
    assert insights["done_ahead"].did == "All 3 questions were done 69 days before the deadline."
    assert "quiet_before_end" not in insights, "what is done ahead needs no work before the end"
    known = tuple(Question(unit) for unit in ("a", "b", "c", "d"))
    insights = told(log, mates=mates, questions=known)
    assert "done_ahead" not in insights
    assert "quiet_before_end" in insights
    optional = (*known[:3], Question("d", optional=True))
    assert "done_ahead" in told(log, mates=mates, questions=optional)


def test_a_short_log_or_a_week_brings_no_insight_about_the_course() -> None:
    of_course = {rule.id for rule in RULES if rule.of_course}
    assert len(of_course) >= 6
    assert not told([on(day) for day in range(0, 36, 4)]).keys() & of_course, "nine events"
    five_days = [on(day / 4) for day in range(20)]
    assert not told(five_days, start=False, end=False).keys() & of_course


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
