"""The class beside a student's own numbers: only for classes of ten or more, and only where asked for."""

import msgspec
import pytest

from feedback.analysis import AnalysisSettings, ClassStatistics, Comparison, analyse, analyse_class, with_comparison
from feedback.events import Student
from tests.harness.logs import save, student, submission


def log(i: int, unit: str = "a") -> Student:
    return student(
        save(unit, 0), save(unit, 60 + i), *(submission(unit, 100 + i + 2 * n) for n in range(i)), student_id=f"s{i}"
    )


def statistics(*logs: Student) -> ClassStatistics:
    return analyse_class(map(analyse, logs)).statistics


def compared(own: Student, *logs: Student) -> Comparison:
    comparison = with_comparison(analyse(own), statistics(*logs)).comparison
    assert comparison is not None
    return comparison


def test_findings_compare_with_nobody_unless_asked() -> None:
    assert analyse(log(1)).comparison is None


def test_a_class_below_ten_is_not_compared_with_and_the_report_says_why() -> None:
    found = with_comparison(analyse(log(1)), statistics(*map(log, range(9)), student(student_id="absent")))
    assert found.comparison is None
    assert "10 students or more" in found.missing[-1].reason
    assert found.missing[-1].measure == "comparison"


def test_own_numbers_stand_beside_the_median_and_the_quartiles() -> None:
    comparison = compared(log(3), *map(log, range(11)))
    submissions = {measure.measure: measure for measure in comparison.measures}["submissions"]
    assert (submissions.own, submissions.median, submissions.q1, submissions.q3) == (3, 5, 2.5, 7.5)
    assert (submissions.students, submissions.unit) == (11, "count")


def test_a_question_is_compared_only_where_ten_have_it() -> None:
    comparison = compared(log(1, "b"), *map(log, range(10)), log(1, "b"))
    own = {question.unit: question for question in comparison.questions}["b"]
    assert (own.alias, own.class_label, own.students) == ("Q1", "C2", 1)
    assert (own.submissions.own, own.submissions.median, own.seconds.q1) == (1, None, None)


def test_a_question_nearly_everybody_touched_is_named_where_it_was_not() -> None:
    comparison = compared(log(1, "b"), *map(log, range(9)), log(1, "b"), log(2, "b"))
    assert comparison.never_touched == ("a",)
    untouched = {question.unit: question for question in comparison.questions}["a"]
    assert (untouched.alias, untouched.seconds.own) == (None, None)


def test_a_question_of_another_version_of_the_exam_is_not_called_untouched() -> None:
    comparison = compared(log(1, "b"), *map(log, range(7)), log(1, "b"), log(2, "b"), log(3, "b"))
    assert comparison.never_touched == ()
    assert [question.unit for question in comparison.questions] == ["b"]


@pytest.mark.parametrize("size", [2, 3])
def test_the_least_size_of_a_class_is_a_setting(size: int) -> None:
    settings = AnalysisSettings(comparison_students=size)
    found = with_comparison(analyse(log(1), settings=settings), statistics(log(1), log(2)))
    assert (found.comparison is None) == (size > 2)


def test_a_comparison_changes_nothing_else() -> None:
    own = analyse(log(1))
    assert msgspec.structs.replace(with_comparison(own, statistics(*map(log, range(10)))), comparison=None) == own


def _worked_on(*units: str, score: float = 1) -> Student:
    """Everything saved and submitted, the first attempt with half of the score."""
    log = [
        event for i, unit in enumerate(units) for event in (save(unit, 600 * i), submission(unit, 600 * i + 60, 0.5))
    ]
    return student(*log, *(submission(unit, 600 * i + 120, score) for i, unit in enumerate(units)))


def test_praise_for_submitting_all_is_held_back_where_others_touched_more() -> None:
    whole, part = _worked_on(*"abcde"), analyse(_worked_on(*"abc"))
    right = analyse(student(submission("a", 0, 1), submission("b", 60, 0.5))).insights[0]
    alone = msgspec.structs.replace(part, insights=(*part.insights, right))
    assert [insight.id for insight in alone.insights] == ["all_full", "right_first"]
    assert with_comparison(alone, statistics(*[whole] * 11)).insights == (right,)
    assert with_comparison(alone, statistics(*[_worked_on(*"abc")] * 11)).insights == alone.insights


def test_praise_for_submitting_all_stays_where_it_is_the_only_praise() -> None:
    beside = with_comparison(analyse(_worked_on(*"abc")), statistics(*[_worked_on(*"abcde")] * 11))
    assert [insight.id for insight in beside.insights if insight.kind == "praise"] == ["all_full"]


def test_praise_for_being_done_ahead_is_held_back_as_well() -> None:
    part = analyse(_worked_on(*"abc"))
    ahead, right = (msgspec.structs.replace(part.insights[0], id=name) for name in ("done_ahead", "right_first"))
    both = msgspec.structs.replace(part, insights=(ahead, right))
    assert with_comparison(both, statistics(*[_worked_on(*"abcde")] * 11)).insights == (right,)


def test_praise_for_submitting_all_says_nothing_of_questions_never_opened() -> None:
    log = [event for i, unit in enumerate("abc") for event in (save(unit, 600 * i), submission(unit, 600 * i + 60))]
    praise = next(insight for insight in analyse(student(*log)).insights if insight.id == "all_submitted")
    assert praise.title == "Everything you worked on is submitted"
    assert "all the questions" not in " ".join([praise.did, *praise.readings])
