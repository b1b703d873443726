"""Who may do what with a key: 401 without one, 404 for what is another's, 403 for what is not granted."""

import io
import json
import re
import secrets
import zipfile
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from feedback.access import keys
from feedback.access.models import ApiKey
from feedback.api import archive, layouts
from feedback.api.layouts import Layout
from feedback.contract.layout import CLASS_TABLES, MANIFEST, class_path, report_path
from feedback.store.models import Document, Task, Upload
from tests.harness.in_process import (
    Caller,
    class_of,
    student,
    work_off,
)


def addresses_of(task: str) -> list[str]:
    report = Document.objects.filter(task=UUID(task.rsplit("/", 1)[1])).latest("position").id
    below = ("", "/findings", "/reports", f"/reports/{report}", f"/reports/{report}/findings", "/archive.zip")
    return [task + tail for tail in below]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer fbk_000000000000_" + "0" * 64},
        {"Authorization": "Bearer \N{LATIN SMALL LETTER E WITH ACUTE}"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "fbk_000000000000_" + "0" * 64},
    ],
)
def test_without_a_valid_key_everything_is_a_401_that_says_how_to_get_one(
    client: Client, calling: Caller, headers: dict[str, str]
) -> None:
    task = calling("platform").submit("html", student())
    answers = [client.get(address, headers=headers) for address in addresses_of(task)]
    answers.append(client.post("/assignment/html", b"{}", content_type="application/json", headers=headers))
    answers.append(client.get("/assignment/html/never-issued", headers=headers))

    for answer in answers:
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert set(answer.json()) == {"error", "details"}
        assert "apikey create" in answer.json()["error"]


def test_a_revoked_key_is_a_401_from_the_next_request_on(calling: Caller) -> None:
    platform = calling("platform")
    task = platform.submit("html", student())
    for key in ApiKey.objects.all():
        keys.revoke(key)

    assert platform.status(task) == 401


def test_an_expired_key_is_a_401_that_says_so(calling: Caller) -> None:
    platform = calling("platform")
    task = platform.submit("html", student())
    ApiKey.objects.update(expires_at="2026-01-31T12:00Z")
    refused = platform.client.get(task)

    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert "expired at 2026-01-31 12:00 UTC" in refused.json()["error"]
    assert "apikey create" in refused.json()["error"]
    assert platform.post("html", student("later")).status_code == 401


def test_a_key_in_the_address_is_not_a_key(client: Client, calling: Caller) -> None:
    task = calling("platform").submit("html", student())
    _, text = keys.issue("platform")

    assert client.get(f"{task}?key={text}&access_token={text}").status_code == 401


def test_what_is_another_owners_is_not_there(calling: Caller) -> None:
    ours, theirs = calling("ours"), calling("theirs")
    task = ours.submit("html", class_of(2))
    work_off()

    for address in addresses_of(task):
        assert ours.status(address) == 200
        answer = theirs.client.get(address)
        unknown = theirs.client.get(address.replace(task, "/assignment/html/00000000-0000-0000-0000-000000000001"))
        assert answer.status_code == 404
        assert answer.content == unknown.content
        differ = {"X-Request-ID", "RateLimit"}
        assert {name: value for name, value in answer.items() if name not in differ} == {
            name: value for name, value in unknown.items() if name not in differ
        }


def test_keys_of_one_name_share_what_they_submitted(calling: Caller) -> None:
    old, new, reader = calling("platform"), calling("platform"), calling("platform", read_only=True)
    task = old.submit("html", student())

    assert new.status(task) == 202
    assert reader.status(task) == 202
    assert new.post("html", student()).json()["task_id"] in task


def test_a_namespace_out_of_scope_is_not_there(calling: Caller) -> None:
    everywhere, there, elsewhere = calling("a"), calling("a", ["course"]), calling("a", ["other", ""])
    task = everywhere.submit("html", class_of(2))
    work_off()

    for address in addresses_of(task):
        assert (everywhere.status(address), there.status(address), elsewhere.status(address)) == (200, 200, 404)


def test_a_class_over_several_namespaces_is_there_for_who_may_read_all_of_them(calling: Caller) -> None:
    everywhere = calling("a")
    task = everywhere.submit("html", [student("ada", namespace="x"), student("grace", namespace="y")])
    without_any = everywhere.submit("html", student(namespace=None))

    assert calling("a", ["x", "y"]).status(task) == 202
    assert calling("a", ["x"]).status(task) == 404
    assert calling("a", [""]).status(task) == 404
    assert calling("a", [""]).status(without_any) == 202
    assert calling("a", ["x"]).status(without_any) == 404


def test_submitting_out_of_scope_is_a_403_that_names_the_places_and_stores_nothing(calling: Caller) -> None:
    scoped = calling("a", ["x"])
    refused = scoped.post("html", [student("ada", namespace="x"), student("bob", namespace="y"), student("eve")])

    assert refused.status_code == 403
    assert set(refused.json()["details"]) == {"students[1].namespace", "students[2].namespace"}
    assert set(scoped.post("pdf", student(namespace=None)).json()["details"]) == {"namespace"}
    assert not Task.objects.exists()


