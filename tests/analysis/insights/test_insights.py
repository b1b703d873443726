"""Insights: each rule with a log that reaches its threshold and one that does not, and the choice among them."""

import re
from collections.abc import Sequence

import msgspec
import pytest

from feedback.analysis import AnalysisSettings, ClassFacts, Findings, Insight, UsualWindow, analyse, definitions
from feedback.analysis.insights import RULES
from feedback.events import Event
from feedback.events.context import NO_CONTEXT, Context, Exam, Question, ReportOptions
from tests.harness.logs import at, save, steps, student, submission

MINUTE = 60
DEFAULTS = AnalysisSettings()
# An hour on three questions, saves a minute apart, everything submitted in the last five minutes.
HOUR = [*steps("a", 0, 1200), *steps("b", 1260, 2400), *steps("c", 2460, 3600)]
SUBMITTED = [submission(unit, 3600 + i * 90) for i, unit in enumerate("abc")]


def found(log: Sequence[Event], settings: AnalysisSettings = DEFAULTS, context: Context = NO_CONTEXT) -> Findings:
    return analyse(student(*log), context, settings=settings)


def told(
    log: Sequence[Event], settings: AnalysisSettings = DEFAULTS, context: Context = NO_CONTEXT
) -> dict[str, Insight]:
    findings = found(log, settings, context)
    return {insight.id: insight for insight in (*findings.insights, *findings.further_insights)}


def scored(unit: str, start: float, *scores: float, every: float = 120) -> list[Event]:
    return [submission(unit, start + i * every, score) for i, score in enumerate(scores)]


def test_work_that_was_saved_and_not_submitted_is_told_by_its_minutes() -> None:
    insight = told([*HOUR, SUBMITTED[0]])["saved_not_submitted"]
    assert insight.did == "You worked 40 minutes of your 1 hour on 2 questions that you did not submit: Q2 and Q3."
    assert (insight.questions, insight.minutes) == (("Q2", "Q3"), 40)
    assert "saved_not_submitted" not in told([*HOUR, *SUBMITTED])


def test_a_minute_of_unsubmitted_work_is_no_insight() -> None:
    assert "saved_not_submitted" not in told([*steps("a", 0, 1200), save("b", 1260), submission("a", 1270)])


def test_nothing_is_said_about_not_submitted_where_a_type_is_unknown_or_a_score_stands() -> None:
    graded = Event("b", "graded", at(3700))
    with_score = Event("b", "saved_code", at(3700), 1.0)
    for event in (graded, with_score):
        log = [*steps("a", 0, 1200), *steps("b", 1260, 3600), submission("a", 3650), event]
        assert not any(question.saved_not_submitted for question in found(log).questions)
        assert "not submitted" not in found(log).headline


def test_the_question_that_cost_the_most_is_named_with_the_points() -> None:
    log = [*scored("a", 0, 1), *scored("b", 600, 0, 0.25), *scored("c", 1800, 0.9)]
    insight = told(log)["points_lost"]
    assert insight.did == "Of the points that you missed (0.85), Q2 cost you 0.75."
    assert insight.points == 0.75
    assert "points_lost" not in told(scored("a", 0, 1))


def test_points_weigh_what_the_teacher_gave_them() -> None:
    log = [*scored("a", 0, 0.5), *scored("b", 600, 0)]
    context = Context(questions=(Question("a", points=10), Question("b", title="Trees", points=1)))
    assert told(log, context=context)["points_lost"].questions == ("Q1",)
    assert found(log, context=context).key_figures.score_earned == 5


def test_a_question_that_was_never_opened_is_named_by_the_context_alone() -> None:
    context = Context(questions=(Question("a"), Question("b", title="Graphs", points=3)))
    insight = told(scored("a", 0, 1), context=context)["not_opened"]
    assert insight.did == "Graphs is not in your log. Points to gain there: 3."
    assert "Graphs" in found(scored("a", 0, 1), context=context).headline


