"""What is refused: with which status, with every fault named, and with nothing stored."""

import gzip
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.store.models import Task
from tests.harness.in_process import Post, class_of, student


@pytest.fixture(autouse=True)
def _nothing_is_stored(db: None) -> Any:  # noqa: ARG001 - the database
    yield
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "body"),
        (b"   ", "body"),
        (b"nonsense", "body"),
        (b'"text"', "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 100_000, "body"),
        (b"[]", "students"),
        (b"{}", "student_id"),
        (b'{"student_id": "a"}', "events"),
        (b'{"student_id": "a", "events": {}}', "events"),
        (b'{"student_id": 7, "events": []}', "student_id"),
        (b'{"student_id": "", "events": []}', "student_id"),
        (b'{"student_id": "a\\u0000", "events": []}', "student_id"),
        (b'{"student_id": "\\ud800", "events": []}', "student_id"),
        (b'{"student_id": "a", "namespace": 5, "events": []}', "namespace"),
        (b'{"student_id": "a", "events": [7]}', "events[0]"),
        (b'{"student_id": "a", "events": [{}]}', "events[0].unit"),
        (b'{"student_id": "a", "events": [{"unit": true}]}', "events[0].unit"),
        (b'{"student_id": "a", "events": [{"unit": null}]}', "events[0].unit"),
        (b'{"student_id": "a", "events": [{"unit": ""}]}', "events[0].unit"),
        (b'{"student_id": "a", "events": [{"unit": 1, "score": 1.5}]}', "events[0].score"),
        (b'{"student_id": "a", "events": [{"unit": 1, "score": NaN}]}', "events[0].score"),
        (
            b'{"student_id": "a", "events": [{"unit": 1, "created_time": "2024-02-30T00:00:00Z"}]}',
            "events[0].created_time",
        ),
        (b'{"student_id": "a", "events": [], "extra": Infinity}', "extra"),
        (b'[{"student_id": "a", "events": []}, {"student_id": "a", "events": []}]', "students[1].student_id"),
    ],
)
def test_a_bad_body_is_a_400_that_names_the_place(post: Post, body: bytes, place: str) -> None:
    response = post("html", body)

    assert response.status_code == 400
    assert set(response.json()) == {"error", "details"}
    assert place in response.json()["details"]
    assert all(response.json()["details"].values())


def test_all_faults_of_a_class_are_named_at_once(post: Post) -> None:
    broken = [student(), {"events": [{"unit": 1}, {"type": 3}]}, student("grace", created_time="x")]
    broken[2]["events"].append({"unit": 2, "created_time": "yesterday"})
    response = post("pdf", broken)

    assert set(response.json()["details"]) == {
        "students[1].student_id",
        "students[1].events[1].unit",
        "students[1].events[1].type",
        "students[2].events[2].created_time",
    }


def test_faults_beyond_a_thousand_are_counted(post: Post) -> None:
    details = post("html", {"student_id": "a", "events": [{}] * 1500}).json()["details"]

    assert len(details) == 1001
    assert details["more"] == 500


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
)
def test_another_content_type_is_a_415(post: Post, content_type: str) -> None:
    response = post("html", student(), content_type=content_type)

    assert response.status_code == 415
    assert "Content-Type" in response.json()["details"]


def test_another_content_encoding_is_a_415(post: Post) -> None:
    assert post("html", student(), **{"Content-Encoding": "br"}).status_code == 415


@pytest.mark.parametrize("damaged", [b"not gzip", gzip.compress(b"[]", mtime=0)[:-4], b""])
def test_a_damaged_gzip_body_is_a_400(post: Post, damaged: bytes) -> None:
    response = post("html", damaged, **{"Content-Encoding": "gzip"})

    assert response.status_code == 400
    assert "gzip" in response.json()["error"]


