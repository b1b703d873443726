"""Codeforces: the answers of `user.status` and `contest.status`."""

import io
import json
from typing import Any

import pytest

from feedback.events import Question
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

SOURCE = "codeforces"


def submission(**more: Any) -> dict[str, Any]:
    problem = {"contestId": 1775, "index": "A2", "name": "Capybaras", "type": "PROGRAMMING", "points": 500.0}
    return {
        "id": 1,
        "contestId": 1775,
        "creationTimeSeconds": 1673519618,
        "relativeTimeSeconds": 2147483647,
        "problem": problem | more.pop("problem", {}),
        "author": {"members": [{"handle": "ada"}], "participantType": "CONTESTANT", "ghost": False}
        | more.pop("author", {}),
        "programmingLanguage": "GNU C++17",
        "verdict": "OK",
        "testset": "TESTS",
        "passedTestCount": 31,
    } | more


def answer(*submissions: dict[str, Any]) -> bytes:
    return json.dumps({"status": "OK", "result": list(submissions)}).encode()


def read(*submissions: dict[str, Any]) -> Reading:
    return Reading(answer(*submissions), SOURCE)


def test_a_submission_is_one_of_its_handle_on_the_problem_by_its_name_on_the_site() -> None:
    reading = read(submission())

    assert reading.events_of("ada") == [("1775A2", "submission", "2023-01-12T10:33:38+00:00", 1.0)]
    assert reading.context.questions == (Question("1775A2", "Capybaras", points=500),)
    assert reading.students[0].namespace is None


def test_the_newest_comes_first_in_an_answer_and_last_in_a_report() -> None:
    reading = read(submission(id=2, verdict="OK"), submission(creationTimeSeconds=1673519000, verdict="WRONG_ANSWER"))

    assert [score for *_, score in reading.events_of("ada")] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("more", "kind", "score"),
    [
        ({"verdict": "WRONG_ANSWER"}, "submission", 0.0),
        ({"verdict": "CHALLENGED"}, "submission", 0.0),
        ({"verdict": "COMPILATION_ERROR", "testset": "PRETESTS"}, "compile_error", None),
        ({"verdict": "OK", "testset": "PRETESTS"}, "submission", None),
        ({"verdict": "WRONG_ANSWER", "testset": "PRETESTS"}, "submission", 0.0),
        ({"verdict": "TESTING"}, "submission", None),
        ({"verdict": "SKIPPED"}, "submission", None),
        ({"verdict": None}, "submission", None),
        ({"verdict": "PARTIAL", "points": 125.0}, "submission", 0.25),
    ],
)
def test_a_verdict_gives_kind_and_score(more: dict[str, Any], kind: str, score: float | None) -> None:
    assert read(submission(**more)).events_of("ada")[0][1::2] == (kind, score)


def test_a_teams_submission_is_each_members_under_the_teams_name() -> None:
    reading = read(submission(author={"members": [{"handle": "ada"}, {"handle": "bob"}], "teamName": "Wizards"}))

    assert {(student.student_id, student.name) for student in reading.students} == {
        ("ada", "Wizards"),
        ("bob", "Wizards"),
    }


def test_practice_counts_and_those_who_prepared_the_round_do_not() -> None:
    body = answer(
        submission(author={"participantType": "PRACTICE"}),
        submission(id=2, author={"participantType": "MANAGER", "members": [{"handle": "author"}]}),
    )

    assert Reading(body, SOURCE).ids() == ["ada"]
    assert "of the role MANAGER (1)" in Reading(body, SOURCE).notes["left_out"]
    assert Reading(body, SOURCE, source_options(roles=["Manager"])).ids() == ["author"]


def test_points_are_told_only_where_every_problem_has_them() -> None:
    reading = read(submission(), submission(id=2, problem={"contestId": 1766, "index": "B", "points": None}))

    assert [question.points for question in reading.context.questions] == [None, None]


@pytest.mark.parametrize(("contest", "optional"), [(1775, False), (1766, True)])
def test_of_several_contests_only_what_a_student_tried_counts(contest: int, optional: bool) -> None:
    reading = read(submission(), submission(id=2, problem={"contestId": contest, "index": "B"}))

    assert {question.optional for question in reading.context.questions} == {optional}


def test_a_submission_comes_once_however_often_its_id_does() -> None:
    assert "repeats of an id (1)" in read(submission(), submission()).notes["left_out"]


def test_what_has_no_author_or_problem_is_left_out_and_counted() -> None:
    reading = read(submission(), submission(id=2, author={"members": []}), submission(id=3, problem={"index": None}))

    assert len(reading.events_of("ada")) == 1
    assert "submissions without an author (1)" in reading.notes["left_out"]
    assert "submissions without a problem (1)" in reading.notes["left_out"]


def test_an_answer_that_says_why_there_is_none_is_refused_with_its_words() -> None:
    failed = b'{"status":"FAILED","comment":"handles: User with handle nobody not found"}'

    assert "handle nobody not found" in str(refusal(failed, SOURCE))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status":"OK","result":[]}', b'{"status":"OK","result":5}', b"[[]]"])
def test_what_holds_no_submission_is_refused(body: bytes) -> None:
    assert refusal(body, SOURCE)


def test_every_fault_is_named_by_its_submission() -> None:
    details = refusal(answer(submission(), submission(id=2, creationTimeSeconds=1673519618000)), SOURCE)

    assert "seconds since 1970" in str(details["result[1].creationTimeSeconds"])


def test_an_answer_is_recognised_by_its_first_submission() -> None:
    assert recognised(Look(io.BytesIO(answer(submission())))) == SOURCE
    assert recognised(Look(io.BytesIO(b'[{"student_id": "a", "events": []}]'))) == "feedback"
