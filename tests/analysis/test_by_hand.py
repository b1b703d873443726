"""Chosen students of real classes, every measure against the same worked out by hand (`by_hand.py`).

The example class comes with the project. The two real ones are not ours to pass on: the tests on them
run where the files are, in the folder named by `FEEDBACK_TEST_DATA` or beside this checkout.
"""

import gzip
import json
import os
from functools import cache
from pathlib import Path

import msgspec
import pytest

from feedback.analysis import Findings, Question, analyse
from feedback.events import Student
from tests.analysis import by_hand

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("FEEDBACK_TEST_DATA", ROOT.parent / "shared" / "data"))
EXAMPLE = ROOT / "examples" / "class.json"
PROCTORED = REAL / "coding_exam_class_of_19.json"
TIMED = REAL / "timed_exam_class_of_1575.json.gz"
FEWEST, MEDIAN, MOST = "fewest", "median", "most"
# The timed class is a log of page visits, which has measures of its own: test_real_classes.py recomputes them.
CHOSEN = [(path, which) for path in (EXAMPLE, PROCTORED) for which in (FEWEST, MEDIAN, MOST)]


@cache
def class_of(path: Path) -> list[dict[str, object]]:
    """The students of a class from the fewest events to the most, those without any left out."""
    if not path.exists():
        pytest.skip(f"{path.name} is third-party data and not here; set FEEDBACK_TEST_DATA to its folder")
    data = path.read_bytes()
    students = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return sorted((each for each in students if each["events"]), key=lambda each: len(each["events"]))


