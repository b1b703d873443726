"""Insights: each rule with a log that reaches its threshold and one that does not, and the choice among them."""

import re
from collections.abc import Sequence

import msgspec
import pytest

from feedback.analysis import AnalysisSettings, Findings, Insight, analyse, definitions
from feedback.analysis.insights import RULES
from feedback.analysis.insights.choice import ranked
from feedback.events import Event
from tests.harness.logs import save, steps, student, submission

MINUTE = 60
EVERY = AnalysisSettings(insights_shown=len(RULES))
# An hour on three questions, saves a minute apart, everything submitted in the last five minutes.
HOUR = [*steps("a", 0, 1200), *steps("b", 1260, 2400), *steps("c", 2460, 3600)]
SUBMITTED = [submission(unit, 3600 + i * 90) for i, unit in enumerate("abc")]


def told(log: Sequence[Event], settings: AnalysisSettings = EVERY) -> dict[str, Insight]:
    return {insight.id: insight for insight in analyse(student(*log), settings=settings).insights}


def scored(unit: str, start: float, *scores: float, every: float = 120) -> list[Event]:
    return [submission(unit, start + i * every, score) for i, score in enumerate(scores)]


def test_questions_saved_and_not_submitted_are_named() -> None:
    insight = told([*HOUR, SUBMITTED[0]])["saved_not_submitted"]
    assert insight.did == "You saved work on 2 questions without submitting it: Q2 and Q3."
    assert insight.questions == ("Q2", "Q3")
    assert "saved_not_submitted" not in told([*HOUR, *SUBMITTED])


def test_three_submissions_that_bring_nothing_are_worth_a_word_two_are_not() -> None:
    insight = told(scored("a", 0, 0.5, 0.5, 0.2, 0.5))["submissions_without_improvement"]
    assert (insight.value, insight.threshold) == (3, 3)
    assert insight.did == "On Q1, 3 submissions in a row brought no higher score."
    assert "submissions_without_improvement" not in told(scored("a", 0, 0.5, 0.5, 0.2, 0.6, 0.6))


def test_the_longest_run_stands_first_and_other_questions_with_runs_follow() -> None:
    log = [*scored("a", 0, 0, 0, 0, 0), *scored("b", 1000, 0, 0, 0, 0, 0), *scored("c", 2000, 0, 0, 0, 0)]
    did = told(log)["submissions_without_improvement"].did
    assert did == "On Q2, 4 submissions in a row brought no higher score; there were such runs on Q1 and Q3 too."


def test_resubmissions_after_the_full_score_are_no_matter() -> None:
    found = told(scored("a", 0, 0.5, 1, 1, 1, 1, 1, 1, every=5))
    assert not found.keys() & {"quick_resubmissions", "submissions_without_improvement"}


def test_quick_resubmissions_are_counted_over_all_questions() -> None:
    log = [*scored("a", 0, 0.1, 0.2, 0.3, every=59), *scored("b", 500, 0.1, 0.2, 0.3, every=59)]
    insight = told(log)["quick_resubmissions"]
    assert insight.value == 4
    assert "within 60 seconds" in insight.did
    assert "(Q1 and Q2)" in insight.did
    assert "quick_resubmissions" not in told(log[:-1])


def test_a_batched_submission_with_a_new_score_counts() -> None:
    presses = [submission(unit, n * 100 + i, n / 10) for n in range(3) for i, unit in enumerate("abc")]
    last = [submission(unit, 700 + i, 1) for i, unit in enumerate("abc")]
    assert told([*presses, *last])["raised_to_full"].questions == ("Q1", "Q2", "Q3")


def test_much_time_on_one_question_is_said_with_the_time() -> None:
    log = [*steps("a", 0, 2400), *steps("b", 2460, 3000), *steps("c", 3060, 4800)]
    insight = told(log)["one_question"]
    assert insight.did == "You spent about 40 minutes on Q1, 50\u00a0% of your estimated active time."
    assert "one_question" not in told(HOUR)


def test_time_on_one_question_is_not_judged_where_most_of_the_time_left_no_trace() -> None:
    log = [save(unit, i * 1500 + j) for i, unit in enumerate("abca") for j in range(5)]
    assert "one_question" not in told(log)


def test_a_question_opened_in_the_last_tenth_is_named_with_the_time_that_was_left() -> None:
    late = [*HOUR, save("d", 3700), save("d", 3900)]
    insight = told(late)["opened_late"]
    assert insight.questions == ("Q4",)
    assert (
        insight.did
        == "Your first event on Q4 came in the last 10\u00a0% of your time, 3 minutes before your last event."
    )
    assert "opened_late" not in told(HOUR)


