"""The start page: a form that takes a file, and says by place what is wrong with it."""

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.events import readers
from feedback.store.models import Document, Task
from tests.harness.in_process import class_of, student
from tests.web.conftest import Upload


def test_the_start_page_says_what_it_is_and_asks_for_a_file(client: Client, db: None) -> None:  # noqa: ARG001
    page = client.get("/").text

    assert '<input type="file"' in page
    assert page.count('class="primary"') == 1
    assert "sample class" in page


def test_one_upload_in_both_formats_is_two_tasks_of_one_class(upload: Upload) -> None:
    answer = upload(class_of(3), formats="both")

    assert answer.status_code == 303
    html, pdf = Task.objects.order_by("format")
    assert (html.format, pdf.format) == ("html", "pdf")
    assert html.upload == pdf.upload
    assert answer["Location"] == f"/submissions/{html.id}"


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_one_format_is_one_task(upload: Upload, format_: str) -> None:
    upload(class_of(2), formats=format_)

    assert Task.objects.get().format == format_


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("class.json", json.dumps(class_of(2)).encode()),
        ("class.json.gz", gzip.compress(json.dumps(class_of(2)).encode(), mtime=0)),
        ("class.ndjson", b"\n".join(json.dumps(each).encode() for each in class_of(2))),
        ("class.csv", b"student_id,unit\nada,1\ngrace,2\nada,3\n"),
        ("class.csv.gz", gzip.compress(b"student_id,unit\nada,1\ngrace,2\n", mtime=0)),
        ("no suffix at all", json.dumps(class_of(2)).encode()),
    ],
)
def test_files_of_every_kind_are_taken(upload: Upload, name: str, content: bytes) -> None:
    assert upload(content, name, formats="html").status_code == 303
    assert Task.objects.get().upload.students == 2


def test_the_same_upload_twice_is_the_same_page(upload: Upload) -> None:
    assert upload(class_of(2))["Location"] == upload(class_of(2))["Location"]
    assert Task.objects.count() == 2


def test_the_wishes_are_part_of_the_submission(upload: Upload) -> None:
    upload(class_of(2), formats="html", time_zone="Asia/Kolkata", compare="on")

    options = Task.objects.get().upload.options
    assert (options["tz"], options["compare"]) == ("Asia/Kolkata", "class")


def test_the_comparison_is_off_unless_asked_for(upload: Upload) -> None:
    upload(class_of(2), formats="html")

    assert "compare" not in Task.objects.get().upload.options


def test_the_first_twenty_faults_are_shown_with_a_count_of_the_rest(upload: Upload) -> None:
    answer = upload([student(events=[{"type": "no unit"}] * 25)])

    assert answer.status_code == 400
    assert "nothing was stored" in answer.text
    assert "students[0].events[19].unit" in answer.text
    assert "students[0].events[20].unit" not in answer.text
    assert "25 faults; the first 20 of them" in answer.text
    assert "and 5 more" in answer.text
    assert not Task.objects.exists()


def test_a_fault_in_csv_is_shown_by_the_files_own_line(upload: Upload) -> None:
    answer = upload(b"student_id,unit,score\nada,1,0.5\nada,1,2\n", "class.csv")

    assert answer.status_code == 400
    assert "line 3: score" in answer.text


def test_a_fault_in_json_is_shown_by_the_files_own_line(upload: Upload) -> None:
    answer = upload(b'[\n{"student_id": "ada", "events": [\n{"unit": 1},\n{"unit": 1,\n"score": 2}]}]', "class.json.gz")

    assert answer.status_code == 400
    assert "line 5: students[0].events[1].score" in answer.text


def test_a_fault_in_ndjson_is_shown_by_the_files_own_line(upload: Upload) -> None:
    answer = upload(b'{"student_id": "ada", "events": []}\n\n{"student_id": "grace", "events": [{}]}\n', "class.ndjson")

    assert answer.status_code == 400
    assert "line 3: events[0].unit" in answer.text


def test_what_was_chosen_stays_chosen_after_a_fault(upload: Upload) -> None:
    page = upload(b"{", formats="pdf", time_zone="Asia/Kolkata", compare="on").text

    assert 'value="pdf" checked' in page
    assert "<option selected>Asia/Kolkata" in page
    assert '"compare-help" checked' in page


def test_faults_are_shown_as_plain_text(upload: Upload) -> None:
    page = upload({"student_id": "<script>alert(1)</script>" * 10, "events": []}).text

    assert "<script>alert" not in page


def test_a_form_without_a_file_asks_for_one(client: Client, db: None) -> None:  # noqa: ARG001
    answer = client.post("/", {"formats": "both"})

    assert answer.status_code == 400
    assert "Choose a file first" in answer.text


def test_an_unknown_wish_is_refused(upload: Upload) -> None:
    assert upload(class_of(1), formats="docx").status_code == 400
    assert upload(class_of(1), time_zone="Mars/Olympus").status_code == 400
    assert not Task.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_read(upload: Upload, settings: Settings) -> None:
    settings.FEEDBACK_MAX_BODY_BYTES = 100
    answer = upload(class_of(5))

    assert answer.status_code == 413
    assert "larger than 100 bytes" in answer.text


def test_a_gzip_bomb_is_refused(upload: Upload, settings: Settings) -> None:
    settings.FEEDBACK_MAX_BODY_BYTES = 10_000

    assert upload(gzip.compress(b" " * 1_000_000), "class.json.gz").status_code == 413


def test_a_script_is_told_where_to_go_and_a_browser_is_sent_there(client: Client, upload: Upload) -> None:
    client.defaults["HTTP_HX_REQUEST"] = "true"
    answer = upload(class_of(2))

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/submissions/")


def test_the_sample_class_is_a_class_like_any_other(client: Client, db: None, broker: str) -> None:  # noqa: ARG001
    answer = client.post("/sample")

    assert answer.status_code == 303
    assert set(Task.objects.values_list("format", "upload__students")) == {("html", 24), ("pdf", 24)}
    assert Document.objects.count() == 50


def test_an_address_that_only_takes_a_form_says_so_when_it_is_opened(client: Client, db: None) -> None:  # noqa: ARG001
    answer = client.get("/sample", headers={"Accept": "text/html"})

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is nothing to open here" in answer.text
    assert client.get("/sample", headers={"Accept": "application/json"}).status_code == 405


def test_the_icon_that_every_browser_asks_for_is_there(client: Client) -> None:
    answer = client.get("/favicon.ico")

    assert answer.status_code == 200
    assert answer.content.startswith(b"\0\0\1\0")


def test_a_form_from_another_site_is_refused(db: None) -> None:  # noqa: ARG001
    answer = Client(enforce_csrf_checks=True).post("/sample", headers={"Accept": "text/html"})

    assert answer.status_code == 403
    assert "could not be accepted" in answer.text


def test_an_upload_lies_in_files_without_a_name(
    upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names: list[list[str]] = []
    real = readers.read_students

    def look(*arguments: Any) -> Any:
        names.append([path.name for path in tmp_path.iterdir()])
        return real(*arguments)

    monkeypatch.setattr("feedback.events.origin.read_students", look)
    assert upload([*class_of(3), student("large", code="x" * (3 << 20))]).status_code == 303
    assert names == [[]], "there is none while it is read"
    assert list(tmp_path.iterdir()) == []