def test_points_that_come_to_one_are_told_without_a_plural() -> None:
    context = Context(questions=(Question("a"), Question("b", title="Graphs", points=1)))
    assert told(scored("a", 0, 1), context=context)["not_opened"].did.endswith("Points to gain there: 1.")
    assert told(scored("a", 0, 0))["points_lost"].did == "All that you missed is on Q1. Points lost: 1."
    two = told(
        [*scored("a", 0, 0.5), *scored("b", 600, 0.5)], context=Context(questions=(Question("a"), Question("b")))
    )
    assert "Of the points that you missed (1), Q2 cost you 0.5." in {each.did for each in two.values()}


def test_a_last_score_below_the_best_comes_first_of_all_unless_the_best_counts() -> None:
    log = [*scored("a", 0, 1, 0.2), *scored("b", 900, 0)]
    findings = found(log)
    first = next(insight for insight in findings.insights if insight.kind == "suggestion")
    assert first.id == "score_dropped"
    assert first.did == "On Q1, your last submission scored 0.2, an earlier one 1."
    assert "Find out which submission counts" in first.try_next
    assert "score_dropped" not in told(log, context=Context(Exam(counts="best")))
    by_last = found(log, context=Context(Exam(counts="last")))
    assert by_last.key_figures.score_earned == pytest.approx(0.2)


def test_scores_that_only_differ_in_a_float_s_last_digits_are_the_same() -> None:
    log = [*scored("a", 0, 0.3, 0.30000000000000004), *scored("b", 900, 0, 0.004)]
    assert not told(log).keys() & {"risen", "raised_to_full", "improved_on_return", "score_dropped"}
    whole = found(scored("a", 0, 0.6 + 0.3 + 0.1))
    assert whole.key_figures.questions_solved == 1
    assert "full score" in whole.headline


def test_much_time_and_a_low_score_bring_a_limit_for_the_exam() -> None:
    log = [*steps("a", 0, 2400), *scored("a", 2405, 0.25), *steps("b", 2460, 3000), *scored("b", 3005, 1)]
    log += [*steps("c", 3060, 3600), *scored("c", 3605, 1)]
    insight = told(log)["much_time_low_score"]
    assert insight.did == "You spent 40 minutes on Q1, and it came to 0.25."
    assert "In the exam" in insight.try_next


def test_three_tries_that_bring_nothing_are_worth_a_word_two_are_not() -> None:
    insight = told(scored("a", 0, 0.5, 0.5, 0.2, 0.5))["submissions_without_improvement"]
    assert insight.did == "On Q1, 3 tries in a row brought no higher score."
    assert "submissions_without_improvement" not in told(scored("a", 0, 0.5, 0.5, 0.2, 0.6, 0.6))
    assert "submissions_without_improvement" not in told(scored("a", 0, 0.5, 0.5, 0.2, 0.2, 1))


def test_quick_resubmissions_are_counted_on_questions_that_cost_points() -> None:
    log = [*scored("a", 1, 0.1, 0.2, 0.3, every=59), *scored("b", 501, 0.1, 0.2, 0.3, every=59)]
    assert told(log)["quick_resubmissions"].value == 4
    assert "quick_resubmissions" not in told(log[:-1])
    assert "quick_resubmissions" not in told(scored("a", 1, 0.1, 0.2, 0.3, 0.4, 1, every=5))


def test_written_three_times_or_double_clicked_a_log_says_what_it_says_once() -> None:
    once = [
        event
        for i, unit in enumerate("abc")
        for event in (save(unit, i * 1440 + 1), *scored(unit, i * 1440 + 361, 0.5), save(unit, i * 1440 + 721))
    ]
    once += [event for i, unit in enumerate("abc") for event in scored(unit, i * 1440 + 1081, 1)]
    thrice = [event for event in once for _ in range(3)]
    alone, joined = found(once), found(thrice)
    assert joined.insights == alone.insights
    assert joined.key_figures.attempts == alone.key_figures.attempts == 6
    assert len(joined.event_order) == 3 * len(once)
    double = [*once, *(msgspec.structs.replace(e, created_time=at(s)) for e, s in ((once[1], 361.4),))]
    assert found(double).key_figures.attempts == 6


