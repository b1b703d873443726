"""What was submitted lately, and how it is deleted."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.store.models import Document, Task
from feedback.web.views import recent
from tests.harness.in_process import class_of, student, work_off
from tests.web.conftest import Upload


def test_nothing_yet_is_said(client: Client, db: None) -> None:  # noqa: ARG001
    assert "Nothing has been submitted yet" in client.get("/submissions").text


def test_an_upload_in_both_formats_is_one_row(client: Client, upload: Upload) -> None:
    upload(class_of(3))
    upload(student("ada"), formats="pdf")
    work_off()
    Document.objects.filter(task__upload__student_id="ada").update(state="RUNNING")
    page = client.get("/submissions").text

    assert page.count('<th scope="row">') == 2
    assert "HTML made" in page
    assert "PDF in the making" in page
    assert page.index("ada") < page.index("Class of 3")


def test_the_list_says_how_many_students_and_how_long_ago(client: Client, upload: Upload) -> None:
    upload(class_of(7), formats="html")
    Task.objects.update(created_at=timezone.now() - timedelta(hours=3, minutes=5))
    page = client.get("/submissions").text

    assert '<td class="n">7</td>' in page
    assert "3\xa0hours ago" in page


def test_classes_of_one_size_are_told_apart_by_the_day_of_their_exam(client: Client, upload: Upload) -> None:
    for day in ("2024-07-21", "2025-02-28"):
        events = [{"unit": 1, "created_time": f"{day}T{hour}:00:00Z"} for hour in (22, 23)]
        # What a student is called is not taken for a time, wherever it stands.
        upload([student(name, events=events) for name in ('"first_at":"1999-01-01"', "b")], time_zone="Asia/Kolkata")
    upload([student("c", events=[{"unit": 1}]), student("d", events=[])], formats="html")
    upload(student('"first_at":"1999-01-01"', events=[]), formats="html")
    assert "July" not in client.get("/submissions").text, "nothing is known before the report is made"
    work_off()
    page = client.get("/submissions").text

    assert re.findall(r'<span class="aside day">([^<]+)</span>', page) == ["1 March 2025", "22 July 2024"]


def test_a_class_is_in_the_making_as_soon_as_one_report_is(client: Client, upload: Upload) -> None:
    upload(class_of(3), formats="html")
    assert "HTML waiting" in client.get("/submissions").text
    Document.objects.filter(position=2).update(state="SUCCESS")
    assert "HTML in the making" in client.get("/submissions").text


def test_the_list_is_paged_and_takes_few_queries(
    client: Client,
    upload: Upload,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(recent, "_ROWS", 2)
    for number in range(5):
        upload(student(f"s{number}"), formats="html")
    with django_assert_max_num_queries(4):  # the rows, how many there are, their states; whether there are webhooks
        page = client.get("/submissions?page=2").text

    assert "Page 2 of 3" in page
    assert [f"s{number}" in page for number in range(5)] == [False, True, True, False, False]


def test_no_more_is_counted_than_a_few_pages_ahead(
    client: Client, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "_ROWS", 1)
    monkeypatch.setattr(recent, "_COUNTED_AHEAD", 2)
    for number in range(5):
        upload(student(f"s{number}"), formats="html")
    pages = {number: client.get(f"/submissions?page={number}").text for number in ("1", "3", "5", "77", "٣", "9" * 30)}

    assert "<span>Page 1</span>" in pages["1"]
    assert "<span>Page 3</span>" in pages["3"]
    assert "Page 5 of 5" in pages["5"]
    assert "Page 5 of 5" in pages["77"]
    for strange in ("٣", "9" * 30):
        assert "<span>Page 1</span>" in pages[strange]
    assert all('rel="next"' in pages[number] for number in "13")


def test_deleting_is_explained_first_and_a_look_deletes_nothing(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    page = client.get(f"{address}/delete").text

    assert "Nothing of it can be brought back" in page
    assert "3 students" in page
    assert Task.objects.count() == 2


def test_what_is_ticked_is_deleted_and_nothing_else(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    other = upload(class_of(2), formats="html")["Location"]
    pdf = Task.objects.get(format="pdf")
    answer = client.post(f"{address}/delete", {"task": [str(pdf.id), other.rsplit("/", 1)[1]]}, follow=True)

    assert "Deleted." in answer.text
    assert set(Task.objects.values_list("format", "upload__students")) == {("html", 3), ("html", 2)}


def test_both_formats_are_deleted_together(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    client.post(f"{address}/delete", {"task": [str(one.id) for one in Task.objects.all()]})

    assert not Document.objects.exists()
    assert client.get(address).status_code == 404


def test_nothing_ticked_deletes_nothing(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    answer = client.post(f"{address}/delete")

    assert answer.status_code == 400
    assert "Tick what is to be deleted" in answer.text
    assert Task.objects.count() == 2
