"""Amendments: the task and its links stay, the reports are made again in place, and nobody else's changes."""

import json
import secrets
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.access.callers import ANYONE
from feedback.events import Context, Exam
from feedback.store.models import Document, Student, Task, Upload
from feedback.submissions import amendments
from feedback.submissions.errors import UnknownTask
from tests.harness.in_process import Caller, Calling, Submit, class_of, student, work_off

CONTEXT = {"exam": {"title": "Midterm in Logic"}, "questions": [{"unit": 1, "title": "Loops", "points": 3}]}


def put(client: Client, address: str, body: object) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.put(address, data, content_type="application/json")


def report_of(client: Client, location: str, student_id: str) -> str:
    entries = client.get(f"{location}/reports").json()["students"]
    return next(str(entry["link"]) for entry in entries if entry["student_id"] == student_id)


def made(client: Client, submit: Submit, body: object, format_: str = "html") -> str:
    location = submit(format_, body)
    work_off()
    assert client.get(location).status_code == 200
    return location


def test_a_context_is_in_every_report_of_the_upload_under_the_same_links(client: Client, submit: Submit) -> None:
    page, pdf = made(client, submit, class_of(2)), made(client, submit, class_of(2), "pdf")
    link = report_of(client, page, "student-0")
    before = client.get(pdf).content

    answer = put(client, f"{page}/context", CONTEXT)
    assert answer.status_code == 202
    assert answer.json() == {"task_id": page.rsplit("/", 1)[1], "status": "Processing started"}
    assert answer["Location"] == page
    work_off()

    assert "Midterm in Logic" in client.get(link).text
    assert "Midterm in Logic" in client.get(page).text
    assert client.get(pdf).content != before, "the other format of the upload is made again, too"
    assert Upload.objects.count() == 1


def test_a_language_and_a_paper_of_the_exam_reach_all_but_those_with_their_own(client: Client, submit: Submit) -> None:
    body = [student("ada"), student("eve") | {"language": "hi"}]
    page = made(client, submit, body)
    assert '<html lang="en">' in client.get(page).text

    assert put(client, f"{page}/context", {"exam": {"language": "de", "paper": "letter"}}).status_code == 202
    work_off()
    ada, eve = (report_of(client, page, who) for who in ("ada", "eve"))
    for link, language in ((page, "de"), (ada, "de"), (eve, "hi")):
        assert f'<html lang="{language}" class="on-letter">' in client.get(link).text


def test_what_was_asked_for_at_the_post_comes_before_the_exams(client: Client, submit: Submit) -> None:
    page = submit("html", student("ada"), "?lang=fr&paper=a4")
    work_off()
    assert put(client, f"{page}/context", {"exam": {"language": "de", "paper": "letter"}}).status_code == 202
    work_off()
    assert '<html lang="fr">' in client.get(page).text


def test_the_old_document_is_read_until_the_new_one_is_there(client: Client, submit: Submit) -> None:
    page = made(client, submit, student("ada"))
    old = client.get(page).content

    assert put(client, f"{page}/context", CONTEXT).status_code == 202
    assert client.get(page).content == old
    work_off()
    assert "Midterm in Logic" in client.get(page).text


def test_an_empty_context_takes_everything_back(client: Client, submit: Submit) -> None:
    page = made(client, submit, student("ada"))
    old = client.get(page).content
    for body in (CONTEXT, {}):
        assert put(client, f"{page}/context", body).status_code == 202
        work_off()
    assert client.get(page).content == old


def test_the_same_body_is_still_the_same_task(client: Client, submit: Submit) -> None:
    page = made(client, submit, student("ada"))
    put(client, f"{page}/context", CONTEXT)
    work_off()
    again = client.post("/assignment/html", json.dumps(student("ada")), content_type="application/json")
    assert (again.status_code, again["Location"]) == (200, page)


def test_a_remark_is_in_one_students_reports_and_changes_no_others(client: Client, submit: Submit) -> None:
    page = made(client, submit, class_of(3))
    links = [report_of(client, page, f"student-{number}") for number in range(3)]
    others = [client.get(link).content for link in links[1:]]

    assert put(client, f"{links[0]}/remark", {"remark": "  See me about question 2  "}).status_code == 202
    work_off()

    assert "See me about question 2" in client.get(links[0]).text
    assert [client.get(link).content for link in links[1:]] == others
    assert client.get(page).status_code == 200

    put(client, f"{links[0]}/remark", {"remark": None})
    work_off()
    assert "See me" not in client.get(links[0]).text


def test_an_amendment_that_changes_nothing_makes_nothing_again(client: Client, submit: Submit) -> None:
    page = made(client, submit, class_of(2))
    link = report_of(client, page, "student-0")
    for address, body in ((f"{page}/context", CONTEXT), (f"{link}/remark", {"remark": "Well argued"})):
        assert put(client, address, body).status_code == 202
        work_off()
        assert put(client, address, body).status_code == 202
        assert not Document.objects.exclude(state="SUCCESS").exists(), address


def test_a_worker_that_made_a_report_from_before_the_amendment_is_refused(client: Client, submit: Submit) -> None:
    page = made(client, submit, student("ada"))
    fence = Document.objects.get().fence
    put(client, f"{page}/context", CONTEXT)
    document = Document.objects.get()
    assert (document.state, document.fence) == ("PENDING", fence + 1)
    assert Student.objects.get().findings is None


