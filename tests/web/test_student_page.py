"""The page of a student: the report, and the way to the neighbours."""

from django.test import Client

from feedback.store.models import Document
from tests.harness.in_process import class_of, student, work_off
from tests.web.conftest import Upload


def test_the_student_page_holds_the_report_and_the_way_to_the_neighbours(client: Client, made: str) -> None:
    reports = list(Document.objects.filter(task__format="html", kind="student").order_by("position"))
    page = client.get(f"{made}/students/{reports[3].id}").text

    assert "Student ID: student-3" in page
    assert "Event Order: " in page
    assert f'rel="prev" href="{made}/students/{reports[2].id}"' in page
    assert f'rel="next" href="{made}/students/{reports[4].id}"' in page
    assert "4 of 12" in page
    pdf = Document.objects.get(task__format="pdf", about__student_id="student-3")
    assert f'href="/assignment/pdf/{pdf.task_id}/reports/{pdf.id}" download' in page


def test_the_first_and_the_last_student_have_one_neighbour(client: Client, made: str) -> None:
    reports = list(Document.objects.filter(task__format="html", kind="student").order_by("position"))

    assert 'rel="prev"' not in client.get(f"{made}/students/{reports[0].id}").text
    assert 'rel="next"' not in client.get(f"{made}/students/{reports[-1].id}").text


def test_a_single_student_has_the_report_as_the_page(client: Client, upload: Upload) -> None:
    address = upload(student("ada"))["Location"]
    work_off()
    page = client.get(address).text

    assert "Student ID: ada" in page
    assert 'aria-label="Class"' not in page


def test_a_student_of_another_class_is_unknown_here(client: Client, upload: Upload, made: str) -> None:
    other = upload(class_of(1))["Location"]
    assert other != made
    report = Document.objects.filter(task_id=other.rsplit("/", 1)[1]).get()

    assert client.get(f"{made}/students/{report.id}").status_code == 404
