"""What a class report says for a teacher to decide by: scores, whom to look at first, what to say to all."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import ClassFindings, analyse, analyse_class, facts_of
from feedback.analysis.cohort.results import named
from feedback.analysis.cohort.scores import Score, bin_width, scores_of
from feedback.events import Event, Student
from feedback.events.context import NO_CONTEXT, Context, Exam, Question
from tests.harness.logs import save, student, submission


def of(*students: Student, context: Context = NO_CONTEXT) -> ClassFindings:
    facts = facts_of(students, context)
    return analyse_class([analyse(each, context, facts) for each in students])


def scored(name: str, *scores: float, minutes: float = 60, units: str = "abcdefgh") -> Student:
    """A student with a submission on each unit, over so many minutes."""
    step = minutes * 60 / max(len(scores) - 1, 1)
    events = [submission(unit, step * i, score) for i, (unit, score) in enumerate(zip(units, scores, strict=False))]
    return student(*events, student_id=name)


GOOD = [scored(f"good-{n}", 1, 1, 0.75, 0.5) for n in range(10)]


@given(st.floats(0.01, 1e6))
def test_the_bins_of_scores_are_few_and_round(possible: float) -> None:
    width = bin_width(possible)
    assert 1 <= possible / width <= 20 + 1e-9
    assert f"{width:e}"[:3] in {"1.0", "2.0", "2.5", "5.0"}


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from([1.0, 7.0, 12.0, 33.0, 100.0]))
def test_a_histogram_of_scores_counts_everybody_once(shares: list[float], possible: float) -> None:
    scores = scores_of([Score(share * possible, possible) for share in shares])
    assert scores is not None
    assert sum(scores.histogram) == scores.n == len(shares)
    assert (len(scores.histogram) - 1) * scores.bin_width < possible <= len(scores.histogram) * scores.bin_width + 1e-6
    assert scores.below_half == sum(share * possible < possible / 2 - 1e-9 for share in shares)


def test_a_full_score_by_an_error_of_floats_is_in_the_last_bin_and_half_is_not_below_half() -> None:
    scores = scores_of([Score(0.6 + 0.3 + 0.1, 1), Score(0.3 + 0.2 - 1e-12, 1)])
    assert scores is not None
    assert (scores.histogram[-1], scores.below_half) == (1, 0)


def test_students_who_could_earn_different_points_are_summarised_in_shares() -> None:
    scores = scores_of([Score(5, 10), Score(4, 4)])
    assert scores is not None
    assert (scores.possible, scores.mean, scores.bin_width) == (None, 0.75, 0.05)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (scored("x", 0, 0, 0, 0, minutes=5), "left after 5 minutes"),
        (scored("x", 0.5, 0.25), "2 questions begun of 4, in 1 hour"),
        (scored("x", 0.5, 0, 0.5, 0.5), "no question above half, in 1 hour"),
        (scored("x", 0, 0.75, 0, 0.75), "lost most on a: 0 of 1"),
        (
            student(
                *(submission(u, 60 * t, s) for u, t, s in [("a", 0, 0), ("b", 5, 0.75), ("c", 55, 0), ("d", 60, 0)])
            ),
            "83\u00a0% of the time on c, which came to 0",
        ),
    ],
)
def test_a_student_below_half_is_named_with_the_first_reason_that_holds(who: Student, reason: str) -> None:
    found = of(*GOOD, who)
    # Gaps of up to 20 minutes count as work only in a log of page visits.
    visits = of(*GOOD, who, context=Context(exam=Exam(log_kind="visits")))
    assert [each.row for each in found.attention] == [10]
    assert [(each.row, each.reason) for each in visits.attention] == [(10, reason)]


def test_points_thrown_away_by_the_last_submission_are_named_above_half_too() -> None:
    who = student(*scored("x", 1, 1, 1, 1).events, submission("a", 3660, 0), student_id="x")
    [only] = of(*GOOD, who).attention
    reason = "the last submissions brought fewer points than the best ones (difference: 1)"
    assert (only.student_id, only.reason) == ("x", reason)
    assert not of(*GOOD, who, context=Context(exam=Exam(counts="last"))).attention


def test_nobody_is_named_without_a_reason_and_never_more_than_twelve() -> None:
    assert of(*GOOD).attention == ()
    assert len(of(*(scored(f"s{n}", 0.1, 0.2, 0.3, 0.4) for n in range(20))).attention) == 12
    assert [each.student_id for each in of(*GOOD, student(student_id="absent")).attention] == []


def test_without_scores_work_that_was_not_submitted_is_what_is_at_stake() -> None:
    def work(name: str, *submitted: str) -> Student:
        saves = [save(unit, 280 * i + 60 * j) for i, unit in enumerate("abc") for j in range(4)]
        return student(*saves, *(submission(unit, 1500 + i, None) for i, unit in enumerate(submitted)), student_id=name)

    found = of(work("all", "a", "b", "c"), work("two", "a"), work("one", "a", "b"), work("none"))
    assert [each.student_id for each in found.attention] == ["none", "two"]
    assert found.attention[1].reason.endswith("of work was not submitted, on questions b and c")
    assert found.scores is None
    assert [item.n for item in found.items] == [0, 0, 0]
    assert {item.facility for item in found.items} == {None}


def test_items_have_the_points_and_titles_of_the_exam_and_rows_for_what_nobody_touched() -> None:
    context = Context(
        questions=(
            Question("a", title="Lists", points=4),
            Question("b1", group="b", points=6),
            Question("b2", group="b", points=6),
            Question("unseen", points=2, optional=True),
        )
    )
    first = student(submission("a", 0, 0.5), submission("b1", 60, 1), student_id="first")
    second = student(submission("a", 0, 1), submission("b2", 60, 0.5), student_id="second")
    found = of(first, second, context=context)
    assert [(item.name, item.n, item.points, item.facility) for item in found.items] == [
        ("a Lists", 2, 4, 0.75),
        ("b", 2, 6, 0.75),
        ("unseen", 0, 2, None),
    ]
    assert [(version.unit, version.n, version.facility) for version in found.items[1].versions] == [
        ("b1", 1, 1),
        ("b2", 1, 0.5),
    ]
    assert [(row.score_earned, row.score_possible, row.slots, row.slots_submitted) for row in found.rows] == [
        (8, 10, 3, 2),
        (7, 10, 3, 2),
    ]


def test_a_question_that_the_first_student_did_not_open_has_its_title() -> None:
    context = Context(questions=(Question("a", title="Lists"), Question("b", title="Trees")))
    found = of(
        student(submission("a", 0, 1), student_id="first"),
        student(submission("b", 0, 1), student_id="second"),
        context=context,
    )

    assert [item.name for item in found.items] == ["a Lists", "b Trees"]
    assert [slot.title for slot in found.slots] == ["Lists", "Trees"]


@pytest.mark.parametrize(
    ("slot", "title", "name"),
    [
        ("q18", "Trees", "q18 Trees"),
        ("q18", None, "q18"),
        ("Trees", "Trees", "Trees"),
        ("block-v1:Org+Course+2016+type@problem+block@8ea3115a05d2af", "Trees", "Trees …05d2af"),
        ("block-v1:Org+Course+2016+type@problem+block@8ea3115a05d2af", None, None),
    ],
)
def test_a_question_is_called_by_what_people_can_read(slot: str, title: str | None, name: str | None) -> None:
    assert named(slot, title) == (name or slot)


def test_the_headline_names_the_hardest_question_and_is_silent_where_two_print_alike() -> None:
    assert of(*GOOD).headline.startswith(
        "d was the hardest question: a mean score of 0.5, and 0\u00a0% of its students"
    )
    assert of(*(scored(f"s{n}", 0.5, 0.5, 1) for n in range(10))).headline == ""
    assert of(*GOOD[:7]).headline == ""


def test_what_holds_for_over_half_of_the_class_is_one_paragraph() -> None:
    def log(name: str) -> Student:
        return student(save("a", 0), save("a", 300), save("b", 360), submission("b", 390), student_id=name)

    found = of(*(log(f"s{n}") for n in range(9)))
    assert found.for_everybody.startswith("“Saved, but not submitted” holds for 100\u00a0% of the class.")
    assert of(*(log(f"s{n}") for n in range(7))).for_everybody == "", "too few to be a class"
    assert of(*(log(f"s{n}") for n in range(4)), *GOOD[:4]).for_everybody == "", "half is not over half"


def test_an_insight_that_another_version_stored_is_counted_under_its_stored_title() -> None:
    found = [analyse(each) for each in GOOD]
    stored = msgspec.structs.replace(
        found[0].insights[0], id="of_a_later_version", title="Something new", kind="praise"
    )
    found[0] = msgspec.structs.replace(found[0], insights=(stored,))
    [count] = [each for each in analyse_class(found).insights if each.id == "of_a_later_version"]
    assert (count.title, count.kind, count.students) == ("Something new", "praise", 1)


def test_times_of_all_slots_are_on_one_scale() -> None:
    fast, slow = [save("a", 10 * n) for n in range(3)], [save("b", 100 + 300 * n) for n in range(9)]
    found = of(*(student(*fast, *slow, student_id=f"s{n}") for n in range(8)))
    assert found.seconds_bin == 300
    a, b = found.slots
    assert a.seconds is not None
    assert b.seconds is not None
    assert a.seconds.histogram == (8, *[0] * 11)
    assert sum(b.seconds.histogram[:8]) == 0


def test_an_untimed_class_has_items_and_no_times() -> None:
    events = [Event("1", "submission", None, 0.5), Event("2", "submission", None, 1.0)]
    found = of(*(Student(f"s{n}", events) for n in range(9)))
    assert [(item.slot, item.facility) for item in found.items] == [("1", 0.5), ("2", 1)]
    assert {item.median_seconds for item in found.items} == {found.seconds_bin} == {None}