def test_erasing_the_student_erases_the_remark(client: Client, submit: Submit) -> None:
    page = made(client, submit, class_of(2))
    put(client, f"{report_of(client, page, 'student-0')}/remark", {"remark": "nobody may keep this"})
    work_off()
    assert client.delete("/students?student_id=student-0").status_code == 204
    work_off()
    kept = [bytes(value or b"") for row in Student.objects.values_list("payload", "findings") for value in row]
    kept += [bytes(body or b"") for body in Document.objects.values_list("body", flat=True)]
    assert not any(b"nobody may keep this" in value for value in kept)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"exam": {"title": "x" * 201}}, "exam.title"),
        ({"exam": {"starts_at": "2024-07-21T10:00:00Z", "ends_at": "2024-07-21T09:00:00Z"}}, "exam.ends_at"),
        ({"questions": [{"unit": 1}, {"unit": "1.0"}]}, "questions[1].unit"),
        ({"questions": [{"unit": 1, "solution_url": "javascript:alert(1)"}]}, "questions[0].solution_url"),
        ({"report": {"hide": ["everything"]}}, "report.hide[0]"),
        ([], "context"),
        (b"{", "context"),
    ],
)
def test_a_context_with_a_fault_names_its_place_and_changes_nothing(
    client: Client, submit: Submit, body: object, place: str
) -> None:
    page = made(client, submit, student("ada"))
    answer = put(client, f"{page}/context", body)
    assert answer.status_code == 400
    assert place in answer.json()["details"] or any(place in each for each in answer.json()["details"])
    assert Upload.objects.get().context is None
    assert Document.objects.get().state == "SUCCESS"


@pytest.mark.parametrize(
    "body", [{}, {"remark": 1}, {"remark": "x" * 2001}, {"remark": "a", "more": 1}, [], b"{", b"\xff"]
)
def test_a_remark_with_a_fault_changes_nothing(client: Client, submit: Submit, body: object) -> None:
    page = made(client, submit, class_of(2))
    answer = put(client, f"{report_of(client, page, 'student-0')}/remark", body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["remark"]
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_a_class_report_has_no_remark(client: Client, submit: Submit) -> None:
    page = made(client, submit, class_of(2))
    headline = Document.objects.get(kind="class")
    assert put(client, f"{page}/reports/{headline.id}/remark", {"remark": "x"}).status_code == 404


def test_only_who_may_write_amends(calling: Caller) -> None:
    owner: Calling = calling("platform")
    page = owner.submit("html", student("ada"))
    work_off()
    reader = calling("platform", read_only=True)
    assert put(owner.client, f"{page}/context", CONTEXT).status_code == 202
    assert put(reader.client, f"{page}/context", {}).status_code == 403
    assert put(calling("other").client, f"{page}/context", {}).status_code == 404
    assert Task.objects.count() == 1


def test_a_context_of_too_many_bytes_is_a_413_that_says_what_to_shorten_and_changes_nothing(
    client: Client, submit: Submit
) -> None:
    page = made(client, submit, student("ada"))
    questions = [{"unit": unit, "solution_url": f"https://a.example/{unit:01982d}"} for unit in range(2_200)]
    answer = put(client, f"{page}/context", {"questions": questions})

    assert answer.status_code == 413
    assert "Shorten `solution_url` of its questions" in answer.json()["error"]
    assert Upload.objects.get().context is None
    assert Document.objects.get().state == "SUCCESS"

    remark = put(client, f"{report_of(client, page, 'ada')}/remark", {"remark": "x" * 3_000_000})
    assert remark.status_code == 413
    assert "2,621,440 bytes" in remark.json()["error"]
    assert put(client, f"{page}/context", {"questions": questions[:2_000]}).status_code == 202


@pytest.mark.usefixtures("one_window")
def test_an_amendment_counts_as_many_students_as_it_makes_reports_of(calling: Caller, settings: Settings) -> None:
    settings.FEEDBACK_STUDENTS_PER_HOUR = 13
    owner = calling(f"nobody-{secrets.token_hex(4)}")
    page, _ = owner.submit("html", class_of(3)), owner.submit("pdf", class_of(3))
    work_off()

    assert put(owner.client, f"{page}/context", CONTEXT).status_code == 202, "three in two formats: one is left"
    work_off()
    assert put(owner.client, f"{page}/context", CONTEXT).status_code == 202, "changes nothing, and costs nothing"
    refused = put(owner.client, f"{page}/context", {})
    assert refused.status_code == 429
    assert refused.json()["details"] == {"students": ["1 left"]}
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert not Document.objects.exclude(state="SUCCESS").exists()
    assert Upload.objects.get().context is not None

    link = report_of(owner.client, page, "student-0")
    assert put(owner.client, f"{link}/remark", {"remark": "Well argued"}).status_code == 202
    assert put(owner.client, f"{link}/remark", {"remark": "Well argued"}).status_code == 202, "likewise"
    assert put(owner.client, f"{link}/remark", {"remark": None}).status_code == 429
    assert b"Well argued" in b"".join(bytes(one.payload) for one in Student.objects.all())


def test_an_amendment_of_what_was_erased_at_the_same_moment_is_a_404(client: Client, submit: Submit) -> None:
    page = made(client, submit, student("ada"))
    task, report = Task.objects.get(), Document.objects.get()
    report.task = task
    client.delete(page)

    with pytest.raises(UnknownTask):
        amendments.amend_context(task, Context(exam=Exam(title="Midterm")), ANYONE)
    with pytest.raises(UnknownTask):
        amendments.amend_remark(report, "Well argued", ANYONE)