def test_submitting_what_exists_out_of_scope_is_the_same_403_as_what_does_not(calling: Caller) -> None:
    calling("a").submit("html", student())
    scoped = calling("a", ["x"])

    exists, is_new = scoped.post("html", student()), scoped.post("html", student("new"))
    assert (exists.status_code, exists.content) == (is_new.status_code, is_new.content)


def test_a_read_key_may_not_submit_and_is_told_before_its_body_is_read(calling: Caller) -> None:
    reader = calling("a", read_only=True)
    refused = reader.client.post("/assignment/html", b"not even JSON", content_type="text/plain")

    assert refused.status_code == 403
    assert "only read" in refused.json()["error"]


def test_identical_submissions_of_two_owners_never_meet(calling: Caller) -> None:
    ours, theirs = calling("ours"), calling("theirs")
    first = ours.submit("html", student())
    work_off()

    assert theirs.submit("html", student()) != first


def test_idempotency_keys_of_two_owners_never_meet(calling: Caller) -> None:
    same = {"Idempotency-Key": "exam-1"}
    first = calling("ours").submit("html", student(), **same)

    assert calling("theirs").submit("html", student("grace"), **same) != first


def test_idempotency_keys_of_two_scopes_never_meet(calling: Caller) -> None:
    same = {"Idempotency-Key": "exam-1"}
    x, y = calling("a", ["x"]), calling("a", ["y"])
    x.submit("html", student(namespace="x"), **same)

    y.submit("html", student(namespace="y"), **same)
    assert y.post("html", student("other", namespace="y"), **same).status_code == 422


def test_an_idempotency_key_that_names_a_student_is_not_kept(calling: Caller) -> None:
    calling("a").submit("html", student(), **{"Idempotency-Key": "exam-of-lovelace"})

    assert "lovelace" not in str(Task.objects.values().get())


def test_what_was_submitted_in_the_open_is_not_there_with_a_key(client: Client, calling: Caller, settings: Any) -> None:
    platform = calling("a")
    settings.FEEDBACK_AUTH = "open"
    posted = client.post("/assignment/html", json.dumps(student()), content_type="application/json")
    settings.FEEDBACK_AUTH = "keys"

    assert platform.status(posted["Location"]) == 404


def test_the_archive_of_a_scoped_key_is_whole(calling: Caller) -> None:
    scoped = calling("a", ["course"])
    task = scoped.submit("html", class_of(3))
    work_off()
    submission = Task.objects.get(id=task.rsplit("/", 1)[1])
    what = layouts.plan(submission, list(submission.documents.order_by("position")), Layout.FILES)
    parts = archive.parts_of(submission, what)

    assert scoped.client.get(f"{task}/archive.zip").status_code == 200
    names = zipfile.ZipFile(io.BytesIO(b"".join(parts))).namelist()
    reports = [report_path("html", f"student-{number}") for number in range(3)]
    assert sorted(names) == sorted([MANIFEST, class_path("html"), *CLASS_TABLES, *reports])


def test_a_get_takes_one_query_more_for_the_key_and_two_for_the_audit_log(
    calling: Caller, statements: list[object]
) -> None:
    for caller in (calling("a"), calling("b", ["course"])):
        task = caller.submit("html", class_of(5))
        for most in (3, 5, 4):  # unfinished, finished, read again
            statements.clear()
            caller.client.get(task)
            assert 1 <= len(statements) <= most
            work_off()


def test_health_needs_no_key(client: Client, settings: Settings, db: None) -> None:  # noqa: ARG001
    settings.FEEDBACK_AUTH = "keys"

    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


@pytest.mark.usefixtures("one_window")
def test_every_answer_to_a_key_says_how_it_stands_with_its_limits(calling: Caller, settings: Settings) -> None:
    settings.FEEDBACK_REQUESTS_PER_MINUTE = 1_000
    caller = calling("a")
    task = caller.submit("html", student())
    known, unknown = caller.client.get(task), caller.client.get(f"{task}x")

    for answer in (known, unknown):
        assert re.fullmatch(r'"requests";r=99\d;t=\d+', answer["RateLimit"])
        assert answer["RateLimit-Policy"] == '"requests";q=1000;w=60, "students";q=100000;w=3600'


@pytest.mark.usefixtures("one_window")
def test_a_key_that_asks_too_often_is_a_429_and_another_is_not(calling: Caller, settings: Settings) -> None:
    settings.FEEDBACK_REQUESTS_PER_MINUTE = 3
    eager, other = calling("a"), calling("a")
    answers = [eager.client.get("/assignment/html/never-issued") for _ in range(8)]

    assert [answer.status_code for answer in answers] == [404] * 3 + [429] * 5
    refused = answers[3:]
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert refused[0]["RateLimit"].startswith('"requests";r=0;t=')
    assert set(refused[0].json()) == {"error", "details"}
    assert other.status("/assignment/html/never-issued") == 404


