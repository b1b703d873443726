"""A course by its days, weeks, sittings and points: the same worked out from the raw events in other words."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from feedback.analysis import AnalysisSettings, Findings, analyse, facts_of
from feedback.events import Event, Student
from feedback.events.context import Context, Exam, Question
from tests.analysis.test_by_hand import REAL
from tests.harness.courses import CONTEXT, course_class
from tests.harness.logs import at, save, student, submission

TABLE = REAL.parent / "samples" / "progsnap2" / "MainTable.csv"
COURSE = Context(exam=Exam(kind="course"))
DAY = 86_400


def progsnap2() -> list[Student]:
    """The students of the table with nothing of our own readers: a submission a row, hints left as they are."""
    if not TABLE.exists():
        pytest.skip("ProgSnap2's table is third-party data and not here; set FEEDBACK_TEST_DATA")
    logs: defaultdict[str, list[Event]] = defaultdict(list)
    with TABLE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["ServerTimestamp"]).replace(tzinfo=UTC)
            submitted = row["EventType"] == "Submit"
            score = {"TRUE": 1.0, "FALSE": 0.0}.get(row["Correct"].upper()) if submitted else None
            logs[row["SubjectID"]].append(Event(row["ProblemID"], row["EventType"], at, score))
    return [Student(name, log) for name, log in logs.items()]


def clean(events: list[Event]) -> list[Event]:
    """In the order of time, the lines that stand twice crossed out."""
    seen = set()
    kept = []
    for event in sorted(events, key=lambda each: each.created_time or datetime.max.replace(tzinfo=UTC)):
        line = (event.unit, event.type, event.created_time, event.score)
        if line not in seen:
            kept.append(event)
        seen.add(line)
    return kept


def sittings_by_hand(events: list[Event]) -> list[list[Event]]:
    """Draw a line under every event that nothing follows for two hours."""
    parts: list[list[Event]] = [[]]
    for event in events:
        if parts[-1] and event.created_time - parts[-1][-1].created_time > timedelta(hours=2):  # type: ignore[operator]
            parts.append([])
        parts[-1].append(event)
    return parts


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def check(events: list[Event], found: Findings, points: dict[str, float]) -> None:
    course = found.course
    assert course is not None
    per_day: defaultdict[date, int] = defaultdict(int)
    for event in events:
        per_day[event.created_time.date()] += 1  # type: ignore[union-attr]
    assert {day.on: day.events for day in course.days} == per_day
    assert [day.on for day in course.days] == sorted(per_day)
    for week in course.weeks:
        days = [day for day in per_day if monday(day) == week.starts_on]
        assert (week.days, week.events) == (len(days), sum(per_day[day] for day in days))
        until = week.starts_on + timedelta(days=7)
        best: defaultdict[str, float] = defaultdict(float)
        for event in events:
            if event.score is not None and "ubmi" in (event.type or "") and event.created_time.date() < until:  # type: ignore[union-attr]
                best[str(event.unit)] = max(best[str(event.unit)], event.score)
        earned = sum(share * points.get(unit, 1.0) for unit, share in best.items())
        assert week.earned == pytest.approx(earned)
    mondays = [week.starts_on for week in course.weeks]
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(mondays))
    parts = sittings_by_hand(events)
    assert [(s.start_at, s.end_at, s.events) for s in found.sittings] == [
        (part[0].created_time, part[-1].created_time, len(part)) for part in parts
    ]
    assert sum(day.seconds for day in course.days) == pytest.approx(sum(s.seconds for s in found.sittings))
    assert sum(week.sittings for week in course.weeks) == len(parts) == found.key_figures.sittings
    assert course.weeks[-1].earned == pytest.approx(found.key_figures.score_earned)
    assert sum(s.gained or 0 for s in found.sittings) == pytest.approx(found.key_figures.score_earned)


def test_every_student_of_a_made_up_course_has_the_numbers_worked_out_by_hand() -> None:
    students = course_class(15)
    facts = facts_of(students, CONTEXT)
    points = {str(question.unit): question.points or 1.0 for question in CONTEXT.questions}
    for each in students:
        check(clean(each.events), analyse(each, CONTEXT, facts), points)


def test_every_student_of_a_real_course_has_the_numbers_worked_out_by_hand() -> None:
    students = progsnap2()
    # Half of these students came once: only the sender can say that it is a course.
    facts = facts_of(students, COURSE)
    assert (len(students), facts.kind, facts_of(students).kind) == (89, "course", "exam")
    checked = 0
    for each in students:
        # A log on full minutes keeps equal lines, and in such a log nothing is a double click.
        events = sorted(each.events, key=lambda event: event.created_time)  # type: ignore[arg-type,return-value]
        found = analyse(each, COURSE, facts)
        if found.key_figures.repeats == 0:
            check(events, found, {})
            checked += 1
    assert checked >= 80


def test_days_begin_at_midnight_of_the_settings_zone() -> None:
    log = student(submission("a", 0, 0.5), submission("a", 9 * 3600, 1.0), submission("a", 5 * DAY, 1.0))
    # From nine in the morning of 21 July UTC on; in Auckland the second one falls on the next day.
    utc = analyse(log, COURSE)
    auckland = analyse(log, COURSE, settings=AnalysisSettings(time_zone="Pacific/Auckland"))
    assert utc.course is not None
    assert auckland.course is not None
    assert [day.on.day for day in utc.course.days] == [21, 26]
    assert [day.on.day for day in auckland.course.days] == [21, 22, 26]
    assert auckland.settings.zone == ZoneInfo("Pacific/Auckland")


def test_a_break_of_weeks_is_no_far_off_time_in_a_course() -> None:
    log = student(*(save("a", 600 * n) for n in range(20)), save("a", 60 * DAY))
    found = analyse(log, COURSE)
    assert found.course is not None
    assert found.course.longest_break_days == 59
    assert not [note for note in found.data_notes if note.code == "far_off_times"]


def test_an_exam_has_no_course_and_sittings_only_where_there_are_several() -> None:
    one = analyse(student(save("a", 0), save("a", 600)))
    two = analyse(student(save("a", 0), save("a", 600), save("b", 5 * 3600), save("b", 5 * 3600 + 900)))
    assert (one.course, one.sittings) == (None, ())
    assert two.course is None
    assert [sitting.seconds for sitting in two.sittings] == [600, 900]


def test_where_the_last_submission_counts_a_week_may_lose_points() -> None:
    log = student(submission("a", 0, 1.0), submission("a", 9 * DAY, 0.25))
    found = analyse(log, Context(exam=Exam(kind="course", counts="last")))
    assert found.course is not None
    # From a Sunday on: the week between has nothing, and keeps its points.
    assert [week.earned for week in found.course.weeks] == [1.0, 1.0, 0.25]
    assert found.course.weeks[-1].gained == -0.75


def test_a_deadline_counts_with_the_student_s_extra_time() -> None:
    events = [submission("a", 0, 1.0), submission("b", 3 * DAY, 0.5)]
    exam = Exam(kind="course", ends_at=at(3 * DAY) + timedelta(days=2))
    plain = analyse(Student("a", events), Context(exam=exam)).course
    longer = analyse(Student("a", events, extra_minutes=2 * 1440), Context(exam=exam)).course
    assert plain is not None
    assert longer is not None
    assert (plain.days_to_deadline, longer.days_to_deadline) == (2, 4)


def test_a_group_and_a_unit_of_the_same_name_earn_their_points_apart() -> None:
    questions = (Question("v1", group="q18"), Question("v2", group="q18"), Question("q18"))
    log = student(submission("v1", 0, 1.0), submission("q18", DAY, 1.0))
    found = analyse(log, Context(exam=Exam(kind="course"), questions=questions))
    assert found.course is not None
    assert found.key_figures.score_earned == 2
    assert found.course.weeks[-1].earned == 2
    assert [sitting.gained for sitting in found.sittings] == [1, 1]
