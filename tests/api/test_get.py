"""GET of a task, of its reports and of its archive."""

import hashlib
import io
import json
import zipfile

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from feedback.analysis import analyse, analyse_class
from feedback.api import archive, layouts
from feedback.api.layouts import Layout
from feedback.api.negotiation import JSON
from feedback.contract.formats import Format
from feedback.contract.layout import CLASS_TABLES
from feedback.events import Student
from feedback.rendering import RenderOptions, render_class
from feedback.store.models import Document, Task
from tests.harness.in_process import (
    Caller,
    Json,
    Submit,
    class_of,
    student,
    work_off,
)


def test_a_pending_task_says_what_it_is_and_how_far(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    response = client.get(address)

    assert response.status_code == 202
    assert int(response["Retry-After"]) >= 1
    answer = response.json()
    assert set(answer) == {"status", "task_id", "student_id", "namespace", "created_at", "source", "progress"}
    assert answer["status"] == "PENDING"
    assert (answer["student_id"], answer["namespace"]) == ("ada", "course")
    assert answer["progress"] == {"total": 1, "done": 0, "failed": 0}


def test_a_claimed_task_is_running(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    Document.objects.update(state="RUNNING")

    assert client.get(address).json()["status"] == "RUNNING"


def test_a_class_names_no_student_and_counts_its_reports(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    Document.objects.filter(position=1).update(state="SUCCESS")
    Document.objects.filter(position=2).update(state="FAILURE")
    answer = client.get(address).json()

    assert answer["student_id"] is None
    assert answer["status"] == "RUNNING"
    assert answer["progress"] == {"total": 3, "done": 1, "failed": 1}


def test_an_absent_namespace_is_null(client: Client, submit: Submit) -> None:
    assert client.get(submit("html", student(namespace=None))).json()["namespace"] is None


def test_a_finished_page_is_html(client: Client, submit: Submit) -> None:
    address = submit("html", student("ada", 5, 3, 5))
    work_off()
    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "Student ID: ada" in response.text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_finished_pdf_is_an_attachment_with_a_safe_name(client: Client, submit: Submit) -> None:
    address = submit("pdf", student('a"\r\nb/../é'))
    work_off()
    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    name = response["Content-Disposition"].removeprefix("attachment; filename=").strip('"')
    assert name.endswith(".pdf")
    assert all(letter.isascii() and (letter.isalnum() or letter in "-._@") for letter in name)


@pytest.mark.parametrize(
    ("accept", "described"),
    [
        ("application/json", True),
        ("application/json;q=0.5", True),
        ("application/json, */*", False),
        ("application/json, text/html;q=0.1", False),
        ("*/*", False),
        ("image/png", False),
        ("application/json;q=0", False),
    ],
)
def test_only_who_asks_for_json_and_nothing_else_gets_a_description(
    client: Client, submit: Submit, accept: str, described: bool
) -> None:
    address = submit("html", student())
    work_off()
    response = client.get(address, headers={"Accept": accept})

    assert response.status_code == 200
    assert (response["Content-Type"] == "application/json") is described


def test_the_description_links_to_what_there_is(client: Client, submit: Submit) -> None:
    address = submit("pdf", student())
    work_off()
    answer = client.get(address, headers={"Accept": "application/json"}).json()

    document = client.get(answer["links"]["self"])
    assert hashlib.sha256(document.content).hexdigest() == answer["sha256"]
    assert len(document.content) == answer["bytes"]
    assert client.get(answer["links"]["findings"]).json()["student_id"] == "ada"
    assert client.get(answer["links"]["reports"]).status_code == 200
    assert client.get(answer["links"]["archive"]).status_code == 200
    assert answer["links"]["handouts"] is None, "nothing was handed out"
    client.post(f"{address}/handouts")
    links = client.get(address, headers={"Accept": "application/json"}).json()["links"]
    assert len(client.get(links["handouts"]).json()["handouts"]) == 1


def test_the_description_of_one_report_of_a_class_links_to_its_own_findings(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(2))
    work_off()
    [_, second] = client.get(f"{address}/reports").json()["students"]
    links = client.get(second["link"], headers={"Accept": "application/json"}).json()["links"]

    assert links["self"] == second["link"]
    assert client.get(links["findings"]).json()["student_id"] == "student-1"
    of_class = client.get(address, headers={"Accept": "application/json"}).json()["links"]
    assert len(client.get(of_class["findings"]).json()["rows"]) == 2


def test_a_key_that_only_reads_is_not_sent_to_hand_outs(calling: Caller) -> None:
    address = calling("teacher").submit("html", class_of(2))
    work_off()
    calling("teacher").client.post(f"{address}/handouts")

    for read_only in (False, True):
        client = calling("teacher", read_only=read_only).client
        links = client.get(address, headers={"Accept": "application/json"}).json()["links"]
        assert (links["handouts"] is None) is read_only


def test_a_failed_report_is_a_404_with_the_reason(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    Document.objects.update(state="FAILURE", error="it could not be made")
    response = client.get(address)

    assert response.status_code == 404
    answer = response.json()
    assert answer == {
        "status": "FAILURE",
        "error": "it could not be made",
        "details": {},
        "task_id": address.rsplit("/", 1)[1],
    }


UNKNOWN = "5b0f4c60-6a2e-4a53-9c1f-0d4f1f3c7a11"


@pytest.mark.parametrize("tail", ["", "/reports", "/archive.zip", f"/reports/{UNKNOWN}"])
@pytest.mark.parametrize("task_id", [UNKNOWN, "not-a-uuid", "%00", "1"])
def test_an_unknown_id_is_a_404_and_never_pending(client: Client, db: None, task_id: str, tail: str) -> None:  # noqa: ARG001
    response = client.get(f"/assignment/html/{task_id}{tail}")

    assert response.status_code == 404
    assert set(response.json()) == {"error", "details"}


def test_an_id_of_the_other_format_is_unknown(client: Client, submit: Submit) -> None:
    address = submit("html", student())

    assert client.get(address.replace("/html/", "/pdf/")).status_code == 404


def test_head_is_get_without_the_body(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    work_off()
    response = client.head(address)

    assert response.status_code == 200
    assert response.content == b""


def test_the_manifest_lists_every_student_at_any_time(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    before = client.get(f"{address}/reports").json()
    work_off()
    after = client.get(f"{address}/reports").json()

    assert [entry["student_id"] for entry in before["students"]] == ["student-0", "student-1", "student-2"]
    assert {entry["state"] for entry in before["students"]} == {"PENDING"}
    assert {entry["link"] for entry in before["students"]} == {None}
    assert before["task_id"] == after["task_id"] == address.rsplit("/", 1)[1]
    for entry in after["students"]:
        assert set(entry) == {"student_id", "namespace", "report_id", "state", "error", "link", "sha256"}
        document = client.get(entry["link"])
        assert f"Student ID: {entry['student_id']}" in document.text
        assert hashlib.sha256(document.content).hexdigest() == entry["sha256"]


def test_a_single_has_a_manifest_too(client: Client, submit: Submit) -> None:
    address = submit("pdf", student())
    work_off()
    [entry] = client.get(f"{address}/reports").json()["students"]

    assert client.get(entry["link"]).content == client.get(address).content


def test_the_class_report_links_to_every_student(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(2))
    work_off()
    page = client.get(address).text

    for entry in client.get(f"{address}/reports").json()["students"]:
        # Relative to the page's own address.
        assert entry["link"].removeprefix("/assignment/html/") in page


def _names_in(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def _archive(address: str) -> dict[str, bytes]:
    """The content of the streamed archive, gathered without an event loop."""
    submission = Task.objects.get(id=address.rsplit("/", 1)[1])
    what = layouts.plan(submission, list(submission.documents.order_by("position")), Layout.FILES)
    return _names_in(b"".join(archive.parts_of(submission, what)))


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_the_archive_holds_every_report_and_the_manifest(submit: Submit, format_: str) -> None:
    address = submit(format_, class_of(40))
    work_off()
    content = _archive(address)

    assert len(content) == 42 + len(CLASS_TABLES)
    assert content[f"class.{format_}"] == rendered_from_files(class_of(40), format_)
    manifest = json.loads(content["manifest.json"])
    for entry in manifest["students"]:
        assert hashlib.sha256(content[entry["link"]]).hexdigest() == entry["sha256"]


def rendered_from_files(students: list[Json], format_: str) -> bytes:
    """The class report as `feedback render` makes it: its rows lead to the files beside it."""
    found = [analyse(msgspec.convert(student, Student)) for student in students]
    links = [f"{format_}/{one.student_id}.{format_}" for one in found]
    return render_class(analyse_class(found), Format(format_), RenderOptions(), links, list(CLASS_TABLES)).body


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_the_tables_of_a_class_are_those_of_its_archive_and_linked_from_its_page(
    client: Client, submit: Submit, format_: str
) -> None:
    address = submit(format_, class_of(3))
    assert client.get(f"{address}/class.xlsx").status_code == 202
    work_off()
    content = _archive(address)
    for name, media_type in CLASS_TABLES.items():
        answer = client.get(f"{address}/{name}")
        assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
        assert answer["Content-Disposition"] == f'attachment; filename="{address.rsplit("/", 1)[1]}-{name}"'
        assert answer.content == content[name]
        if format_ == "html":
            # Relative to the page's own address.
            assert f'href="{address.rsplit("/", 1)[1]}/{name}"' in client.get(address).text
            assert f'href="{name}"' in content["class.html"].decode()


def test_a_single_student_has_no_tables_of_a_class(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    work_off()
    answer = client.get(f"{address}/class-students.csv")
    assert answer.status_code == 404
    assert "one student" in answer.json()["error"]


def test_findings_of_another_version_have_no_tables_and_say_so(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(2))
    work_off()
    Task.objects.update(findings=b'{"rows": []}')
    answer = client.get(f"{address}/class.xlsx")
    assert answer.status_code == 404
    assert "Post the class again" in answer.json()["error"]


def test_an_unfinished_archive_is_a_202(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(2))
    Document.objects.filter(position=1).update(state="SUCCESS")

    response = client.get(f"{address}/archive.zip")
    assert response.status_code == 202
    assert response.json()["progress"] == {"total": 2, "done": 1, "failed": 0}


def test_an_archive_with_failures_is_a_409_that_names_them(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made")
    work_off()
    refused = client.get(f"{address}/archive.zip")

    assert refused.status_code == 409
    assert refused.json()["details"] == {"student-1": ["it could not be made"]}
    content = _archive(address)
    assert len(content) == 4 + len(CLASS_TABLES)  # two students, the class, the manifest
    assert client.get(f"{address}/archive.zip?partial=maybe").status_code == 400


def test_a_get_takes_at_most_two_queries(client: Client, submit: Submit, statements: list[object]) -> None:
    address = submit("html", class_of(5))
    one = f"{address}/reports/{Document.objects.latest('position').id}"
    for _ in ("unfinished", "finished"):
        for asked, accepted in ((f"{address}/reports", JSON), (address, "*/*"), (one, "*/*"), (address, JSON)):
            statements.clear()
            client.get(asked, headers={"Accept": accepted})
            assert 1 <= len(statements) <= 2, (asked, accepted)
        work_off()


def test_whoever_polls_a_single_has_nothing_counted(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).json()["progress"] == {"total": 1, "done": 0, "failed": 0}

    assert len(queries) == 1
    assert "COUNT(" not in queries[0]["sql"]