def test_on_full_minutes_repeats_are_kept_and_nothing_is_said_of_seconds() -> None:
    log = [submission("a", 60 * n, 0.1) for n in (0, 1, 1, 2, 3, 4, 5)]
    findings = found(log)
    assert findings.key_figures.repeats == 0
    assert findings.rhythm.quick_resubmissions == 0
    assert "full_minutes" in {note.code for note in findings.data_notes}


def test_time_left_unused_is_of_the_exam_s_window_else_of_the_class_s_usual_one() -> None:
    log = [*HOUR, *SUBMITTED[:2], save("c", 3780)]
    window = Context(Exam(starts_at=at(0), ends_at=at(2 * 3600)))
    assert told(log, context=window)["unused_time"].did == "Your last entry was 57 minutes before the end."
    facts = ClassFacts(students=20, log_kind="saves", usual_window=UsualWindow(at(0), at(2 * 3600)))
    insights = {each.id: each for each in analyse(student(*log), facts=facts).insights}
    assert insights["unused_time"].did == "Most of the class worked 57 minutes longer than you."
    assert "opened_late" not in insights


def test_who_has_nothing_left_to_do_is_not_told_of_the_time_that_was_left() -> None:
    window = Context(Exam(starts_at=at(0), ends_at=at(2 * 3600)))
    looked_over = [*steps("a", 200, 900), *steps("b", 920, 1600), *steps("c", 1620, 2400)]
    log = [*(submission(unit, 60 * n) for n, unit in enumerate("abc")), *looked_over]
    insights = told(log, context=window)
    assert "finished_early" in insights
    assert "unused_time" not in insights
    assert "unused_time" in told([*log, save("d", 2400)], context=window), "a question is not submitted"
    marks = [submission(unit, 1500, score) for unit, score in zip("abc", (1, 1, 1), strict=True)]
    assert "unused_time" not in told(marks, context=window)
    assert "unused_time" in told([*marks[:2], submission("c", 1500, 0.5)], context=window), "points are left"


