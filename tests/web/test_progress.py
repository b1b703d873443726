"""The page of an upload while its reports are made."""

from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from feedback.store.models import Document, Task
from tests.harness.in_process import class_of, work_off
from tests.web.conftest import Upload


def test_the_page_of_unfinished_work_shows_how_far_it_is(client: Client, upload: Upload) -> None:
    address = upload(class_of(4))["Location"]
    Document.objects.filter(task__format="html", position__in=[1, 2]).update(state="SUCCESS")
    page = client.get(address).text

    assert '<progress id="bar-html" max="4" value="2">' in page
    assert '<progress id="bar-pdf" max="4" value="0">' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert page.count("/students/") >= 2


def test_a_report_opens_while_others_are_still_made(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    work_off()
    first, second = Document.objects.filter(kind="student").order_by("position")
    Document.objects.exclude(id=first.id).update(state="PENDING")
    page = client.get(address).text

    assert f"{address}/students/{first.id}" in page
    assert f"{address}/students/{second.id}" not in page
    assert "Student ID: student-0" in client.get(f"{address}/students/{first.id}").text
    assert "is being made" in client.get(f"{address}/students/{second.id}").text


def test_failures_are_listed_and_tried_again_while_others_are_still_made(client: Client, upload: Upload) -> None:
    address = upload(class_of(3), formats="html")["Location"]
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made")
    page = client.get(address).text

    assert "1 failed" in page
    assert "<bdi>student-1</bdi> (web page): it could not be made" in page
    assert client.post(f"{address}/retry").status_code == 303
    work_off()
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_progress_tells_its_rate_and_the_time_left(client: Client, upload: Upload) -> None:
    address = upload(class_of(10), formats="html")["Location"]
    Task.objects.update(created_at=Now() - timedelta(minutes=1))
    Document.objects.filter(position__in=[1, 2, 3, 4, 5]).update(state="SUCCESS", finished_at=Now())

    # Five in the last ten seconds; five are left.
    assert "<b>5</b> of 10 · 0.5 a second, about 10 s left" in client.get(f"{address}/progress").text


def test_progress_tells_only_its_milestones(client: Client, upload: Upload) -> None:
    address = upload(class_of(4), formats="html")["Location"]
    Document.objects.filter(position__in=[1, 2]).update(state="SUCCESS")

    passed, told = (client.get(f"{address}/progress?told={milestone}") for milestone in (25, 50))
    assert "50 per cent" in passed.text
    assert passed["HX-Trigger"] == "milestone", "the list of students is asked for at once"
    assert "per cent" not in told.text
    assert "HX-Trigger" not in told


def test_the_progress_of_finished_work_leads_to_the_page(client: Client, made: str) -> None:
    answer = client.get(f"{made}/progress", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == made


def test_what_is_asked_for_again_and_again_reads_nothing_large(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    for part in ("progress", "progress/students"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{address}/{part}").status_code == 200
        documents = [query["sql"] for query in queries if 'FROM "reports_document"' in query["sql"]]
        assert documents
        for large in ("body", "payload", "findings", "facts", "context"):
            assert not [sql for sql in documents if f'."{large}"' in sql.partition(" FROM ")[0]]
