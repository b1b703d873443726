"""A class over a course: its days and weeks, and who has gone quiet, worked out from the students' own days."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from feedback.analysis import Findings, analyse, analyse_class, facts_of
from feedback.analysis.cohort.course import ClassCourse
from feedback.analysis.course import MOST_WEEKS
from feedback.contract.formats import Format
from feedback.events import Event, Student
from feedback.events.context import Context, Exam, Question
from feedback.rendering import render_class
from feedback.rendering.courses import MAX_WEEKS
from tests.harness.courses import CONTEXT, course_class
from tests.harness.documents import Parsed, pdf_text
from tests.harness.exams import exam
from tests.harness.logs import student, submission

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


def test_the_busiest_week_is_named_only_where_no_other_had_as_many_students() -> None:
    found = analyse_class(FOUND)
    known = found.course
    assert known is not None
    weeks = known.weeks
    most = max(week.students for week in weeks)

    def headings(*students: int) -> list[str]:
        changed = [replace(week, students=n) for week, n in zip(weeks, students, strict=True)]
        course = replace(known, weeks=tuple(changed))
        return Parsed(render_class(replace(found, course=course), Format.HTML).body.decode()).headings

    one = headings(1, most + 1, *(1 for _ in weeks[2:]))
    assert f"The busiest week: from {weeks[1].starts_on.day} {weeks[1].starts_on:%B %Y}" in one
    two = headings(most, most, *(1 for _ in weeks[2:]))
    assert "Students at work, week by week" in two
    assert not any("busiest" in heading for heading in two)


def test_of_a_class_s_course_that_is_too_long_to_draw_the_latest_weeks_are_spoken_of() -> None:
    late = list(range(100, 600, 4))
    most = [worker(f"s{n}", [0, *late], score=0.5) for n in range(4)]
    early = worker("early", [0, 1, *late], "abcdef", score=0.5)
    context = Context(exam=Exam(kind="course"))
    students = [*most, early, *(worker(f"gone {n}", [0, 100 + n], score=0.5) for n in range(6))]
    facts = facts_of(students, context)
    found = analyse_class(analyse(each, context, facts) for each in students)
    assert found.course is not None
    first = found.course.days[-1].on - timedelta(days=7 * MAX_WEEKS - 1)
    earlier = sum(day.on < first for day in found.course.days)
    most_events = max((day for day in found.course.days if day.on >= first), key=lambda day: day.events)
    parsed = Parsed(render_class(found, Format.HTML).body.decode())
    assert earlier > 1
    assert f"Most on {most_events.on.day} {most_events.on:%B %Y}:" in parsed.text
    assert f"{earlier} earlier days are in the findings (JSON)." in parsed.text
    assert not any("busiest" in heading for heading in parsed.headings), "the busiest week is not drawn"


def test_the_class_report_of_a_course_has_its_calendar_and_the_quiet_and_no_activity_of_an_exam() -> None:
    found = analyse_class(FOUND)
    links = [f"reports/{n}" for n in range(len(FOUND))]
    parsed = Parsed(render_class(found, Format.HTML, links=links).body.decode())
    assert "Who has gone quiet" in parsed.headings
    assert "Students with an entry, week by week from Monday." in parsed.text
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


BEGIN = datetime(2025, 3, 3, tzinfo=UTC)  # a Monday
COURSE = Context(exam=Exam(kind="course"))


def worker(name: str, days: list[int], units: str = "abc", score: float | None = 1.0) -> Student:
    """Somebody who submits every unit on each of these days after the beginning."""
    log = [
        Event(unit, "submission", BEGIN + timedelta(days=day, hours=10, minutes=n), score)
        for day in days
        for n, unit in enumerate(units)
    ]
    return student(*log, student_id=name)


def course_of(*students: Student, context: Context = COURSE) -> ClassCourse:
    facts = facts_of(students, context)
    found = analyse_class(analyse(each, context, facts) for each in students).course
    assert found is not None
    return found


def quiet(*students: Student, context: Context = COURSE) -> set[str]:
    return {each.student_id for each in course_of(*students, context=context).quiet}


def test_the_last_day_of_a_class_is_the_one_until_which_its_facts_say_that_it_was_at_work() -> None:
    most = [worker(f"s{n}", [*range(n % 3, 36, 3), 36], score=0.5) for n in range(22)]
    later = [worker(f"later {n}", [n, 7 * (6 + n // 2) + n % 2], score=0.5) for n in range(8)]
    course, facts = course_of(*most, *later), facts_of([*most, *later], COURSE)
    assert facts.last_at is not None
    assert course.last_day == facts.last_at.date() == date(2025, 4, 29), "three of thirty worked then or later"
    names = {each.student_id for each in course.quiet}
    assert {each.student_id for each in most} <= names, "the class went on for three weeks"
    assert names - {each.student_id for each in most} == {"later 0", "later 1"}


def test_a_class_of_two_of_whom_one_has_a_clock_of_another_year_ends_with_the_work_that_is_shown() -> None:
    course = course_of(worker("a", list(range(0, 60, 3))), worker("ahead", [27_000, 27_001]))
    assert course.last_day == course.days[-1].on == date(2025, 4, 29)


def test_one_clock_decades_ahead_moves_no_week_of_the_class_and_makes_nobody_quiet() -> None:
    regular = [worker(f"s{n}", list(range(n % 3, 50, 4)), score=0.5) for n in range(6)]
    ahead = worker("ahead", [27_000, 27_010], score=0.5)
    behind = worker("behind", [-20_000, -19_900], score=0.5)
    alone, beside = course_of(*regular), course_of(*regular, ahead, behind)
    assert (beside.days, beside.weeks, beside.last_day) == (alone.days, alone.weeks, alone.last_day)
    assert beside.quiet == alone.quiet == (), "of a clock that is wrong nobody knows when work ended"


def test_four_events_centuries_apart_are_no_course_of_thousands_of_weeks() -> None:
    medieval = [worker("a", [-374_000, -374_001], "a"), worker("b", [-191_000, -191_001], "a")]
    assert len(course_of(*medieval).weeks) == 1


def test_a_log_with_a_break_of_most_of_a_year_again_and_again_has_its_last_ten_years() -> None:
    log = student(*(submission("a", n * 360 * 86_400, n / 20) for n in range(21)))
    own = analyse(log, COURSE).course
    assert own is not None
    assert len(own.weeks) == MOST_WEEKS >= len(course_of(log).weeks)
    assert own.weeks[-1].earned == 1
    assert sum(week.gained or 0 for week in own.weeks) < 1, "what was earned before is no gain of the first week"
    assert len(own.days) == 21


def test_who_has_nothing_left_is_not_quiet_and_who_left_early_with_full_scores_is() -> None:
    at_work = [worker(f"s{n}", list(range(0, 60, 3)), "abcdef", 0.5) for n in range(4)]
    done = worker("done", [1, 2], "abcdef")
    dropped_out = worker("dropped out", [1, 2], "ab")
    assert quiet(*at_work, done, dropped_out) == {"dropped out"}


def test_without_scores_quiet_are_those_with_questions_that_are_not_submitted() -> None:
    at_work = [worker(f"s{n}", list(range(0, 60, 3)), "abc", None) for n in range(4)]
    done = worker("done", [1, 2], "abc", None)
    saved = student(*done.events, Event("d", "saved_code", BEGIN + timedelta(days=2)), student_id="saved")
    assert quiet(*at_work, done, saved) == {"saved"}
    known = Context(COURSE.exam, tuple(Question(unit) for unit in "abcd"))
    assert quiet(*at_work, done, context=known) == {"done"}, "one question was never opened"
