"""The example class: reproducible, small, valid, and like an exam."""

import io
import itertools
import runpy
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from feedback.events import Event, Limits, MediaType, Student, read_students

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def example() -> list[Student]:
    content = (EXAMPLES / "class.json").read_bytes()
    return list(read_students(io.BytesIO(content), MediaType.JSON, Limits()))


def test_the_example_is_what_its_script_makes() -> None:
    make_class = runpy.run_path(str(EXAMPLES / "make_class.py"))["make_class"]
    assert make_class() == (EXAMPLES / "class.json").read_bytes()
    assert make_class(seed=1) != make_class(seed=2)


def test_the_example_is_small() -> None:
    assert (EXAMPLES / "class.json").stat().st_size < 700_000


def test_the_example_is_a_class_of_24_on_8_questions(example: list[Student]) -> None:
    assert len({student.key for student in example}) == 24
    assert {event.unit for student in example for event in student.events} == set("12345678")


def test_everything_happens_within_two_hours_in_order(example: list[Student]) -> None:
    for student in example:
        times = times_of(student)
        assert times == sorted(times)
        assert (times[-1] - times[0]).total_seconds() <= 7200


def test_saves_come_about_every_half_minute(example: list[Student]) -> None:
    gaps = [
        (later - earlier).total_seconds()
        for student in example
        for earlier, later in itertools.pairwise(times_of(student))
    ]
    assert 25 <= median(gaps) <= 35


def test_scores_belong_to_submissions_and_some_improve_while_others_stall(example: list[Student]) -> None:
    assert all((event.score is not None) == (event.type == "submission") for event in events_of(example))
    series = [
        [event.score or 0.0 for event in student.events if event.unit == unit and event.type == "submission"]
        for student in example
        for unit in "12345678"
    ]
    assert any(scores[0] < scores[-1] == 1 for scores in series if scores)
    assert any(len(scores) >= 4 and len(set(scores[-3:])) == 1 and scores[-1] < 1 for scores in series)


def test_there_are_pauses_late_starts_returns_and_questions_left_alone(example: list[Student]) -> None:
    pauses = Counter(
        (later - earlier).total_seconds() > 600
        for student in example
        for earlier, later in itertools.pairwise(times_of(student))
    )
    assert pauses[True] >= 1
    assert sum(times_of(student)[0].minute >= 10 for student in example) >= 2
    visits = [len(list(itertools.groupby(event.unit for event in student.events))) for student in example]
    touched = [len({event.unit for event in student.events}) for student in example]
    assert any(of_one > 8 for of_one in visits)
    assert any(of_one < 8 for of_one in touched)


def test_one_student_stopped_early(example: list[Student]) -> None:
    minutes = sorted(times_of(student)[-1].hour * 60 + times_of(student)[-1].minute for student in example)
    assert minutes[0] < 10 * 60 < minutes[1]


def times_of(student: Student) -> list[datetime]:
    return [event.created_time for event in student.events if event.created_time]


def events_of(students: list[Student]) -> list[Event]:
    return [event for student in students for event in student.events]
