"""POST /assignment/<format>: what is accepted, and how the answer says so."""

import gzip
import json

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.store.models import Document, Student, Task, Upload
from feedback.submissions import intake
from tests.harness.in_process import (
    Post,
    Submit,
    class_of,
    student,
    work_off,
)


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_a_new_student_is_accepted_with_a_task_id_and_where_to_poll(post: Post, format_: str) -> None:
    response = post(format_, student())

    assert response.status_code == 202
    task_id = response.json()["task_id"]
    assert response.json() == {"task_id": task_id, "status": "Processing started"}
    assert response["Location"] == f"/assignment/{format_}/{task_id}"
    assert int(response["Retry-After"]) >= 1


def test_an_identical_post_while_unfinished_gives_the_same_task(post: Post) -> None:
    first = post("html", student())
    again = post("html", student())

    assert again.status_code == 202
    assert again.json() == first.json()
    assert Task.objects.count() == 1


def test_white_space_key_order_and_gzip_do_not_make_another_submission(post: Post) -> None:
    body = student()
    reordered = json.dumps(dict(reversed(body.items())), indent=3).encode()

    first = post("html", body)
    again = post("html", gzip.compress(reordered), **{"Content-Encoding": "gzip"})

    assert again.json()["task_id"] == first.json()["task_id"]


def test_other_content_format_or_time_zone_is_another_submission(post: Post) -> None:
    answers = [
        post("html", student()),
        post("html", student("grace")),
        post("pdf", student()),
        post("html", student(), query="?tz=Asia/Kolkata"),
        post("html", student(), query="?lang=de"),
        post("html", student(), query="?paper=letter"),
        post("html", student(), query="?lang=de&paper=letter"),
    ]

    assert len({answer.json()["task_id"] for answer in answers}) == len(answers)


def test_the_order_of_options_does_not_matter(post: Post) -> None:
    first = post("html", student(), query="?lang=hi&paper=letter&tz=UTC")

    assert post("html", student(), query="?tz=UTC&paper=letter&lang=hi").json() == first.json()


def test_an_identical_post_when_done_says_success(post: Post) -> None:
    first = post("html", student())
    work_off()
    again = post("html", student())

    assert again.status_code == 200
    assert again.json() == {"task_id": first.json()["task_id"], "status": "SUCCESS"}


@pytest.mark.parametrize(("format_", "media_type"), [("html", "text/html"), ("pdf", "application/pdf")])
def test_an_identical_post_when_done_gives_the_document_to_who_accepts_its_type(
    post: Post, format_: str, media_type: str
) -> None:
    post(format_, student())
    work_off()
    again = post(format_, student(), Accept=media_type)

    assert again.status_code == 200
    assert again["Content-Type"].startswith(media_type)


def test_an_identical_post_after_a_failure_is_queued_again_under_the_same_task(post: Post) -> None:
    first = post("html", student())
    Document.objects.update(state="FAILURE", error="it failed", attempts=3)

    again = post("html", student())

    assert again.status_code == 202
    assert again.json() == first.json()
    report = Document.objects.get()
    assert (report.state, report.attempts, report.error) == ("PENDING", 0, "")


def test_a_list_of_one_is_one_student(post: Post) -> None:
    post("html", [student()])

    upload = Upload.objects.get()
    assert not upload.is_class
    assert upload.student_id == "ada"


def test_a_class_is_one_task_with_a_report_for_each_student_and_one_for_the_class(post: Post) -> None:
    post("html", class_of(3))

    task = Task.objects.get()
    assert task.upload.is_class
    assert task.upload.students == 3
    kinds = task.documents.order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["class", "student", "student", "student"]


def test_ndjson_is_a_student_a_line(post: Post) -> None:
    lines = "\n".join(json.dumps(one) for one in class_of(3))
    response = post("pdf", lines.encode(), content_type="application/x-ndjson")

    assert response.status_code == 202
    assert Upload.objects.get().students == 3


def test_the_same_class_as_a_list_and_as_lines_is_the_same_submission(post: Post) -> None:
    lines = "\n".join(json.dumps(one) for one in class_of(2)).encode()

    as_list = post("html", class_of(2))
    as_lines = post("html", lines, content_type="application/x-ndjson; charset=utf-8")

    assert as_list.json() == as_lines.json()


