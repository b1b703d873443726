"""The tracking log of Open edX."""

import io
import json
from typing import Any

import pytest

from feedback.events import OWN, Question
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal

KEY = "block-v1:Org+C+R+type@problem+block@05d2"
COURSE = "course-v1:Org+C+R"


def line(event_type: str, event: Any, source: str = "server", **more: Any) -> str:
    entry = {
        "username": "ada",
        "event_type": event_type,
        "event_source": source,
        "time": "2016-09-06T04:57:09.238841+00:00",
        "event": event,
        "context": {
            "user_id": 6,
            "course_id": COURSE,
            "module": {"usage_key": KEY, "display_name": "Multiple Choice"},
        },
    }
    return json.dumps(entry | more) + "\n"


def check(grade: float = 1, most: float = 2, **more: Any) -> str:
    return line("problem_check", {"problem_id": KEY, "grade": grade, "max_grade": most, "success": "incorrect"}, **more)


def read(*lines: str) -> Reading:
    return Reading("".join(lines).encode(), "open-edx")


def test_a_check_of_a_problem_is_a_submission_on_the_whole_usage_key() -> None:
    reading = read(check())

    assert reading.students[0].namespace == COURSE
    assert reading.events_of("ada") == [(KEY, "submission", "2016-09-06T04:57:09.238841+00:00", 0.5)]
    assert reading.context.questions == (Question(KEY, "Multiple Choice", points=2),)
    assert reading.context.exam.course == COURSE


def test_the_browsers_copy_of_a_check_is_left_out_and_counted() -> None:
    reading = read(line("problem_check", "input_05d2_2_1=choice", source="browser"), check())

    assert len(reading.events_of("ada")) == 1
    assert "copies that the browser wrote (1)" in reading.notes["left_out"]


@pytest.mark.parametrize(
    ("event_type", "event", "source", "kind"),
    [
        ("save_problem_success", {"problem_id": KEY}, "server", "save"),
        ("edx.problem.hint.demandhint_displayed", {"module_id": KEY, "hint_text": "…"}, "server", "hint"),
        ("showanswer", {"problem_id": KEY}, "server", "hint"),
        ("problem_show", json.dumps({"problem": KEY}), "browser", "view"),
    ],
)
def test_each_kind_of_work_on_a_problem_has_its_kind(event_type: str, event: Any, source: str, kind: str) -> None:
    no_module = {"course_id": COURSE, "user_id": 6}
    reading = read(line(event_type, event, source, context=no_module))

    assert [(unit, of_kind, score) for unit, of_kind, _, score in reading.events_of("ada")] == [(KEY, kind, None)]


def test_all_other_lines_are_left_out_and_counted_together() -> None:
    reading = read(check(), line("/jsi18n/", "{}"), line("page_close", "{}", "browser"), line("seq_next", "{}"))

    assert "lines that are no work on a problem (3)" in reading.notes["left_out"]


@pytest.mark.parametrize(
    ("event", "score"),
    [
        ({"grade": 3, "max_grade": 3, "success": "correct"}, 1.0),
        ({"grade": 0, "max_grade": 0, "success": "incorrect"}, 0.0),
        ({"success": "correct"}, 1.0),
        ({"grade": None, "max_grade": None, "success": "incorrect"}, 0.0),
        ({}, None),
    ],
)
def test_a_score_is_the_share_of_the_points_else_what_success_says(event: dict[str, Any], score: float | None) -> None:
    assert read(line("problem_check", event | {"problem_id": KEY})).events_of("ada")[0][3] == score


@pytest.mark.parametrize(("user_id", "student_id"), [(6, "6"), ("6", "6")])
def test_who_has_no_user_name_is_known_by_number(user_id: Any, student_id: str) -> None:
    where = {"user_id": user_id, "course_id": COURSE}

    assert read(check(username="", context=where)).ids() == [student_id]


def test_a_line_of_nobody_is_left_out_and_counted() -> None:
    reading = read(check(), check(username="", context={"user_id": None, "course_id": COURSE}))

    assert reading.ids() == ["ada"]
    assert "lines without a user (1)" in reading.notes["left_out"]


def test_one_user_in_two_courses_is_two_students() -> None:
    reading = read(check(), check(context={"course_id": "course-v1:Other+C+R"}))

    assert [student.namespace for student in reading.students] == [COURSE, "course-v1:Other+C+R"]
    assert reading.context.exam.course is None
    assert {question.optional for question in reading.context.questions} == {True}, "nobody had those of both"


def test_two_checks_at_one_time_are_two_since_the_log_has_no_ids() -> None:
    assert len(read(check(), check()).events_of("ada")) == 2


def test_a_last_line_that_was_cut_is_left_out_and_another_is_a_fault() -> None:
    assert "last lines that were cut off (1)" in read(check(), check()[:-30]).notes["left_out"]
    assert "line 1" in refusal((check()[:-30] + "\n" + check()).encode(), "open-edx")


def test_a_time_that_is_none_is_a_fault_of_its_line() -> None:
    assert "ISO 8601" in str(refusal(check(time="then").encode(), "open-edx")["line 1: time"])


def test_a_log_without_work_on_problems_is_refused() -> None:
    assert "no student" in str(refusal(line("page_close", "{}", "browser").encode(), "open-edx")["body"])


def test_the_log_is_recognised_by_its_first_line() -> None:
    assert recognised(Look(io.BytesIO(check().encode()))) == "open-edx"
    assert recognised(Look(io.BytesIO(b'{"student_id": "a", "events": []}\n'))) == OWN


def test_an_archive_of_logs_is_refused_with_the_cure() -> None:
    assert "unpack it" in str(refusal(b"PK\x03\x04" + b"\0" * 30, "open-edx")["body"])