def test_a_course_gets_no_advice_for_an_exam() -> None:
    weeks = [event for day in (0, 7, 14) for event in steps("abc"[day // 7], day * 86_400, day * 86_400 + 3600)]
    findings = found([*weeks, submission("c", 15 * 86_400)])
    assert findings.kind == "course"
    of_exam = {rule.id for rule in RULES if rule.of_exam}
    assert not of_exam & {each.id for each in (*findings.insights, *findings.further_insights)}
    assert findings.rhythm.long_pauses == 0
    assert findings.key_figures.sittings == 4


def test_page_one_has_at_most_one_praise_and_two_suggestions_by_what_is_at_stake() -> None:
    log = [*scored("a", 0, 1), *scored("b", 600, 0.4, 0.4, 0.4, 0.4), *scored("c", 2000, 0), *scored("d", 2500, 0.5, 1)]
    findings = found(log)
    assert [insight.kind for insight in findings.insights] == ["praise", "suggestion", "suggestion"]
    first, second = findings.insights[1:]
    assert first.points >= second.points
    assert findings.further_insights


def test_no_question_is_praised_and_reproached_at_once() -> None:
    log = [*scored("a", 0, 0.2, 0.6, 0.6, 0.6, 0.6), *scored("b", 1200, 0, 1)]
    findings = found(log)
    told_ = (*findings.insights, *findings.further_insights)
    praised = {alias for each in told_ if each.kind == "praise" for alias in each.questions}
    assert "Q2" in praised
    assert not praised & {alias for each in told_ if each.kind == "suggestion" for alias in each.questions}


def test_what_the_teacher_hides_is_left_out_and_a_threshold_is_the_teacher_s() -> None:
    log = [*scored("a", 0, 1), *scored("b", 600, 0.4, 0.4, 0.4, 0.4)]
    assert "points_lost" not in told(log, context=Context(report=ReportOptions(hide=("points_lost",))))
    stricter = Context(report=ReportOptions(thresholds={"submissions_without_improvement": 9}))
    assert "submissions_without_improvement" not in told(log, context=stricter)


def test_full_scores_at_the_first_try_are_praised() -> None:
    log = [event for i, unit in enumerate("ab") for event in scored(unit, i * 600, 1)]
    assert told(log)["right_first"].did == "2 questions were right at the first try: Q1 and Q2."
    assert "right_first" not in told(scored("a", 0, 0.9, 1))


def test_everything_right_and_everything_submitted_are_praised() -> None:
    log = [event for i, unit in enumerate("abc") for event in scored(unit, i * 600, 1)]
    assert told(log)["all_full"].did == "All 3 questions had the full score."
    assert "all_full" not in told(log, context=Context(questions=tuple(map(Question, "abcd"))))
    assert told([*HOUR, *SUBMITTED])["all_submitted"].did == "You submitted all 3 questions that you worked on."


def test_who_is_done_with_time_to_spare_is_praised_and_who_left_a_question_unopened_is_not() -> None:
    looked_over = [*steps("a", 200, 1300), *steps("b", 1320, 2400), *steps("c", 2420, 3600)]
    log = [*(submission(unit, 60 * n) for n, unit in enumerate("abc")), *looked_over]
    known = Context(questions=tuple(map(Question, "abc")))
    assert told(log, context=known)["finished_early"].did.startswith("All 3 questions had a submission")
    assert "finished_early" not in told(log, context=Context(questions=tuple(map(Question, "abcd"))))
    optional = Context(questions=(*known.questions, Question("d", optional=True)))
    assert "finished_early" in told(log, context=optional)


def test_questions_opened_before_the_exam_begins_are_not_said_to_be_opened_in_its_first_minutes() -> None:
    log = [*(save(unit, 60 * n) for n, unit in enumerate("abc", 1)), *steps("a", 240, 3600)]
    early = Context(exam=Exam(starts_at=at(0), ends_at=at(7200)))
    late = Context(exam=Exam(starts_at=at(1800), ends_at=at(7200)))
    assert told(log, context=early)["opened_all_early"].did == "You opened all 3 questions in the first 3 minutes."
    assert "opened_all_early" not in told(log, context=late)


def test_little_progress_is_no_reason_for_praise() -> None:
    assert not any(each.kind == "praise" for each in told(scored("a", 0, 0, 0.22)).values())


@pytest.mark.parametrize("log", [[], [save("a", 0)], [save("a"), submission("b", None, 1.0)]])
def test_next_to_no_events_bring_no_word_about_time(log: list[Event]) -> None:
    assert told(log).keys() <= {"right_first", "points_lost"}


def test_names_are_those_that_people_read() -> None:
    context = Context(questions=(Question("a", title="Loops"), Question("b", title="Trees")))
    assert told([*scored("a", 0, 1), *scored("b", 600, 0)], context=context)["points_lost"].did.startswith(
        "All that you"
    )
    assert "Q2 Trees" in found([*scored("a", 0, 1), *scored("b", 600, 0)], context=context).headline
    shifted = found([*scored("Q3", 0, 1), *scored("Q7", 600, 0)])
    assert "Q7" in shifted.headline
    assert shifted.event_order == ("Q1", "Q2")


FORBIDDEN = re.compile(
    r"cheat|plagiar|copied|copy|dishonest|suspic|misconduct|integrity|unusual|irregular|outside help|someone else"
    r"|\bbad\b|\bpoor|\bweak|\bfail|\bwrong|\blazy|careless|should have|must have|too (slow|late|many|few|long)"
    r"|\baverage\b|\bother students|\bbetter than|\bworse|\bclassmates|\brank",
    re.IGNORECASE,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_judges_compares_or_hints_at_misconduct(rule: object) -> None:
    texts = " ".join(
        text if isinstance(text, str) else " ".join(text)
        for text in (rule.title, rule.did, rule.readings, rule.try_next, rule.ask)  # type: ignore[attr-defined]
    )
    assert not FORBIDDEN.search(texts)
    assert rule.ask.endswith("?")  # type: ignore[attr-defined]
    assert rule.setting in AnalysisSettings.__struct_fields__  # type: ignore[attr-defined]


def test_the_guide_names_every_rule() -> None:
    guide = {definition.measure: definition.name for definition in definitions(DEFAULTS)}
    assert all(guide[rule.id] == rule.title for rule in RULES)