def test_a_first_submission_past_the_middle_is_late() -> None:
    insight = told([*HOUR, submission("a", 1801)])["late_first_submission"]
    assert (
        insight.did
        == "Your first submission came 30 minutes after your first event, when 50\u00a0% of your time had gone by."
    )
    assert "late_first_submission" not in told([*HOUR, submission("a", 1799)])


def test_a_lower_last_score_is_told_with_both_scores() -> None:
    insight = told(scored("a", 0, 0.4, 0.75, 0.5))["score_dropped"]
    assert insight.did == "On Q1, your last submission scored 0.5, an earlier one 0.75."
    assert insight.value == pytest.approx(0.25)
    assert "score_dropped" not in told(scored("a", 0, 0.4, 0.75, 0.7))


def test_two_long_pauses_are_told_with_the_longest() -> None:
    log = [*steps("a", 0, 600), *steps("b", 1260, 1800), *steps("c", 2700, 3600)]
    insight = told(log)["long_pauses"]
    assert insight.did == (
        "More than 10 minutes went by without an event 2 times; the longest was 15 minutes, before an event on Q3."
    )
    assert "long_pauses" not in told([*steps("a", 0, 600), *steps("b", 1260, 2400)])


def test_long_gaps_between_submissions_are_work_and_no_pauses() -> None:
    assert "long_pauses" not in told([submission("abc"[i % 3], i * 900, 0.1 * i) for i in range(10)])


def test_changes_between_questions_are_told_from_six_for_each_question() -> None:
    log = [save("abc"[i % 3], i * 60) for i in range(19)]
    insight = told(log)["many_switches"]
    assert insight.did == "You went from one question to another 18 times, over 3 questions."
    assert "many_switches" not in told(log[:-1])


def test_a_busy_end_is_told_with_its_share() -> None:
    log = [*steps("a", 0, 3600, every=300), *(save("a", 3900 + i) for i in range(6))]
    assert told(log)["busy_end"].did == "37\u00a0% of your events (7) came in the last 10\u00a0% of your time."
    assert "busy_end" not in told(HOUR)


def test_the_way_from_a_lower_to_the_full_score_is_praised_with_its_attempts() -> None:
    one, two = scored("a", 0, 1 / 3, 0.2, 1), scored("b", 600, 0, 0.5, 0.5, 1)
    assert told(one)["raised_to_full"].did == "On Q1, you went from 0.33 to the full score in 3 attempts."
    assert told([*one, *two])["raised_to_full"].did == (
        "On 2 questions (Q1 and Q2), you started below the full score and reached it: on Q2, from 0 in 4 attempts."
    )
    assert "raised_to_full" not in told(scored("a", 0, 0.5, 0.9))
    assert "raised_to_full" not in told(scored("a", 0, 1, 1))


def test_a_rise_short_of_the_full_score_is_praised_with_its_attempts() -> None:
    one, two = scored("a", 0, 0.25, 0.5), scored("b", 600, 0, 0.5, 0.75)
    assert told(one)["risen"].did == "On Q1, your score rose from 0.25 to 0.5 in 2 attempts."
    assert told([*one, *two])["risen"].did == (
        "On 2 questions (Q1 and Q2), your score rose: on Q2, from 0 to 0.75 in 3 attempts."
    )
    assert "risen" not in told(scored("a", 0, 0.5, 0.2))
    assert "risen" not in told([*one, *scored("b", 600, 0.5, 1)]), "the way to the full score says as much"


def test_submissions_that_brought_nothing_at_first_and_worked_in_the_end_are_told_to_the_end() -> None:
    def did(*scores: float) -> str:
        return told(scored("a", 0, *scores))["submissions_without_improvement"].did

    run = "On Q1, 3 submissions in a row brought no higher score."
    assert did(0, 0, 0, 0, 1) == f"{run} It worked in the end: attempt 5 on Q1 reached the full score."
    assert did(0, 0, 0, 0, 0.5, 0.75, 0.2) == f"{run} It paid off in the end: attempt 6 on Q1 reached 0.75."
    assert did(0, 0.5, 0.5, 0.2, 0.5) == run


def test_what_was_submitted_is_praised_where_half_of_it_and_more_was() -> None:
    assert told([*HOUR, *SUBMITTED[:2]])["mostly_submitted"].did == "You submitted 2 of the 3 questions you worked on."
    assert "mostly_submitted" not in told([*HOUR, save("d", 3700), save("e", 3800), *SUBMITTED[:2]])
    assert "mostly_submitted" not in told([*HOUR, *SUBMITTED]), "having submitted everything says as much"
    both = [submission("a", 0), submission("b", 60)]
    assert told(both)["mostly_submitted"].did == "You submitted every one of the 2 questions you worked on."