@pytest.fixture
def nobody() -> str:
    """A name that no other test has: what is counted of a name outlives the test."""
    return f"nobody-{secrets.token_hex(4)}"


@pytest.mark.usefixtures("one_window")
def test_too_many_students_in_an_hour_are_a_429_and_nothing_is_stored(
    calling: Caller, nobody: str, settings: Settings
) -> None:
    settings.FEEDBACK_STUDENTS_PER_HOUR = 5
    caller = calling(nobody)
    caller.submit("html", class_of(3))
    refused = caller.post("html", class_of(4))

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit"].startswith('"students";r=2;t=')
    assert refused.json()["details"] == {"students": ["2 left"]}
    assert Task.objects.count() == 1
    caller.submit("html", class_of(2))


@pytest.mark.usefixtures("one_window")
def test_a_second_key_of_a_name_gives_no_second_quota(calling: Caller, nobody: str, settings: Settings) -> None:
    settings.FEEDBACK_STUDENTS_PER_HOUR = 5
    calling(nobody).submit("html", class_of(3))

    assert calling(nobody).post("html", class_of(4)).status_code == 429
    assert calling(f"{nobody}-2").post("html", class_of(4)).status_code == 202


@pytest.mark.usefixtures("one_window")
def test_a_single_too_many_is_not_stored_and_a_repeated_one_is_not_counted(
    calling: Caller, nobody: str, settings: Settings
) -> None:
    settings.FEEDBACK_STUDENTS_PER_HOUR = 1
    caller = calling(nobody)
    caller.submit("html", student("ada"))

    assert caller.post("html", student("grace")).status_code == 429
    assert [upload.student_id for upload in Upload.objects.all()] == ["ada"]
    assert Document.objects.count() == 1
    assert caller.post("html", student("ada")).status_code == 202


@pytest.mark.usefixtures("one_window")
def test_what_was_not_new_was_not_counted(calling: Caller, nobody: str, settings: Settings) -> None:
    settings.FEEDBACK_STUDENTS_PER_HOUR = 5
    caller = calling(nobody)
    caller.submit("html", class_of(3), **{"Idempotency-Key": "k"})
    for _ in range(5):
        assert caller.post("html", class_of(3), **{"Idempotency-Key": "k"}).status_code == 202
    assert caller.post("html", class_of(2), **{"Idempotency-Key": "k"}).status_code == 422
    assert caller.post("html", [student(), {}]).status_code == 400

    caller.submit("html", class_of(2))


def test_nobody_is_counted_in_the_open(client: Client, db: None, settings: Settings) -> None:  # noqa: ARG001
    settings.FEEDBACK_REQUESTS_PER_MINUTE = 1
    answers = [client.get("/assignment/html/never-issued") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {404}
    assert not any(answer.has_header("RateLimit") for answer in answers)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://[::1"])
def test_another_site_changes_nothing_in_an_open_service_through_a_browser(
    client: Client,
    db: None,  # noqa: ARG001
    origin: str,
) -> None:
    # Without a content type no browser asks beforehand whether it may.
    posted = client.generic("POST", "/assignment/html", json.dumps(student()), headers={"Origin": origin})
    erased = client.delete("/students?student_id=ada", headers={"Origin": origin})

    assert (posted.status_code, erased.status_code) == (403, 403)
    assert not Task.objects.exists()


def test_the_services_own_pages_may_use_it_where_it_is_open(client: Client, db: None, broker: str) -> None:  # noqa: ARG001
    same = {"Origin": "http://testserver"}

    assert client.post("/assignment/html", student(), "application/json", headers=same).status_code == 202


@pytest.mark.parametrize("namespaces", [[], [""], ["elsewhere"], ["elsewhere", "course"]])
def test_what_a_scope_holds_is_all_that_is_found(calling: Caller, namespaces: list[str]) -> None:
    tasks = [calling("a").submit("html", class_of(2)), calling("a").submit("html", student("b", namespace=None))]
    work_off()
    caller = calling("a", namespaces)

    for _ in range(2):  # the second time by what was put together at the first
        found = [[caller.status(address) for address in addresses_of(task)] for task in tasks]
        inside = ["course" in namespaces, "" in namespaces]
        assert found == [[200 if visible else 404] * len(found[0]) for visible in inside]


def test_somebody_who_was_granted_nothing_finds_nothing(calling: Caller, django_user_model: type[User]) -> None:
    task = calling("a").submit("html", student())
    work_off()
    browser = Client()
    browser.force_login(django_user_model.objects.create_user("nobody"))

    assert {browser.get(address).status_code for address in addresses_of(task)} == {404}
