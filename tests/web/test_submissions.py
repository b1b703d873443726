"""One upload in its pages: what failed, other formats, what it is called, and what no page of it may hold."""

import re

import pytest
from django.test import Client

from feedback.store.models import Document, Student, Task
from tests.harness.in_process import Submit, class_of, student, work_off
from tests.web.conftest import Answer, Upload
from tests.web.test_class_page import row_names


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7*1234567 }}", '"><img src=x>', "\u202egnp.exe"])
def test_what_students_are_called_is_plain_text_on_every_page(client: Client, upload: Upload, hostile: str) -> None:
    address = upload([student(hostile), student("ada", namespace=hostile)])["Location"]
    work_off()
    report = Document.objects.filter(about__student_id=hostile, task__format="html").get()

    for page in (address, f"{address}/students/{report.id}", f"{address}?q=ada", "/submissions", f"{address}/delete"):
        text = client.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert str(7 * 1234567) not in text


def test_failures_are_listed_with_their_reason_and_can_be_tried_again(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    Document.objects.filter(position=2, task__format="pdf").update(state="FAILURE", error="it could not be made")
    work_off()
    page = client.get(address).text

    assert "1 report could not be made" in page
    assert "<bdi>student-1</bdi> (PDF): it could not be made" in page
    assert "archive.zip?partial=true" in page
    answer = client.post(f"{address}/retry")
    assert answer.status_code == 303
    assert "In the making" in client.get(address).text
    work_off()
    assert "could not be made" not in client.get(address).text


def test_a_submission_that_failed_whole_says_so_and_can_be_tried_again(client: Client, upload: Upload) -> None:
    address = upload(student("ada"), formats="html")["Location"]
    Document.objects.update(state="FAILURE", error="it could not be made")
    page = client.get(address).text

    assert "it could not be made" in page
    assert f'action="{address}/retry"' in page
    assert "http-equiv" not in page


def test_a_class_of_an_earlier_version_can_still_be_downloaded(client: Client, made: str) -> None:
    Student.objects.update(findings=b"{}")
    Task.objects.update(findings=b"{}")
    page = client.get(made).text

    assert "made by an earlier version" in page
    assert "archive.zip" in page
    assert "findings.csv" not in page
    assert client.get(f"{made}/findings.csv").status_code == 404
    student = Document.objects.filter(kind="student", task__format="html").latest("position")
    assert "made by an earlier version" in client.get(f"{made}/students/{student.id}").text


def test_the_other_format_is_made_from_what_is_stored(client: Client, upload: Upload) -> None:
    address = upload(class_of(3), formats="html", time_zone="Asia/Kolkata")["Location"]
    work_off()
    assert f'action="{address}/formats/pdf"' in client.get(address).text
    answer = client.post(f"{address}/formats/pdf")

    html, pdf = Task.objects.order_by("format")
    assert answer["Location"] == f"/submissions/{pdf.id}"
    assert html.upload == pdf.upload
    assert f"{address}/formats/" not in client.get(address).text


def test_a_class_of_the_same_students_with_other_options_is_not_mixed_in(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    upload(class_of(2), formats="pdf", time_zone="Asia/Kolkata")
    work_off()

    assert "archive.zip" in client.get(address).text
    assert "/assignment/pdf/" not in client.get(address).text


def test_a_submission_of_the_api_has_a_page_too(client: Client, submit: Submit) -> None:
    task_id = submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()

    assert row_names(client.get(f"/submissions/{task_id}").text) == ["student-0", "student-1"]


@pytest.mark.parametrize("tail", ["", "/progress", "/findings.csv", "/delete", "/students/{0}"])
def test_an_unknown_id_is_a_page_that_says_so(client: Client, db: None, tail: str) -> None:  # noqa: ARG001
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = client.get(f"/submissions/{unknown}{tail.format(unknown)}", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def every_page(client: Client, made: str) -> list[Answer]:
    report = Document.objects.filter(kind="student").first()
    assert report is not None
    addresses = ["/", "/submissions", made, f"{made}/delete", f"{made}/students/{report.id}", "/nothing"]
    return [client.get(address, headers={"Accept": "text/html"}) for address in addresses]


def test_no_page_needs_anything_inline_or_from_elsewhere(client: Client, made: str) -> None:
    for answer in every_page(client, made):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"""<[^>]+\s(?:style|on[a-z]+)\s*=""", answer.text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.text)
        assert answer.text.count("<style>") == 1