@pytest.mark.parametrize("scores", [(0.2, 0.2, 0.2, 0.2, 1), (0, 0, 0, 0, 0.5), (1,)])
def test_whoever_raised_a_score_or_reached_the_full_one_reads_that_beside_all_suggestions(
    scores: Sequence[float],
) -> None:
    log = [*HOUR, *scored("a", 3000, *scores, every=10), *steps("d", 3700, 3900), *steps("e", 5000, 5100, every=5)]
    insights = analyse(student(*log)).insights
    assert [insight.kind for insight in insights] == ["praise", *["suggestion"] * 3]


def test_a_score_raised_after_a_time_away_is_praised() -> None:
    log = [*scored("a", 0, 0.5), *scored("b", 300, 0.5), *scored("a", 600, 0.75)]
    assert told(log)["improved_on_return"].questions == ("Q1",)
    assert "improved_on_return" not in told([*scored("a", 0, 0.5), *scored("b", 300, 0.5), *scored("a", 599, 0.75)])
    assert "improved_on_return" not in told([*scored("a", 0, 0.5), *scored("a", 900, 0.75)])


def test_everything_submitted_with_time_to_spare_is_praised() -> None:
    early = [*HOUR, *(submission(unit, 2500 + i) for i, unit in enumerate("abc"))]
    insight = told(early)["finished_early"]
    assert insight.did == (
        "All 3 questions you worked on had a submission with 31\u00a0% of your time, about 18 minutes, still to go."
    )
    assert "finished_early" not in told([*HOUR, *SUBMITTED])
    assert "finished_early" not in told([*HOUR, submission("a", 100), submission("b", 1300)])


def test_praise_that_another_already_holds_is_not_given_twice() -> None:
    early = [*HOUR, *(submission(unit, 2500 + i) for i, unit in enumerate("abc"))]
    assert "all_submitted" not in told(early)
    assert "all_submitted" in told(early, msgspec.structs.replace(EVERY, finished_early_share=0.9))


def test_quick_resubmissions_say_that_they_stop_at_the_full_score() -> None:
    did = told(scored("a", 0, 0.1, 0.2, 0.3, 0.4, 1, 1, every=5))["quick_resubmissions"].did
    assert did.startswith("4 of your submissions")
    assert did.endswith("Submissions to a question after its full score are not counted here.")


def test_where_there_are_scores_finished_means_the_full_score() -> None:
    scores = {"a": 1.0, "b": 1.0, "c": 0.9}
    assert "finished_early" not in told([*HOUR, *(submission(u, 2500, score) for u, score in scores.items())])
    insight = told([*HOUR, *(submission(u, 2500, 1.0) for u in scores)])["finished_early"]
    assert "had the full score with" in insight.did


def test_full_scores_at_the_first_submission_are_praised() -> None:
    log = [event for i, unit in enumerate("abc") for event in scored(unit, i * 600, 1)]
    assert told(log)["right_first"].did == "3 questions had the full score at the first submission: Q1, Q2 and Q3."
    assert told(log[:1])["right_first"].did == "Q1 had the full score at the first submission."
    assert "right_first" not in told(scored("a", 0, 0.9, 1))


def test_a_steady_rhythm_is_praised() -> None:
    assert told(HOUR)["steady"].value == 1
    assert "100\u00a0%" in told(HOUR)["steady"].did
    assert "steady" not in told([*steps("a", 0, 1800), *steps("a", 2400, 3600)])


def test_a_log_with_every_question_submitted_is_praised() -> None:
    assert told([*HOUR, *SUBMITTED])["all_submitted"].did == "You submitted every question you worked on, 3 in all."
    assert "all_submitted" not in told([*HOUR, *SUBMITTED[:2]])


def test_a_few_events_or_a_few_minutes_are_too_little_to_speak_about_timing() -> None:
    timing = {
        "opened_late",
        "late_first_submission",
        "long_pauses",
        "busy_end",
        "finished_early",
        "steady",
        "one_question",
    }
    assert not timing & told([save("a", 0), save("b", 900), save("c", 3600), submission("c", 3700)]).keys()
    assert not timing & told([save("abc"[i % 3], i * 10) for i in range(40)]).keys()


def test_an_event_without_a_time_makes_timing_uncertain() -> None:
    assert "steady" not in told([*HOUR, save("a")])


@pytest.mark.parametrize("log", [[], [save("a", 0)], [save("a"), submission("b", None, 1.0)]])
def test_next_to_no_events_bring_no_word_about_time(log: list[Event]) -> None:
    assert told(log).keys() <= {"saved_not_submitted", "right_first"}


