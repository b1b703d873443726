"""POST of a log as another platform exports it: named or recognised, packed or not, of any media type."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from feedback.events import SOURCES, decode_context, decode_student
from feedback.store.models import Student, Task, Upload
from tests.harness.exports import FEED, GERMAN, PRAIRIELEARN, PROGSNAP2, gzipped, tarred, workbook, zipped
from tests.harness.in_process import Post

pytestmark = pytest.mark.django_db
TABLE = {"source": "table"}


def query(**options: str | list[str]) -> str:
    return "?" + urlencode(options, doseq=True)


def ids() -> list[str]:
    return list(Student.objects.order_by("position").values_list("student_id", flat=True))


@pytest.mark.parametrize(
    ("body", "content_type", "source"),
    [
        (PROGSNAP2, "text/csv", "progsnap2"),
        (PROGSNAP2, "application/json", "progsnap2"),
        (PROGSNAP2, "application/octet-stream", "progsnap2"),
        (gzipped(PROGSNAP2), "application/gzip", "progsnap2"),
        (zipped(MainTable__csv=PROGSNAP2, DatasetMetadata__csv=b"Property,Value\n"), "application/zip", "progsnap2"),
        (tarred("data/MainTable.csv", PROGSNAP2), "application/x-tar", "progsnap2"),
        (PRAIRIELEARN, "text/plain; charset=latin-1", "prairielearn"),
        (zipped(exam_all_submissions__csv=PRAIRIELEARN), "application/zip", "prairielearn"),
        (FEED, "application/x-ndjson", "ccs"),
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_export_is_recognised_whatever_its_type_says(
    post: Post, body: bytes, content_type: str, source: str
) -> None:
    answer = post("html", body, content_type=content_type)

    assert answer.status_code == 202, answer.content
    described = Client().get(answer["Location"], headers={"Accept": "application/json"}).json()
    assert described["source"] == source == Upload.objects.get().source
    [listed] = Client().get("/tasks").json()["tasks"]
    assert listed["source"] == source


def test_our_own_formats_say_that_they_are_ours(post: Post) -> None:
    answer = post("html", {"student_id": "ada", "events": []})

    assert Client().get(answer["Location"]).json()["source"] == "feedback"


def test_a_named_source_is_read_as_what_it_is_named(post: Post) -> None:
    assert post("html", GERMAN, query(**TABLE), content_type="text/csv").status_code == 202
    assert ids() == ["17", "18"]
    assert decode_context(bytes(Upload.objects.get().context or b"")).questions[0].points == 2


def test_options_say_zone_columns_words_and_roles(post: Post) -> None:
    body = b"Who,What,Did,When\nada,1,Klick,2024-07-21 10:00:00\n"
    columns = ["student_id=Who", "unit=what", "type=Did", "created_time=When", "kind:submission=KLICK"]
    post("html", body, query(source="table", source_tz="Europe/Berlin", column=columns), content_type="text/csv")

    [event] = decode_student(bytes(Student.objects.get().payload)).events
    assert (event.type, event.created_time and event.created_time.isoformat()) == (
        "submission",
        "2024-07-21T08:00:00+00:00",
    )
    assert Upload.objects.get().options["assumed_zone"] == "Europe/Berlin"
    post("html", PRAIRIELEARN, query(role="Instructor"), content_type="text/csv")
    assert "prof@school.edu" in ids()


def test_words_and_zone_are_said_of_our_own_formats_too(post: Post) -> None:
    body = [{"student_id": "ada", "events": [{"unit": 1, "type": "Abgabe", "created_time": "2024-07-21T10:00:00"}]}]
    post("html", body, query(source_tz="Asia/Kolkata", column="kind:submission=abgabe"))

    [event] = decode_student(bytes(Student.objects.get().payload)).events
    assert (event.type, str(event.created_time)) == ("submission", "2024-07-21 04:30:00+00:00")


def test_the_same_log_in_another_format_joins_the_same_upload(post: Post) -> None:
    exported = post("html", PRAIRIELEARN, content_type="text/csv").json()["task_id"]
    student = {"namespace": "Exam 1"}
    event = {"unit": "fib", "type": "submission"}
    ours = {
        "exam": {"title": "Exam 1"},
        "questions": [{"unit": "fib", "points": 4}],
        "students": [
            student
            | {"student_id": "ada@school.edu", "name": "Ada L"}
            | {"events": [event | {"created_time": "2024-07-21T10:00:01Z", "score": 0.5}]},
            student
            | {"student_id": "grace@school.edu", "name": "Grace H"}
            | {"events": [event | {"created_time": "2024-07-21T10:01:01Z", "score": 1}]},
        ],
    }

    assert post("html", ours).json()["task_id"] == exported
    assert post("html", zipped(a_submissions__csv=PRAIRIELEARN), content_type="application/zip").json()["task_id"] == (
        exported
    )
    assert (
        post("html", PRAIRIELEARN, query(source="prairielearn", source_tz="Asia/Tokyo")).json()["task_id"] == exported
    )
    post("pdf", gzipped(PRAIRIELEARN), content_type="application/gzip")
    assert Upload.objects.count() == 1
    assert Task.objects.count() == 2


def test_the_zone_that_was_assumed_is_part_of_what_is_asked_for(post: Post) -> None:
    utc = post("html", PROGSNAP2).json()["task_id"]

    assert post("html", PROGSNAP2, query(source_tz="UTC")).json()["task_id"] == utc
    assert post("html", PROGSNAP2, query(source_tz="Asia/Tokyo")).json()["task_id"] != utc


def test_an_export_comes_with_a_context_as_parts_of_a_form() -> None:
    exam = SimpleUploadedFile("exam.json", json.dumps({"exam": {"title": "Final"}}).encode(), "application/json")
    log = SimpleUploadedFile("feed.zip", zipped(MainTable__csv=PROGSNAP2), "application/zip")
    answer = Client().post(f"/assignment/html{query(source_tz='Europe/Berlin')}", {"events": log, "context": exam})

    assert answer.status_code == 202, answer.content
    assert decode_context(bytes(Upload.objects.get().context or b"")).exam.title == "Final"
    assert Upload.objects.get().source == "progsnap2"


REFUSED: list[tuple[bytes, dict[str, Any], str, str]] = [
    (PROGSNAP2, {"source": "moodle-classic"}, "source", ", ".join(SOURCES)),
    (PROGSNAP2, {"source_tz": "Mars/Olympus"}, "source_tz", "IANA name"),
    (PROGSNAP2, {"column": "student_id"}, "column", "expected FIELD=HEADER"),
    (PROGSNAP2, {"column": "kind:click=x"}, "column", "kind:click is no field"),
    (PROGSNAP2, {"role": "Student"}, "role", "names no roles"),
    (PROGSNAP2, {"column": [f"unit=Column {number}" for number in range(201)]}, "column", "given 201 times"),
    (PRAIRIELEARN, {"role": [str(number) for number in range(201)]}, "role", "at most 200 are read"),
    (b"\xd0\xcf\x11\xe0" + bytes(600), {"source": "table"}, "body", "old Excel workbook"),
    (FEED, {"column": "student_id=Who"}, "column", "has no columns"),
    (b"[]", {"column": "student_id=Who"}, "column", "not recognised as a platform"),
    (b"[]", {"source": "feedback", "role": "Student"}, "role", "not recognised as a platform"),
    (PROGSNAP2, {"source": "prairielearn"}, "line 1: unit", "EventType, EventID, SubjectID"),
    (PROGSNAP2, {"source": "open-edx"}, "line 1", "no entry of this log"),
    (FEED, {"source": "open-edx"}, "line 1", "event_type"),
    (b"Exam,Question\nFinal,1\n", {"source": "table"}, "line 1: student_id", "the columns are Exam, Question"),
    (zipped(readme__txt=b"x"), {"source": "progsnap2"}, "body", "there is no MainTable.csv in it"),
    (zipped(readme__txt=b"x"), {}, "body", "ZIP"),
    (zipped(MainTable__csv=PROGSNAP2, a_submissions__csv=PRAIRIELEARN), {}, "body", "PrairieLearn and ProgSnap2"),
    (zipped(MainTable__csv=PROGSNAP2)[:-30], {}, "body", "damaged"),
    (gzipped(PROGSNAP2)[:-9], {"source": "progsnap2"}, "body", "cut short"),
    (gzipped(b"[]"), {}, "body", "Content-Encoding"),
    (FEED + b'{"event_type":"problem_check","event_source":"server"}\n', {}, "line 7", "type"),
    (PROGSNAP2 + b"Submit,9,ada,noon,p1,\n", {}, "line 6: ServerTimestamp", "expected a date and time"),
    (b"PK\x03\x04" + b"x" * 100, {}, "body", "damaged"),
]


@pytest.mark.parametrize(("body", "options", "place", "words"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_names_the_place_and_the_cure_and_nothing_is_stored(
    post: Post, body: bytes, options: dict[str, Any], place: str, words: str
) -> None:
    answer = post("html", body, query(**options))

    assert answer.status_code == 400, answer.content
    assert words in str(answer.json()["details"][place])
    assert not Upload.objects.exists()


def test_all_options_that_cannot_be_read_are_named_at_once(post: Post) -> None:
    answer = post("html", PROGSNAP2, query(source="x", source_tz="y", column="z"))

    assert set(answer.json()["details"]) == {"source", "source_tz", "column"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/zip", "application/octet-stream"])
def test_what_is_neither_named_nor_recognised_keeps_its_415(post: Post, content_type: str) -> None:
    answer = post("html", GERMAN, content_type=content_type)

    assert answer.status_code == 415
    assert "?source=" in answer.json()["error"]
    assert not Upload.objects.exists()


def test_a_bomb_in_an_archive_is_a_413(post: Post, settings: Settings) -> None:
    bomb = zipped(MainTable__csv=b"EventType,EventID,SubjectID\n" + b"x" * (64 << 20))
    assert post("html", bomb, content_type="application/zip").status_code == 413
    settings.FEEDBACK_MAX_BODY_BYTES = 100_000
    assert post("html", gzipped(PROGSNAP2 + b"\n" * 200_000), content_type="application/gzip").status_code == 413
    assert not Upload.objects.exists()