def test_an_idempotency_key_keeps_identical_content_apart(post: Post) -> None:
    plain = post("html", student())
    keyed = post("html", student(), **{"Idempotency-Key": "k-1"})
    keyed_again = post("html", student(), **{"Idempotency-Key": "k-1"})

    assert plain.json()["task_id"] != keyed.json()["task_id"]
    assert keyed.json() == keyed_again.json()


def test_an_idempotency_key_used_for_another_body_is_refused(post: Post) -> None:
    post("html", student(), **{"Idempotency-Key": "k-1"})
    other = post("html", student("grace"), **{"Idempotency-Key": "k-1"})

    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["details"]
    assert Task.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_an_idempotency_key_whose_task_comes_at_the_same_moment_names_it(
    post: Post, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    post("html", class_of(number))
    look, others = intake._identical, list[object]()

    def look_just_before(task: Task, former: bytes) -> Task | None:
        monkeypatch.setattr(intake, "_identical", look)
        found = look(task, former)
        others.append(post("html", class_of(number), **{"Idempotency-Key": "k-1"}).json())
        return found

    monkeypatch.setattr(intake, "_identical", look_just_before)
    mine = post("html", class_of(number), **{"Idempotency-Key": "k-1"})

    assert mine.status_code == 202
    assert others == [mine.json()]
    assert Task.objects.count() == 2


def test_an_idempotency_key_names_the_same_task_after_an_upgrade_and_new_defaults(
    post: Post, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = {"Idempotency-Key": "k-1"}
    first = post("html", student(), **keyed)
    plain = post("html", student())
    monkeypatch.setattr(intake, "renderer_version", lambda: "0123456789ab")
    settings.FEEDBACK_SESSION_GAP_MINUTES = 7.0

    assert post("html", student(), **keyed).json() == first.json()
    assert post("html", student()).json() != plain.json()
    assert post("html", student(), query="?tz=Asia/Kolkata", **keyed).status_code == 422
    assert post("html", student(), query="?lang=de", **keyed).status_code == 422


def test_a_request_id_of_the_clients_own_comes_back(client: Client) -> None:
    response = client.get("/health/live", headers={"X-Request-ID": "abc-123"})

    assert response["X-Request-ID"] == "abc-123"


def test_one_class_in_two_formats_is_one_upload_of_which_each_log_is_stored_once(submit: Submit) -> None:
    submit("html", class_of(2))
    submit("pdf", class_of(2))
    submit("pdf", class_of(3))

    html, pdf, other = Task.objects.order_by("created_at")
    assert html.upload == pdf.upload != other.upload
    assert Student.objects.filter(upload=html.upload).count() == 2
    assert Document.objects.filter(about__upload=html.upload).count() == 4


@pytest.mark.parametrize(("number", "query"), [(2, "?tz=Asia/Kolkata"), (3, "")], ids=["options", "content"])
def test_other_options_or_content_are_another_upload(submit: Submit, number: int, query: str) -> None:
    submit("html", class_of(2))
    submit("pdf", class_of(number), query)

    assert Upload.objects.count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_a_key_of_each_post_makes_tasks_of_one_upload(submit: Submit, number: int) -> None:
    addresses = {submit("html", class_of(number), **{"Idempotency-Key": key}) for key in ("one", "two")}

    assert len(addresses) == 2
    assert Upload.objects.get().tasks.count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_an_upload_that_lost_a_student_is_joined_by_no_identical_body(
    client: Client, submit: Submit, number: int
) -> None:
    submit("html", [*class_of(number), student("grace")])
    client.delete("/students?student_id=grace")
    address = submit("pdf", [*class_of(number), student("grace")])

    assert Upload.objects.count() == 2
    assert len(client.get(f"{address}/reports").json()["students"]) == number + 1


def test_csv_is_the_same_submission_as_json(submit: Submit, post: Post) -> None:
    address = submit("html", {"student_id": "ada", "namespace": "course", "events": [{"unit": "1", "score": 0.5}]})
    answer = post(
        "html", b"student_id,namespace,unit,score\nada,course,1,0.5\n", content_type="text/csv; charset=utf-8"
    )

    assert answer["Location"] == address


def test_a_fault_in_csv_is_named_by_its_line(post: Post) -> None:
    answer = post("html", b"student_id,unit,score\nada,1,0.5\nada,1,2\n", content_type="text/csv")

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"line 3: score"}
