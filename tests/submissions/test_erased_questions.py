"""Erasing a student takes along what a platform's log called a question that nobody else had."""

import pytest
from django.test import Client

from feedback.analysis import decode_findings
from feedback.events import decode_context
from feedback.store.models import Document, Student, Upload
from tests.harness.in_process import (
    Post,
    findings_of_others,
    work_off,
)
from tests.harness.traces import traces_of

GONE = "lovelace-1815"


def _statement(number: int, who: str, question: str, name: str) -> dict[str, object]:
    """One of xAPI: who answered which question of the one course."""
    course = {"id": "https://lms/course/1", "definition": {"type": "http://lrs/course"}}
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "actor": {"account": {"homePage": "https://lms", "name": who}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {"id": f"https://lms/{question}", "definition": {"name": {"en": name}}},
        "context": {"contextActivities": {"grouping": [course]}},
        "timestamp": f"2026-01-01T10:00:{number:02d}Z",
        "result": {"success": True},
    }


@pytest.mark.parametrize("done", [True, False])
def test_what_a_platforms_log_calls_a_question_of_the_student_alone_goes_with_the_student(
    client: Client, post: Post, done: bool
) -> None:
    log = [_statement(1, GONE, "q/1", "Loops"), _statement(2, GONE, f"users/{GONE}/essay", f"Essay of {GONE}")]
    log += [_statement(3, "bobby", "q/1", "Loops"), _statement(4, "bobby", "q/2", "Bobby's own")]
    address = post("html", log, "?source=xapi")["Location"]
    if done:
        work_off()
        assert traces_of("Essay of")
    [her] = [one for one in Student.objects.all() if GONE in one.student_id]

    assert client.delete("/students", query_params={"student_id": her.student_id}).status_code == 204
    assert traces_of(GONE) == set()
    assert traces_of("Essay of") == set()
    assert client.get(address).status_code == 202
    work_off()
    assert client.get(address).status_code == 200
    assert traces_of(GONE) == set()

    questions = decode_context(bytes(Upload.objects.get().context or b"")).questions
    assert [one.title for one in questions if one.title] == ["Loops", "Bobby's own"]
    found = decode_findings(bytes(Student.objects.get().findings or b""))
    assert found.key_figures.score_possible == 3, "what she alone had still counts as it did"


# A row for her, for another of the same question, and for her of a question that is called by her name.
_PRAIRIELEARN = f"""UID,Role,Assessment,Question,Question instance,submission_id,Submission date,Score,Max points
{GONE}@school.edu,Student,Quiz,loops,1,1,2026-01-01T10:00:00Z,1,2
bobby@school.edu,Student,Quiz,loops,2,2,2026-01-01T10:00:00Z,1,2
{GONE}@school.edu,Student,Quiz,essay-of-{GONE},3,3,2026-01-01T10:01:00Z,1,2
"""
_TABLE = f"""who,task,what,date,grade,out of
{GONE},loops,submitted,2026-01-01 10:00:00,1,2
bobby,loops,submitted,2026-01-01 10:00:00,1,2
{GONE},essay-of-{GONE},submitted,2026-01-01 10:01:00,1,2
"""


@pytest.mark.parametrize(
    ("query", "log"),
    [
        ("?source=prairielearn", _PRAIRIELEARN),
        ("?source=table&column=student_id=who&column=max_score=out of&source_tz=UTC", _TABLE),
    ],
)
def test_likewise_in_the_logs_of_other_platforms(client: Client, post: Post, query: str, log: str) -> None:
    answer = post("html", log.encode(), query, content_type="text/csv")
    assert answer.status_code == 202, answer.content
    work_off()
    assert traces_of(f"essay-of-{GONE}")
    [her] = [one for one in Student.objects.all() if GONE in one.student_id]

    assert client.delete("/students", query_params={"student_id": her.student_id}).status_code == 204
    assert traces_of(GONE) == set()
    work_off()
    assert client.get(answer["Location"]).status_code == 200
    assert traces_of(GONE) == set()


def test_nothing_of_the_others_changes_where_each_question_was_another_students_too(client: Client, post: Post) -> None:
    log = [_statement(1, GONE, "q/1", "Loops"), _statement(2, "bobby", "q/1", "Loops")]
    log += [_statement(3, "bobby", "q/2", "Bobby's own")]
    address = post("html", log, "?source=xapi")["Location"]
    work_off()
    before = findings_of_others(client, address, GONE)
    context = Upload.objects.get().context
    [her] = [one for one in Student.objects.all() if GONE in one.student_id]
    client.delete("/students", query_params={"student_id": her.student_id})

    assert Upload.objects.get().context == context
    assert Document.objects.get(kind="student").state == "SUCCESS"
    assert Student.objects.get().findings
    assert set(findings_of_others(client, address, GONE)) <= set(before)