def test_at_most_four_are_shown_praise_first_and_suggestions_by_usefulness() -> None:
    log = [
        *steps("a", 0, 2400, every=30),
        *scored("a", 2400, 0.5, 0.4, 0.4, 0.4, every=30),
        *scored("b", 2700, 0.5, 0.4, 0.3, 0.2, every=30),
        *steps("c", 3000, 3600, every=30),
        *scored("d", 3900, 0.5, 1),
        *scored("e", 3950, 0.5, 1),
        save("f", 4000),
    ]
    everything = [rule.id for rule in RULES if rule.id in told(log)]
    assert len(everything) > 5
    shown = analyse(student(*log)).insights
    assert [insight.kind for insight in shown] == ["praise", "suggestion", "suggestion", "suggestion"]
    assert [insight.id for insight in shown[1:]] == everything[:3]


def test_a_rhythm_that_an_editor_may_have_kept_is_the_last_thing_to_praise() -> None:
    praise = [rule.id for rule in RULES if rule.kind == "praise"]
    assert praise[-1] == "steady"
    one_place = AnalysisSettings(insights_shown=1)
    assert told([*HOUR, *SUBMITTED], one_place).keys() == {"all_submitted"}
    assert told(HOUR, AnalysisSettings(insights_shown=2)).keys() == {"steady", "saved_not_submitted"}


def test_how_many_are_shown_is_a_setting() -> None:
    log = [*HOUR, submission("a", 3700)]
    for shown in range(4):
        assert len(told(log, AnalysisSettings(insights_shown=shown))) == shown


def test_every_threshold_is_a_setting() -> None:
    found = told([*HOUR, *SUBMITTED])
    for rule in RULES:
        assert rule.setting in AnalysisSettings.__struct_fields__
        if rule.id in found and found[rule.id].value != 1:
            value = found[rule.id].value
            beyond = (value + 1) / 2 if rule.unit == "share" else int(value) + 1
            stricter = msgspec.structs.replace(EVERY, **{rule.setting: beyond})
            assert rule.id not in told([*HOUR, *SUBMITTED], stricter)


def test_a_paper_is_cited_only_where_the_measure_comes_from_it() -> None:
    cited = {rule.id: rule.source.partition(" ")[0] for rule in RULES if rule.source}
    assert cited == {
        "submissions_without_improvement": "Perkins",
        "quick_resubmissions": "Karavirta,",
        "late_first_submission": "Edwards",
        "long_pauses": "Shrestha",
        "many_switches": "Monsell",
        "busy_end": "Edwards",
        "finished_early": "Edwards",
    }


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_all_it_has_to_say(rule: object) -> None:
    found = msgspec.structs.asdict(_example(rule.id))  # type: ignore[attr-defined]
    assert len(found["readings"]) == 2
    assert found["ask"].endswith("?")
    for text in (found["title"], found["did"], *found["readings"], found["try_next"]):
        assert text
        assert not re.search(r"[{}]", text)
    guide = {definition.measure: definition for definition in definitions(EVERY)}
    assert guide[found["id"]].name == found["title"]


def _example(rule: str) -> Insight:
    """The insight of a rule, from one log that brings out every rule once its thresholds are lowered."""
    lowest = msgspec.structs.replace(
        EVERY,
        one_question_share=0.01,
        late_first_submission_share=0.0,
        late_events_share=0.0,
        switches_per_question=0.01,
        finished_early_share=0.0,
        steady_share=0.0,
        questions_all_submitted=1,
        insight_coverage=0.0,
    )
    log = [
        *steps("a", 0, 600),
        *scored("a", 600, 0.5, 0.5, 0.2, 0.5, 0.5, 1, 0.5, every=50),
        *steps("b", 2000, 2600),
        *scored("b", 4000, 0.5),
        *scored("c", 4100, 0.5),
        *scored("b", 5000, 1),
        *scored("c", 5100, 1),
        *scored("d", 5200, 1),
    ]
    found: Findings = analyse(student(*log), settings=lowest)
    unsubmitted: Findings = analyse(student(*log, save("e", 5300)), settings=lowest)
    unhurried: Findings = analyse(student(*log), settings=msgspec.structs.replace(lowest, finished_early_share=1.0))
    half: Findings = analyse(
        student(*scored("a", 0, 0.2, 0.5), *scored("b", 300, 0.5), save("c", 400)), settings=lowest
    )
    insights = (*unsubmitted.insights, *found.insights, *unhurried.insights, *half.insights)
    return next(insight for insight in insights if insight.id == rule)


def test_a_rule_without_a_rank_is_named_with_where_to_give_it_one() -> None:
    unranked = RULES[0]._replace(id="a_new_rule")
    with pytest.raises(ValueError, match=r"without a rank: a_new_rule\. Add each id to RANKING in feedback\."):
        ranked((*RULES, unranked))


def test_a_rank_without_a_rule_is_named() -> None:
    with pytest.raises(ValueError, match=f"names no rule: {RULES[-1].id}"):
        ranked(RULES[:-1])
