"""Where the service is closed, pages are for people who are logged in, and show what was granted to them."""

import json
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback.access.models import AuditEntry, Grant
from feedback.store.models import Document, Task
from tests.harness.in_process import (
    Caller,
    calling,
    class_of,
    student,
    work_off,
)

__all__ = ["calling"]

PASSWORD = "a long password of this test"
Person = Callable[..., Client]


@pytest.fixture
def person(db: None, settings: Settings) -> Person:  # noqa: ARG001 - accounts are rows
    """`person("ada", read=["course"], write=["other"], all="view_task")`: somebody who is logged in."""
    settings.FEEDBACK_AUTH = "keys"
    settings.CELERY_BROKER_URL = "filesystem://"  # so that the counters go with the test's transaction
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def log_in(name: str, read: tuple[str, ...] = (), write: tuple[str, ...] = (), **all_of: str) -> Client:
        user = User.objects.create_user(name, password=PASSWORD)
        Grant.objects.bulk_create(Grant(user=user, namespace=one, may_write=one in write) for one in (*read, *write))
        user.user_permissions.set(Permission.objects.filter(codename__in=all_of.values()))
        browser = Client(headers={"Accept": "text/html"})
        answer = browser.post("/login", {"username": name, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        return browser

    return log_in


def upload(browser: Client, body: object) -> int:
    file = SimpleUploadedFile("class.json", json.dumps(body).encode())
    return browser.post("/", {"events": file, "formats": "html"}).status_code


def pages_of(task_id: str, report_id: UUID) -> list[str]:
    below = ("", "/progress", "/progress/students", "/delete", "/findings.csv", f"/students/{report_id}")
    return [f"/submissions/{task_id}{tail}" for tail in below]


def test_who_is_not_logged_in_is_sent_to_log_in_and_back(client: Client, calling: Caller, person: Person) -> None:
    person("ada", read=("course",))
    task_id = calling("a").submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()
    for page in ["/", "/submissions", *pages_of(task_id, Document.objects.get(position=1).id)]:
        assert (client.get(page).status_code, client.get(page)["Location"]) == (302, f"/login?next={page}")
        assert client.post(page).status_code in (302, 405)

    asked = client.get(f"/submissions/{task_id}", follow=True)
    assert "Upload" not in asked.text
    answer = client.post("/login", {"username": "ada", "password": PASSWORD, "next": f"/submissions/{task_id}"})
    assert answer["Location"] == f"/submissions/{task_id}"
    assert "Class" in client.get(answer["Location"]).text


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_logging_in_never_leads_elsewhere(client: Client, person: Person, next_: str) -> None:
    person("ada")
    answer = client.post("/login", {"username": "ada", "password": PASSWORD, "next": next_})

    assert answer["Location"] == "/"


def test_an_account_alone_shows_nothing(calling: Caller, person: Person) -> None:
    task_id = calling("a").submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()
    nobody = person("nobody")

    assert "Nothing has been submitted" in nobody.get("/submissions").text
    for page in pages_of(task_id, Document.objects.get(position=1).id):
        assert nobody.get(page).status_code == 404
    assert upload(nobody, student()) == 403


def test_who_may_read_a_namespace_sees_what_anyone_submitted_there_and_nothing_else(
    calling: Caller, person: Person
) -> None:
    platform = calling("platform")
    here, there = platform.submit("html", class_of(2)), platform.submit("html", student("eve", namespace="other"))
    mixed = platform.submit("html", [student("ada"), student("eve", namespace="other")])
    work_off()
    ada = person("ada", read=("course",))
    listed = ada.get("/submissions").text

    assert (here.rsplit("/", 1)[1] in listed, there.rsplit("/", 1)[1] in listed) == (True, False)
    report = Document.objects.get(task=UUID(here.rsplit("/", 1)[1]), position=1)
    for page in pages_of(str(report.task_id), report.id):
        assert ada.get(page).status_code in (200, 303)
    for tail in ("", "/findings", "/reports", f"/reports/{report.id}", "/archive.zip"):
        assert ada.get(here + tail).status_code == 200, "the pages link to the API"
        assert ada.get(there + tail).status_code == ada.get(mixed + tail).status_code == 404


def test_who_may_only_read_changes_nothing(calling: Caller, person: Person) -> None:
    task = calling("platform").submit("html", class_of(2))
    task_id = task.rsplit("/", 1)[1]
    work_off()
    ada = person("ada", read=("course",))

    for page in (
        "/submissions",
        f"/submissions/{task_id}",
        f"/submissions/{task_id}/students/{Document.objects.get(position=1).id}",
    ):
        shown = ada.get(page)
        assert shown.status_code == 200
        assert not any(offer in shown.text for offer in ("/delete", "/handouts", "/formats/", "/retry"))
    assert upload(ada, student()) == 403
    assert ada.post("/sample").status_code == 403
    for action in ("retry", "formats/pdf"):
        assert ada.post(f"/submissions/{task_id}/{action}").status_code == 403
    assert ada.post(f"/submissions/{task_id}/delete", {"task": task_id}).status_code == 403
    assert ada.delete(task).status_code == 403
    assert ada.delete("/students?student_id=student-1").status_code == 403
    assert Document.objects.count() == 3


def test_who_may_write_a_namespace_uploads_and_deletes_there_alone(calling: Caller, person: Person) -> None:
    platform = calling("platform")
    here, there = platform.submit("html", class_of(2)), platform.submit("html", student("eve", namespace="other"))
    ada = person("ada", read=("other",), write=("course",))

    assert upload(ada, class_of(3)) in (302, 303)
    assert upload(ada, [student("ada"), student("eve", namespace="other")]) == 403
    mine = Task.objects.get(upload__owner__startswith="user:")
    assert platform.status(f"/assignment/html/{mine.id}") == 404, "what a person uploads is not a key's"
    assert ada.post(f"/submissions/{here.rsplit('/', 1)[1]}/formats/pdf").status_code in (302, 303)
    assert Task.objects.get(format="pdf").upload.owner == "key:platform", "both formats of an upload belong together"
    for address, status in ((here, 303), (there, 403)):
        task_id = address.rsplit("/", 1)[1]
        assert ada.post(f"/submissions/{task_id}/delete", {"task": task_id}).status_code in (status, 302)
    assert (platform.status(here), platform.status(there)) == (404, 202)


def test_the_list_asks_once_which_of_its_rows_a_person_may_delete(calling: Caller, person: Person) -> None:
    platform = calling("platform")
    browser = person("grace", read=("other",), write=("course",))
    browser.get("/submissions")  # the first look of a person takes a few more
    counts = []
    for first in (0, 2):
        for number in range(first, first + 2):
            platform.submit("html", student(f"s{number}"))
            platform.submit("html", student(f"s{number}", namespace="other"))
        with CaptureQueriesContext(connection) as queries:
            page = browser.get("/submissions").text
        assert page.count('<th scope="row">') == 2 * (first + 2)
        assert page.count('/delete">') == first + 2
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_djangos_permissions_stand_for_every_namespace(calling: Caller, person: Person) -> None:
    task = calling("platform").submit("html", student(namespace=None))
    reader, writer = person("ada", all="view_task"), person("grace", all="view_task", more="add_task")

    assert reader.get(task).status_code == 202
    assert reader.delete(task).status_code == 403
    assert writer.delete(task).status_code == 204


def test_a_browser_changes_nothing_for_another_site(calling: Caller, person: Person) -> None:
    task = calling("platform").submit("html", student())
    person("ada", write=("course",))
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/login").cookies["csrftoken"].value
    page = {"username": "ada", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/login", page | {"csrfmiddlewaretoken": ""}).status_code == 403
    assert browser.post("/login", page).status_code == 302
    token = browser.cookies["csrftoken"].value

    assert browser.delete(task).status_code == 403
    assert browser.post("/assignment/html", student(), content_type="application/json").status_code == 403
    assert browser.post("/", {}).status_code == 403
    assert browser.delete(task, headers={"X-CSRFToken": token}).status_code == 204


def test_the_cookies_are_out_of_scripts_reach(client: Client, person: Person) -> None:
    person("ada")
    client.get("/login")
    answer = client.post("/login", {"username": "ada", "password": PASSWORD})

    assert answer.cookies["sessionid"]["httponly"]
    assert answer.cookies["sessionid"]["samesite"] == "Lax"
    assert client.cookies["csrftoken"]["httponly"]
    assert client.cookies["csrftoken"]["samesite"] == "Strict"


@pytest.mark.usefixtures("one_window")
def test_guessing_passwords_comes_to_an_end_for_that_account_alone(client: Client, person: Person) -> None:
    person("ada")
    person("grace")
    answers = [client.post("/login", {"username": "ada", "password": "wrong"}).status_code for _ in range(12)]
    assert answers == [200] * 10 + [429] * 2
    refused = client.post("/login", {"username": "ada", "password": "wrong"}, headers={"Accept": "text/html"})
    assert re.search(r"Try again in \d+ minutes?, or ask", refused.text)
    assert client.post("/login", {"username": "ADA", "password": PASSWORD}).status_code == 429
    assert client.post("/login", {"username": "grace", "password": PASSWORD}).status_code == 302


def test_the_right_password_is_not_counted(client: Client, person: Person) -> None:
    person("ada")
    for _ in range(15):
        assert client.post("/login", {"username": "ada", "password": PASSWORD}).status_code == 302


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(client: Client, person: Person) -> None:
    person("ada")
    texts = [
        client.post("/login", {"username": name, "password": "wrong"}).text.replace(name, "")
        for name in ("ada", "no-such-name")
    ]
    without_token = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text) for text in texts]

    assert without_token[0] == without_token[1]
    assert "correct username and password" in texts[0]


def test_who_is_shut_out_is_out_at_once(person: Person) -> None:
    ada = person("ada", read=("course",))
    assert ada.get("/submissions").status_code == 200
    User.objects.update(is_active=False)

    assert ada.get("/submissions").status_code == 302
    assert ada.get("/assignment/html/never-issued").status_code == 401


def test_one_can_log_out_and_change_the_password(client: Client, person: Person) -> None:
    ada = person("ada")
    page = ada.get("/submissions").text
    assert "ada" in page
    assert "Log out" in page
    changed = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert "too short" in ada.post("/password", changed).text
    changed |= {"new_password1": "quite another one 77", "new_password2": "quite another one 77"}
    assert "Your password is changed" in ada.post("/password", changed, follow=True).text
    ada.post("/logout")

    assert ada.get("/submissions").status_code == 302
    assert client.post("/login", {"username": "ada", "password": PASSWORD}).status_code == 200
    assert client.post("/login", {"username": "ada", "password": "quite another one 77"}).status_code == 302


def test_what_a_person_reads_and_erases_is_written_down(calling: Caller, person: Person) -> None:
    task_id = calling("platform").submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()
    ada = person("ada", write=("course",))
    ada.get(f"/submissions/{task_id}")
    ada.get(f"/submissions/{task_id}/students/{Document.objects.get(position=1).id}")
    ada.post(f"/submissions/{task_id}/delete", {"task": task_id})

    done = (
        AuditEntry.objects.exclude(action__in=("key", "log in", "submit"))
        .order_by("pk")
        .values_list("actor", "action", "what")
    )
    assert list(done) == [
        ("user ada", "read", "submission"),
        ("user ada", "read", "student"),
        ("user ada", "erase", "task"),
    ]


@pytest.mark.usefixtures("one_window")
def test_a_person_who_asks_too_often_is_told_when_to_come_again(person: Person, settings: Settings) -> None:
    settings.FEEDBACK_REQUESTS_PER_MINUTE = 3
    browser = person("ada")
    assert browser.get("/submissions").status_code == 200
    assert [browser.get("/submissions").status_code for _ in range(3)] == [200, 200, 429]
    for accepted, told in (("text/html", "That was too often"), ("application/json", '"error"')):
        answer = browser.get("/submissions", headers={"Accept": accepted})
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 60
        assert told in answer.text
