"""A class over a course: its days and weeks, and who has gone quiet, worked out from the students' own days."""

from collections import Counter
from datetime import date, timedelta

from feedback.analysis import Findings, analyse, analyse_class, facts_of
from feedback.contract.formats import Format
from feedback.rendering import render_class
from tests.harness.courses import CONTEXT, course_class
from tests.harness.documents import Parsed, pdf_text
from tests.harness.exams import exam

STUDENTS = course_class(30)
FOUND: list[Findings] = [analyse(each, CONTEXT, facts_of(STUDENTS, CONTEXT)) for each in STUDENTS]


def days_of(n: int) -> list[date]:
    return sorted({event.created_time.date() for event in STUDENTS[n].events if event.created_time})


def test_days_and_weeks_of_the_class_are_those_of_its_students() -> None:
    course = analyse_class(FOUND).course
    assert course is not None
    events = Counter(event.created_time.date() for each in STUDENTS for event in each.events if event.created_time)
    at_work = Counter(day for n in range(len(STUDENTS)) for day in days_of(n))
    assert {day.on: (day.events, day.students) for day in course.days} == {
        day: (events[day], at_work[day]) for day in events
    }
    for week in course.weeks:
        days = {week.starts_on + timedelta(days=n) for n in range(7)}
        assert week.events == sum(events[day] for day in days)
        assert week.students == sum(bool(days & set(days_of(n))) for n in range(len(STUDENTS)))
        assert week.starts_on.weekday() == 0


def test_quiet_are_those_with_work_left_whose_last_day_is_two_weeks_before_the_end() -> None:
    found = analyse_class(FOUND)
    assert found.course is not None
    end = found.course.last_day
    expected = {STUDENTS[n].student_id for n in range(len(STUDENTS)) if (end - days_of(n)[-1]).days >= 14}
    assert expected == {each.student_id for each in found.course.quiet}
    assert any(name.startswith("quiet") for name in expected)
    assert not any(name.startswith("crammer") for name in expected)
    assert [each.last_at.date() for each in found.course.quiet] == sorted(
        (each.last_at.date() for each in found.course.quiet), reverse=True
    )
    for each in found.course.quiet:
        assert found.rows[each.row].student_id == each.student_id


def test_the_class_report_of_a_course_has_its_calendar_and_the_quiet_and_no_activity_of_an_exam() -> None:
    found = analyse_class(FOUND)
    links = [f"reports/{n}" for n in range(len(FOUND))]
    parsed = Parsed(render_class(found, Format.HTML, links=links).body.decode())
    assert "Who has gone quiet" in parsed.headings
    assert any(heading.startswith("Most students worked in the week from") for heading in parsed.headings)
    assert "Activity over time" not in parsed.headings
    assert "How hard each question was" in parsed.headings
    assert found.course is not None
    first = found.course.quiet[0]
    assert any(tag == "a" and attrs.get("href") == links[first.row] for tag, attrs in parsed.tags)
    assert "Who has gone quiet" in pdf_text(render_class(found, Format.PDF, links=links).body)


def test_an_exam_s_class_report_is_as_it_was() -> None:
    found = analyse_class([analyse(exam(80, 4, seed)) for seed in range(4)])
    assert found.course is None
    assert "Activity over time" in Parsed(render_class(found, Format.HTML).body.decode()).headings
