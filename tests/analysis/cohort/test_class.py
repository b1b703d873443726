"""The findings of a class: a row a student, the questions under labels of their own, and a small summary."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import (
    ClassFindings,
    Failure,
    QuestionStatistics,
    Spread,
    analyse,
    analyse_class,
)
from feedback.analysis.cohort.spread import spread_of
from feedback.events import Event, Student
from tests.harness.logs import at, save, steps, student, students, submission


def class_of(*logs: Student) -> ClassFindings:
    return analyse_class(analyse(log) for log in logs)


def by_unit(found: ClassFindings) -> dict[str, QuestionStatistics]:
    return {question.unit: question for question in found.statistics.questions}


ADA = student(save("a", 0), submission("a", 60, 1.0), save("c", 120), student_id="ada")
BEN = student(save("c", 30), submission("c", 90, 0.5), submission("b", 150, 0.0), student_id="ben")
CAT = student(student_id="cat")


def test_rows_stand_in_the_order_given_with_each_student_s_totals() -> None:
    found = class_of(BEN, CAT, ADA)
    assert [(row.student_id, row.events, row.saves, row.submissions) for row in found.rows] == [
        ("ben", 3, 1, 2),
        ("cat", 0, 0, 0),
        ("ada", 3, 2, 1),
    ]
    assert [row.questions_solved for row in found.rows] == [0, None, 1]
    assert [row.saved_not_submitted for row in found.rows] == [0, 0, 1]
    assert found.without_events == ("cat",)


def test_the_key_figures_count_failures_as_students() -> None:
    failure = Failure("dan", "course", "its report could not be rendered")
    figures = analyse_class(map(analyse, (ADA, CAT)), [failure]).key_figures
    assert (figures.students, figures.students_with_events, figures.students_without_events, figures.failed) == (
        3,
        1,
        1,
        1,
    )
    assert (figures.first_at, figures.last_at) == (at(0), at(120))


def test_questions_have_labels_of_the_class_and_the_report_says_so() -> None:
    found = class_of(ADA, BEN)
    assert [(question.label, question.unit) for question in found.statistics.questions] == [
        ("C1", "a"),
        ("C2", "b"),
        ("C3", "c"),
    ]
    assert analyse(ADA).questions[1].alias == "Q2"
    assert "class_labels" in [note.code for note in found.data_notes]


def test_each_question_counts_students_who_touched_submitted_and_solved_it() -> None:
    questions = by_unit(class_of(ADA, BEN, CAT))
    assert [(q.touched, q.submitted, q.solved, q.saved_not_submitted) for q in questions.values()] == [
        (1, 1, 1, 0),
        (1, 1, 0, 0),
        (2, 1, 0, 1),
    ]
    seconds = questions["c"].seconds
    assert seconds is not None
    assert (seconds.count, seconds.minimum, seconds.median, seconds.maximum) == (2, 60, 60, 60)


def test_numbers_written_differently_are_one_question_of_the_class() -> None:
    found = class_of(student(save("017"), student_id="x"), student(save(17.0), student_id="y"))
    assert [(question.unit, question.touched) for question in found.statistics.questions] == [("17", 2)]


def test_the_order_of_opening_is_told_where_students_share_it() -> None:
    again = Student("eve", BEN.events)
    found = class_of(ADA, BEN, again)
    assert [(order.labels, order.students) for order in found.opening_orders] == [(("c", "b"), 2)]
    assert {slot.slot: slot.opened_first for slot in found.slots} == {"a": 1, "b": 0, "c": 2}


def test_a_question_without_a_time_leaves_the_order_of_opening_unknown() -> None:
    found = class_of(student(save("a", 0), save("b")))
    assert [slot.opened_first for slot in found.slots] == [0, 0]


def test_a_timeline_counts_a_student_s_events_from_first_to_last() -> None:
    row = class_of(student(*steps("a", 0, 2820))).rows[0]
    assert row.timeline == (1,) * 48
    assert class_of(student(save("a"))).rows[0].timeline == ()
    assert class_of(student(save("a", 5), save("b", 5))).rows[0].timeline == (2,)


def test_activity_counts_events_submissions_and_students_in_equal_bins() -> None:
    activity = class_of(ADA, BEN).activity
    assert activity is not None
    assert (activity.starts, activity.bin_seconds) == ((at(0), at(60), at(120)), 60)
    assert activity.events == (2, 2, 2)
    assert activity.submissions == (0, 2, 1)
    assert activity.students == (2, 2, 2)


def test_activity_over_hours_has_wider_bins_and_few_of_them() -> None:
    activity = class_of(student(save("a", 0), save("a", 5 * 3600))).activity
    assert activity is not None
    assert activity.bin_seconds == 300
    assert len(activity.events) == 61


def test_activity_reaches_from_the_first_year_to_the_last() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    activity = class_of(student(Event("a", "save", first), Event("a", "save", last))).activity
    assert activity is not None
    assert activity.starts[0] == first
    assert len(activity.events) <= 120
    assert sum(activity.events) == 2


def test_activity_leaves_far_off_times_out_and_says_so() -> None:
    stray = Student("zoe", [Event("a", "save", at(0) - timedelta(days=20_000))])
    found = class_of(student(*steps("a", 0, 3600)), stray)
    assert found.activity is not None
    assert (found.activity.outside, found.activity.starts[0]) == (1, at(0))
    assert "outside_activity" in [note.code for note in found.data_notes]


def test_notes_on_students_logs_are_counted_once_for_the_class() -> None:
    notes = {note.code: note for note in class_of(CAT, student(save("a")), student(save("a", 0))).data_notes}
    assert (notes["no_events"].count, notes["missing_times"].count) == (1, 1)


def test_a_class_in_which_question_sets_differ_is_told_so() -> None:
    assert "question_sets_differ" in [note.code for note in class_of(ADA, BEN).data_notes]
    assert "question_sets_differ" not in [note.code for note in class_of(ADA, ADA).data_notes]


def test_insights_are_counted_over_the_class() -> None:
    found = class_of(*(student(submission("a", 0, 1), student_id=name) for name in "xyz"))
    assert [(count.id, count.students) for count in found.insights] == [("right_first", 3)]


def test_a_class_of_nobody_has_findings_too() -> None:
    found = analyse_class([], [Failure("x", None, "no")])
    assert (found.rows, found.activity, found.statistics.questions) == ((), None, ())


def test_a_spread_is_the_five_number_summary_with_a_histogram() -> None:
    assert spread_of([]) is None
    assert spread_of([3]) == Spread(1, 3, 3, 3, 3, 3, (1,))
    assert spread_of([0, 1, 1, 3], whole=True) == Spread(4, 0, 0.75, 1, 1.5, 3, (1, 2, 0, 1))


@given(st.lists(st.integers(0, 10_000), min_size=1), st.booleans())
def test_a_histogram_counts_every_value(values: list[int], whole: bool) -> None:
    spread = spread_of(values, whole=whole)
    assert spread is not None
    assert sum(spread.histogram) == spread.count == len(values)
    assert spread.minimum <= spread.q1 <= spread.median <= spread.q3 <= spread.maximum


@given(st.lists(students, max_size=6), st.randoms(use_true_random=False))
def test_a_class_is_summarised_alike_in_any_order(logs: list[Student], chance: object) -> None:
    shuffled = list(logs)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = class_of(*logs), class_of(*shuffled)
    assert one.statistics == other.statistics
    assert one.activity == other.activity
    assert one.key_figures == other.key_figures


@given(st.lists(students, max_size=6), st.integers(0, 6))
def test_splitting_a_class_changes_no_student_s_own_row(logs: list[Student], cut: int) -> None:
    whole = class_of(*logs)
    assert whole.rows == (*class_of(*logs[:cut]).rows, *class_of(*logs[cut:]).rows)


@given(st.lists(students, min_size=1, max_size=5))
def test_the_totals_of_a_class_are_the_sums_of_its_rows(logs: list[Student]) -> None:
    found = class_of(*logs)
    assert found.key_figures.events == sum(analyse(log).key_figures.events for log in logs)
    assert found.key_figures.events == sum(question.events for question in found.statistics.questions)
    assert sum(row.questions for row in found.rows) == sum(question.touched for question in found.statistics.questions)
    if found.activity is not None:
        timed = sum(mark.at is not None for log in logs for mark in analyse(log).marks)
        assert sum(found.activity.events) + found.activity.outside == timed


def test_the_stream_of_students_is_read_once() -> None:
    stream = iter([analyse(ADA), analyse(BEN)])
    assert len(analyse_class(stream).rows) == 2
    with pytest.raises(StopIteration):
        next(stream)