def test_a_gzip_bomb_is_a_413(post: Post, settings: Settings) -> None:
    settings.FEEDBACK_MAX_BODY_BYTES = 1 << 20
    response = post("html", gzip.compress(b" " * (64 << 20)), **{"Content-Encoding": "gzip"})

    assert response.status_code == 413
    assert set(response.json()) == {"error", "details"}


def test_too_many_students_are_a_413(post: Post, settings: Settings) -> None:
    settings.FEEDBACK_MAX_STUDENTS = 2

    assert post("html", class_of(3)).status_code == 413


def test_too_many_events_are_a_413(post: Post, settings: Settings) -> None:
    settings.FEEDBACK_MAX_EVENTS = 5

    assert post("html", class_of(2)).status_code == 413


@pytest.mark.parametrize(
    ("name", "value", "known"), [("lang", "tlh", "de, en, es, fr, hi"), ("paper", "a5", "a4, letter")]
)
def test_an_unknown_language_or_paper_is_a_400_that_names_the_known(
    post: Post, name: str, value: str, known: str
) -> None:
    response = post("html", student(), query=f"?{name}={value}")

    assert response.status_code == 400
    assert known in response.json()["details"][name][0]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "asia/kolkata "])
def test_an_unknown_time_zone_is_a_400(post: Post, zone: str) -> None:
    response = post("html", student(), query=f"?tz={zone}")

    assert response.status_code == 400
    assert "tz" in response.json()["details"]


@pytest.mark.parametrize(
    ("method", "address", "name"),
    [
        ("post", "/assignment/html?tz=Mars/Olympus", "tz"),
        ("post", "/assignment/html?compare=school", "compare"),
        ("get", f"/assignment/html/{UUID(int=1)}?wait=soon", "wait"),
        ("get", f"/assignment/html/{UUID(int=1)}/archive.zip?partial=yes", "partial"),
        ("delete", "/students", "student_id"),
        ("delete", "/students?student_id=%00", "student_id"),
    ],
)
def test_a_parameter_that_is_wrong_is_named_in_the_error_itself(
    client: Client, method: str, address: str, name: str
) -> None:
    response = client.generic(method.upper(), address, b"{}", content_type="application/json")

    assert response.status_code == 400
    assert f"because of `{name}`: " in response.json()["error"]
    assert list(response.json()["details"]) == [name]


def test_an_idempotency_key_of_no_sense_is_a_400(post: Post) -> None:
    assert post("html", student(), **{"Idempotency-Key": "x" * 256}).status_code == 400


@pytest.mark.parametrize("path", ["/assignment/xml", "/assignment/html/", "/nowhere", "/assignment"])
def test_an_unknown_address_is_a_404_in_the_envelope(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert set(response.json()) == {"error", "details"}


def test_an_unacceptable_host_is_a_400_in_the_envelope(client: Client) -> None:
    response = client.get("/health/live", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert set(response.json()) == {"error", "details"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", "/assignment/html", "POST"),
        ("put", "/assignment/pdf", "POST"),
        ("delete", "/assignment/html", "POST"),
        ("options", "/assignment/html", "POST"),
        ("trace", "/assignment/html", "POST"),
        ("post", "/assignment/html/00000000-0000-0000-0000-000000000001", "GET, HEAD, DELETE"),
        ("get", "/students?student_id=ada", "DELETE"),
        ("patch", "/assignment/html/00000000-0000-0000-0000-000000000001/reports", "GET, HEAD"),
        ("post", "/assignment/html/00000000-0000-0000-0000-000000000001/archive.zip", "GET, HEAD"),
    ],
)
def test_any_other_method_is_a_405_that_says_what_is_allowed(
    client: Client, method: str, path: str, allowed: str
) -> None:
    response = client.generic(method.upper(), path)

    assert response.status_code == 405
    assert response["Allow"] == allowed
    assert set(response.json()) == {"error", "details"}


def test_nobody_is_let_in_where_the_service_is_not_open(post: Post, settings: Settings) -> None:
    settings.FEEDBACK_AUTH = "keys"
    response = post("html", student())

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert set(response.json()) == {"error", "details"}
