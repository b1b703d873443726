"""Every report of the real classes: what the raw events say, worked out in other words, and no contradiction.

The classes are third-party data, as in `test_by_hand.py`: the tests run where the files are.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import pytest

from feedback.analysis import ClassFacts, Findings, analyse, facts_of
from feedback.events import Student
from tests.analysis import by_hand
from tests.analysis.test_by_hand import PROCTORED, TIMED, class_of

Raw = dict[str, Any]


@cache
def analysed(path: Path) -> tuple[ClassFacts, list[tuple[Raw, Findings]]]:
    raw: list[Raw] = class_of(path)
    students = [msgspec.convert(each, Student) for each in raw]
    facts = facts_of(students)
    return facts, [(each, analyse(student, facts=facts)) for each, student in zip(raw, students, strict=True)]


def whole_gaps(log: by_hand.Log) -> dict[str, float]:
    """Minutes on each unit: of each line the time since the line above it."""
    minutes: defaultdict[str, float] = defaultdict(float)
    steps = by_hand.in_time_order(log)
    for i in range(1, len(steps)):
        minutes[steps[i].unit] += by_hand.minutes_between(steps[i - 1], steps[i])
    return minutes


def tries(log: by_hand.Log) -> dict[str, int]:
    """Go down the list with a slip of paper for each unit's last score, 0 at first; count what changes or took work."""
    counted: defaultdict[str, int] = defaultdict(int)
    slips: dict[str, float] = {}
    steps = by_hand.in_time_order(log)
    for i, step in enumerate(steps):
        worked = i > 0 and by_hand.minutes_between(steps[i - 1], step) >= 0.5
        if worked or abs((step.score or 0) - slips.get(step.unit, 0)) > 1e-9:
            counted[step.unit] += 1
        slips[step.unit] = step.score or 0
    return counted


def test_the_timed_exam_is_one_of_page_visits_with_seven_slots_and_the_other_one_of_saves() -> None:
    timed, proctored = analysed(TIMED)[0], analysed(PROCTORED)[0]
    assert (timed.log_kind, timed.kind, timed.scores) == ("visits", "exam", True)
    assert set(timed.groups.values()) == {"q14", "q15", "q16", "q17", "q18", "q19", "q20"}
    slots = median(len({e["unit"].split("_")[0] for e in raw["events"]}) for raw, _ in analysed(TIMED)[1])
    assert timed.median_slots == slots == 7
    assert (proctored.log_kind, proctored.scores, proctored.groups) == ("saves", False, {})


def test_scores_tries_and_times_of_all_students_are_those_worked_out_from_the_raw_events() -> None:
    for raw, found in analysed(TIMED)[1]:
        log = raw["events"]
        minutes, tried, best = whole_gaps(log), tries(log), defaultdict[str, float](float)
        for event in log:
            slot = event["unit"].split("_")[0]
            best[slot] = max(best[slot], event["score"])
        assert found.key_figures.score_earned == pytest.approx(sum(best.values()))
        for question in found.questions:
            assert question.attempts == tried[question.unit]
            assert (question.seconds or 0) / 60 == pytest.approx(minutes[question.unit])
        assert found.key_figures.active_seconds is None
        assert not found.rhythm.pauses


def test_the_longest_time_bar_is_the_question_with_the_longest_logged_time() -> None:
    students = analysed(TIMED)[1]
    right = 0
    for raw, found in students:
        minutes = whole_gaps(raw["events"])
        longest = max(found.questions, key=lambda question: question.seconds or 0)
        right += minutes[longest.unit] >= max(minutes.values(), default=0) - 1e-6
    assert right >= 0.95 * len(students)


def test_the_weakest_question_is_named_on_page_one_of_every_student_who_lost_points() -> None:
    for _, found in analysed(TIMED)[1]:
        lost = {
            question.alias: 1 - (question.progress.best if question.progress else 0) for question in found.questions
        }
        most = max(lost.values())
        if most < 0.005:
            continue
        weakest = [alias for alias in lost if lost[alias] > most - 1e-9]
        page_one = " ".join([found.headline, *(each.did for each in found.insights)])
        assert any(alias in page_one.replace(",", " ").replace(":", " ").split() for alias in weakest) or any(
            f"{alias}." in page_one for alias in weakest
        ), (found.student_id, found.headline, weakest)


def test_no_report_of_a_real_class_contradicts_itself() -> None:
    for path in (TIMED, PROCTORED):
        for _, found in analysed(path)[1]:
            told = (*found.insights, *found.further_insights)
            praised = {alias for each in told if each.kind == "praise" for alias in each.questions}
            assert not praised & {alias for each in told if each.kind == "suggestion" for alias in each.questions}
            ids = {each.id for each in told}
            assert len(ids) == len(told)
            assert not ids >= {"opened_all_early", "opened_late"}
            assert not ids >= {"all_full", "points_lost"}
            assert not ids >= {"all_submitted", "saved_not_submitted"}
            assert not ids >= {"unused_time", "busy_end"}
            minutes = [question.minutes for question in found.questions if question.minutes is not None]
            assert sum(minutes) == (found.key_figures.minutes or 0)
            assert found.key_figures.attempts == sum(question.attempts for question in found.questions)


def test_the_first_sentences_of_a_class_differ() -> None:
    sentences = {found.headline for _, found in analysed(TIMED)[1]}
    assert len(sentences) > 1000