def student_of(path: Path, which: str) -> dict[str, object]:
    students = class_of(path)
    return students[{FEWEST: 0, MEDIAN: len(students) // 2, MOST: -1}[which]]


@pytest.fixture(params=CHOSEN, ids=lambda chosen: f"{chosen[0].name.split('.')[0]}-{chosen[1]}")
def chosen(request: pytest.FixtureRequest) -> tuple[by_hand.Log, Findings]:
    """The raw events of a student, and the findings."""
    raw = student_of(*request.param)
    return raw["events"], analyse(msgspec.convert(raw, Student))  # type: ignore[return-value]


@pytest.mark.parametrize("which", [FEWEST, MEDIAN, MOST])
def test_event_order_of_page_visits(which: str) -> None:
    raw = student_of(TIMED, which)
    found = analyse(msgspec.convert(raw, Student))
    assert " -> ".join(found.event_order) == by_hand.event_order(raw["events"])  # type: ignore[arg-type] # as read


def each_question(log: by_hand.Log, found: Findings) -> list[tuple[str, Question]]:
    return list(zip(by_hand.units(log), found.questions, strict=True))


def test_event_order(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    assert " -> ".join(found.event_order) == by_hand.event_order(log)


def test_totals_and_window(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    steps, figures = by_hand.in_time_order(log), found.key_figures
    assert figures.events == len(log)
    assert figures.saves == sum(step.what == "saved_code" for step in steps)
    assert figures.submissions == sum(step.what == "submission" for step in steps)
    assert figures.questions == len(by_hand.units(log))
    assert figures.questions_submitted == len({step.unit for step in steps if step.what == "submission"})
    assert (figures.first_at, figures.last_at) == (steps[0].when, steps[-1].when)
    assert figures.window_seconds == pytest.approx(by_hand.minutes_between(steps[0], steps[-1]) * 60)


def test_active_time_and_its_range(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    figures = found.key_figures
    assert figures.active_seconds == pytest.approx(by_hand.active_minutes(log, 10) * 60)
    assert figures.active_seconds_narrow_gap == pytest.approx(by_hand.active_minutes(log, 5) * 60)
    assert figures.active_seconds_wide_gap == pytest.approx(by_hand.active_minutes(log, 15) * 60)


def test_each_question_s_events_and_times(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    for unit, question in each_question(log, found):
        steps = [step for step in by_hand.in_time_order(log) if step.unit == unit]
        submitted = [step.when for step in steps if step.what == "submission"]
        assert question.unit == unit
        assert (question.events, question.submissions) == (len(steps), len(submitted))
        assert question.saves == len(steps) - len(submitted)
        assert (question.first_at, question.last_at) == (steps[0].when, steps[-1].when)
        assert question.first_submission_at == (submitted[0] if submitted else None)
        assert (question.seconds or 0) == pytest.approx(by_hand.active_minutes(log, 10, unit) * 60)
        assert question.visits == sum(line == unit for line, _ in by_hand.visits(log))
        assert question.saved_not_submitted == (not submitted)


def test_submission_intervals(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    for unit, question in each_question(log, found):
        gaps = by_hand.submission_gaps(log, unit)
        assert question.submission_intervals == len(gaps)
        assert question.quick_resubmissions == sum(gap < 1 for gap in gaps)
        if gaps:
            assert question.median_submission_interval_seconds == pytest.approx(by_hand.middle(gaps, 0.5) * 60)
    gaps = [gap for unit in by_hand.units(log) for gap in by_hand.submission_gaps(log, unit)]
    assert found.rhythm.quick_resubmissions == sum(gap < 1 for gap in gaps)
    if gaps:
        assert found.rhythm.median_submission_interval_seconds == pytest.approx(by_hand.middle(gaps, 0.5) * 60)


def test_scores(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    solved = 0
    for unit, question in each_question(log, found):
        scores = by_hand.scores(log, unit)
        if not scores:
            assert question.progress is None
            continue
        progress = question.progress
        assert progress is not None
        assert list(progress.scores) == scores
        assert (progress.first, progress.best, progress.last) == (scores[0], max(scores), scores[-1])
        assert max(scores) not in scores[: progress.attempts_to_best - 1]
        assert scores[progress.attempts_to_best - 1] == max(scores)
        assert list(progress.runs_without_improvement) == by_hand.runs_without_improvement(scores)
        solved += max(scores) == 1
    assert (found.key_figures.questions_solved or 0) == solved


def test_path(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    lines = [(by_hand.alias(log, unit), events) for unit, events in by_hand.visits(log)]
    assert [(run.question, run.events) for run in found.path] == lines
    assert found.key_figures.switches == len(lines) - 1


def test_rhythm_and_pauses(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    gaps, rhythm = by_hand.short_gaps(log), found.rhythm
    assert rhythm.intervals == len(gaps)
    assert rhythm.q1_seconds == pytest.approx(by_hand.middle(gaps, 0.25) * 60)
    assert rhythm.median_seconds == pytest.approx(by_hand.middle(gaps, 0.5) * 60)
    assert rhythm.q3_seconds == pytest.approx(by_hand.middle(gaps, 0.75) * 60)
    pauses = by_hand.pauses(log)
    assert rhythm.long_pauses == sum(length > 10 for length, _, _ in pauses)
    assert rhythm.medium_pauses == sum(3 <= length <= 10 for length, _, _ in pauses)
    for pause, (length, before, after) in zip(rhythm.pauses, pauses, strict=True):
        assert pause.seconds == pytest.approx(length * 60)
        assert pause.question_before == by_hand.alias(log, before)
        assert pause.question_after == by_hand.alias(log, after)


def test_the_last_tenth(chosen: tuple[by_hand.Log, Findings]) -> None:
    log, found = chosen
    events, opened = by_hand.late(log)
    assert found.late is not None
    assert found.late.events == events
    assert found.late.share == pytest.approx(events / len(log))
    assert set(found.late.first_touched) == {by_hand.alias(log, unit) for unit in opened}


# Minutes and seconds added up by a database (SQL `lag` over the times), for the three students of the proctored exam.
# Each question: unit, events, submissions, seconds.
ADDED_UP = {
    FEWEST: (
        (76, 3571.9, 3159.5, 9, 6, 0),
        [
            (5, 31, 1, 911.3),
            (8, 18, 3, 954.2),
            (9, 13, 2, 1154.5),
            (12, 11, 3, 500.1),
            (15, 2, 1, 25.5),
            (17, 1, 1, 26.3),
        ],
    ),
    MEDIAN: (
        (147, 5236.2, 4765.8, 7, 3, 0),
        [(5, 36, 2, 1135.4), (10, 60, 1, 2155.1), (12, 34, 4, 1053.3), (17, 17, 1, 892.4)],
    ),
    MOST: (
        (229, 5829.2, 5829.2, 14, 1, 0),
        [(6, 158, 3, 3827.7), (7, 16, 1, 504.3), (9, 7, 1, 134.0), (12, 40, 2, 1085.2), (17, 8, 0, 278.1)],
    ),
}


@pytest.mark.parametrize("which", ADDED_UP)
def test_three_students_of_the_proctored_exam_in_plain_numbers(which: str) -> None:
    students = class_of(PROCTORED)
    found = analyse(msgspec.convert(students[{FEWEST: 0, MEDIAN: 9, MOST: 18}[which]], Student))
    (events, active, narrow, switches, medium, long), questions = ADDED_UP[which]
    figures = found.key_figures
    assert figures.active_seconds == pytest.approx(active, abs=0.1)
    assert figures.active_seconds_narrow_gap == pytest.approx(narrow, abs=0.1)
    assert (figures.events, figures.switches) == (events, switches)
    assert (found.rhythm.medium_pauses, found.rhythm.long_pauses) == (medium, long)
    for question, (unit, count, submissions, seconds) in zip(found.questions, questions, strict=True):
        assert (question.unit, question.events, question.submissions) == (str(unit), count, submissions)
        assert question.seconds == pytest.approx(seconds, abs=0.1)
