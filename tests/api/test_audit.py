"""The audit log: who read and who erased, without a word of what was read."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.access import audit
from feedback.access.models import ApiKey, AuditEntry
from feedback.store.models import Document, Task
from feedback.submissions import tasks
from tests.harness.in_process import (
    Caller,
    class_of,
    student,
    work_off,
)
from tests.harness.traces import traces_of


def entries() -> list[tuple[str, str, str]]:
    """(actor, action, what) of all that was done since the keys were made."""
    done = AuditEntry.objects.exclude(action__in=("key", "log in", "submit")).order_by("pk")
    return list(done.values_list("actor", "action", "what"))


def test_every_way_of_reading_is_written_down_with_who_and_what(calling: Caller) -> None:
    caller = calling("a")
    task = caller.submit("html", class_of(2))
    work_off()
    report = Document.objects.get(position=1)
    for tail in (
        "",
        "/findings",
        "/reports",
        f"/reports/{report.id}",
        f"/reports/{report.id}/findings",
        "/archive.zip",
        "/class.xlsx",
    ):
        caller.client.get(task + tail)

    who = f"key {ApiKey.objects.get()}"
    assert entries() == [
        (who, "read", what)
        for what in ("task", "findings", "reports", "report", "report-findings", "archive", "class.xlsx")
    ]
    assert set(AuditEntry.objects.filter(action="read").values_list("task_id", flat=True)) == {report.task_id}
    assert AuditEntry.objects.get(what="report").report_id == report.id


def test_a_document_that_comes_as_the_answer_to_a_post_is_read(calling: Caller) -> None:
    caller = calling("a")
    caller.submit("html", student())
    work_off()
    assert caller.post("html", student()).status_code == 200
    assert entries() == []
    caller.post("html", student(), Accept="text/html")

    assert [what for _, _, what in entries()] == ["task"]


def test_what_is_not_delivered_is_not_read(calling: Caller) -> None:
    caller = calling("a")
    task = caller.submit("html", student())
    caller.client.get(task)
    work_off()
    calling("b").client.get(task)
    caller.client.get(f"{task}/reports/00000000-0000-0000-0000-000000000001")

    assert entries() == []


def test_reading_again_and_again_is_one_entry_in_ten_minutes(calling: Caller) -> None:
    caller, other = calling("a"), calling("a")
    task = caller.submit("html", student())
    work_off()
    for _ in range(3):
        caller.client.get(task)
    other.client.get(task)
    assert len(entries()) == 2
    AuditEntry.objects.update(at=Now() - timedelta(minutes=11))
    caller.client.get(task)

    assert len(entries()) == 3


def test_erasing_is_written_down_with_the_tasks_and_without_the_student(calling: Caller) -> None:
    caller = calling("a")
    own, of_class = caller.submit("html", student("lovelace")), caller.submit("html", [student("lovelace"), student()])
    work_off()
    caller.client.get(own)
    caller.client.delete("/students?student_id=lovelace")
    caller.client.delete(of_class)

    assert [(action, what) for _, action, what in entries()] == [
        ("read", "task"),
        ("erase", "student"),
        ("erase", "student"),
        ("erase", "task"),
    ]
    erased = AuditEntry.objects.filter(what="student").values_list("task_id", flat=True)
    assert set(erased) == {UUID(address.rsplit("/", 1)[1]) for address in (own, of_class)}
    assert traces_of("lovelace") == set()


def test_what_its_time_erased_says_so(calling: Caller, settings: Settings) -> None:
    calling("a").submit("html", student())
    Task.objects.update(created_at=Now() - timedelta(days=2))
    settings.FEEDBACK_RETENTION_DAYS = 1
    tasks.sweep()

    assert entries() == [("retention", "erase", "task")]


def test_an_erasure_that_fails_is_not_written_down(calling: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = calling("a")
    task = caller.submit("html", student())

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record_all", broken)
        assert caller.client.delete(task).status_code == 503
    assert caller.status(task) == 202, "and what is not written down is not erased"
    assert entries() == []


def test_keys_made_and_revoked_are_written_down(calling: Caller) -> None:
    calling("a")
    [(actor, what)] = AuditEntry.objects.values_list("actor", "what")

    assert (actor, what) == ("manage.py", f"made {ApiKey.objects.get()}")


def test_the_log_itself_has_an_end(calling: Caller, settings: Settings) -> None:
    calling("a")
    AuditEntry.objects.update(at=Now() - timedelta(days=366))
    calling("b")
    tasks.sweep()
    assert AuditEntry.objects.count() == 1
    settings.FEEDBACK_AUDIT_DAYS = 1
    AuditEntry.objects.update(at=Now() - timedelta(days=2))
    tasks.sweep()

    assert not AuditEntry.objects.exists()


def test_in_the_open_nobody_is_known_but_erasing_is_written_down(
    client: Client, calling: Caller, settings: Settings
) -> None:
    calling("a")
    settings.FEEDBACK_AUTH = "open"
    task = client.post("/assignment/html", student(), content_type="application/json")["Location"]
    work_off()
    client.get(task)
    client.delete(task)

    assert entries() == [("anyone", "erase", "task")]


def test_what_an_operator_looks_at_in_the_admin_is_written_down(calling: Caller, admin_client: Client) -> None:
    calling("a").submit("html", student("lovelace"))
    report = Document.objects.get()
    for page in ("/admin/", "/admin/reports/document/", f"/admin/reports/document/{report.id}/change/"):
        assert admin_client.get(page).status_code == 200

    assert entries() == [
        ("user admin", "read", "admin reports_document_changelist"),
        ("user admin", "read", f"admin reports_document_change {report.id}"),
    ]


def test_uploads_lists_and_refusals_that_name_students_are_written_down(calling: Caller) -> None:
    caller = calling("a")
    single, class_ = caller.submit("html", student()), caller.submit("pdf", class_of(2))
    caller.submit("html", student())
    Document.objects.filter(task=UUID(class_.rsplit("/", 1)[1])).update(state="FAILURE", error="why")
    assert caller.status(f"{class_}/archive.zip") == 409
    ids = [UUID(address.rsplit("/", 1)[1]) for address in (single, class_)]

    submitted = AuditEntry.objects.filter(action="submit").order_by("pk").values_list("what", "task_id")
    assert list(submitted) == [("html", ids[0]), ("pdf", ids[1])], "what was there already is no new submission"
    assert AuditEntry.objects.get(action="read").task_id == ids[1]


def test_keys_of_one_owner_and_another_scope_never_meet_by_their_idempotency_keys(calling: Caller) -> None:
    narrow, wide = calling("platform", ["course"]), calling("platform", ["course", "other"])
    first = narrow.submit("html", student("ada"), **{"Idempotency-Key": "scopes"})
    second = wide.submit("html", student("eve"), **{"Idempotency-Key": "scopes"})

    assert first != second
    assert narrow.post("html", student("eve"), **{"Idempotency-Key": "scopes"}).status_code == 422
    assert narrow.submit("html", student("ada"), **{"Idempotency-Key": "scopes"}) == first


def test_a_preview_of_mails_is_read(calling: Caller, settings: Settings) -> None:
    settings.FEEDBACK_SENDS_MAIL, settings.FEEDBACK_MAIL_FROM = True, "reports@example.edu"
    settings.FEEDBACK_PUBLIC_URL = "https://feedback.example.edu"
    caller = calling("a")
    task = caller.submit("html", class_of(2))
    work_off()
    handout = caller.client.post(f"{task}/handouts")["Location"]
    words = {"subject": "Your report", "body": "{link}"}
    answer = caller.client.post(f"{handout}/mail?preview=true", words, content_type="application/json")

    assert answer.status_code == 200, answer.content
    assert [what for _, action, what in entries() if action == "read"] == ["handout-mail"]
