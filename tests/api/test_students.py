"""One student's rights: all that is held on them, who read it, and its erasure, without their id in an address."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback.access.models import AuditEntry
from feedback.store.models import Document, Student, Task
from feedback.store.reaching import Mail, Mailing, RosterEntry
from feedback.submissions import handouts
from tests.harness.in_process import Caller, Calling, Submit, student, work_off

# What is streamed reads the database outside of a test's transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def asked(caller: Calling, what: str, body: Any) -> Any:
    return caller.client.post(f"/students/{what}", json.dumps(body), content_type="application/json")


async def whole(answer: Any) -> bytes:
    return b"".join([part async for part in answer.streaming_content])


def files_of(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(async_to_sync(whole)(answer))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("by", ["query", "body"])
def test_an_export_has_all_that_is_held_and_nothing_of_others(calling: Caller, by: str) -> None:
    caller = calling("platform")
    alone = caller.submit("pdf", student("ada"))
    caller.submit("html", [student("ada"), student("grace-1906")])
    work_off()
    caller.client.get(alone)
    answer = (
        caller.client.get("/students/export?student_id=ada")
        if by == "query"
        else asked(caller, "export", {"student_id": "ada"})
    )

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    files = files_of(answer)
    record = json.loads(files.pop("record.json"))
    assert {name for one in record for name in one["files"]} == set(files)
    assert sorted((one["format"], one["in_a_class"], one["state"]) for one in record) == [
        ("html", True, "SUCCESS"),
        ("pdf", False, "SUCCESS"),
    ]
    single = next(one for one in record if one["format"] == "pdf")
    received, _, document = single["files"]
    assert json.loads(files[received])["student_id"] == "ada"
    assert files[document].startswith(b"%PDF")
    assert ("task", f"key {AuditEntry.objects.filter(action='read').earliest('pk').actor[4:]}") in [
        (one["what"], one["by"]) for one in single["read_by"]
    ]
    assert not any(b"grace-1906" in content for content in files.values())


def test_an_export_has_what_the_roster_says_and_how_the_mails_stand(calling: Caller) -> None:
    caller = calling("platform")
    task = caller.submit("html", [student("ada"), student("grace-1906")])
    roster = b"student_id,name,email\nada,Ada Lovelace,ada@example.edu\ngrace-1906,Grace Hopper,grace@example.edu\n"
    caller.client.put(f"{task}/roster", roster, content_type="text/csv")
    handout = handouts.make(Task.objects.get(), 7, "the test")
    mailing = Mailing.objects.create(handout=handout, subject="{exam}", body="{link}", made_by="the test")
    for one in Student.objects.all():
        Mail.objects.create(handout=handout, mailing=mailing, about=one, state="sent")
    files = files_of(caller.client.get("/students/export?student_id=ada"))

    [record] = json.loads(files["record.json"])
    assert (record["roster"]["name"], record["roster"]["email"]) == ("Ada Lovelace", "ada@example.edu")
    assert [(mail["handout_id"], mail["state"]) for mail in record["mails"]] == [(str(handout.pk), "sent")]
    assert not any(b"Hopper" in content for content in files.values())


def test_an_export_of_more_reports_takes_more_statements_for_their_contents_alone(calling: Caller) -> None:
    caller = calling("platform")

    def statements() -> tuple[int, Counter[tuple[str, ...]]]:
        """How many reports are exported, and how many statements read or write each table."""
        with CaptureQueriesContext(connection) as queries:
            files = files_of(caller.client.get("/students/export?student_id=ada"))
        made = (re.match(r'(SELECT) .*? FROM "(\w+)"|(\w+)[^"]*"(\w+)"', query["sql"]) for query in queries)
        return len(json.loads(files["record.json"])), Counter(tuple(filter(None, one.groups())) for one in made if one)

    caller.submit("html", student("ada", every=10))
    one, few = statements()
    AuditEntry.objects.filter(what="student export").delete()
    for number in range(3):
        caller.submit("html", student("ada", every=11 + number))
    four, many = statements()

    assert (one, four) == (1, 4)
    assert few["INSERT", "access_auditentry"] == many["INSERT", "access_auditentry"] == 1
    said = "what was received and found, the size of the document, and the document"
    assert many - few == {("SELECT", "reports_document"): 3 * 3}, said


def test_an_export_has_what_was_said_of_an_exam_once_for_each_upload(calling: Caller) -> None:
    caller = calling("platform")
    said = {"exam": {"title": "Midterm"}, "questions": [{"unit": 1, "title": "Loops"}]}
    for number in range(3):
        for format_ in ("html", "pdf"):
            caller.submit(format_, said | {"students": [student("ada")]}, **{"Idempotency-Key": str(number)})
    caller.submit("html", {"exam": {"title": "Final"}, "students": [student("ada")]})
    caller.submit("html", student("ada"))
    with CaptureQueriesContext(connection) as queries:
        files = files_of(caller.client.get("/students/export?student_id=ada"))

    record = json.loads(files["record.json"])
    exams = {one["exam"]: json.loads(files[one["exam"]]) for one in record if one["exam"]}
    assert [one["exam"] is None for one in record].count(True) == 1
    assert sorted(exam["exam"]["title"] for exam in exams.values()) == ["Final", "Midterm"]
    assert {name for name in files if name.endswith("exam.json")} == set(exams)
    reading = [query["sql"] for query in queries if re.search(r'"context"(?! IS )', query["sql"])]
    assert len(reading) == 2, "one upload after the other"


def test_an_export_has_each_column_of_the_roster(calling: Caller) -> None:
    caller = calling("platform")
    task = caller.submit("html", [student("ada"), student("grace-1906")])
    caller.client.put(f"{task}/roster", b"student_id,name\nada,Ada Lovelace\n", content_type="text/csv")
    [record] = json.loads(files_of(caller.client.get("/students/export?student_id=ada"))["record.json"])

    assert set(record["roster"]) == {field.name for field in RosterEntry._meta.get_fields()} - {"about"}


def test_an_export_is_of_what_the_caller_may_read_and_is_written_down(calling: Caller) -> None:
    theirs, other = calling("a", ["course"]), calling("b")
    theirs.submit("html", student("ada"))

    assert other.client.get("/students/export?student_id=ada").status_code == 404
    assert theirs.client.get("/students/export?student_id=ada&namespace=elsewhere").status_code == 404
    for _ in range(3):
        files_of(theirs.client.get("/students/export?student_id=ada&namespace=course"))
    assert [entry.report_id for entry in AuditEntry.objects.filter(what="student export")] == [
        Document.objects.get().pk
    ]


@pytest.mark.parametrize("namespace", [None, "course"])
def test_a_student_is_erased_by_an_id_in_the_body(calling: Caller, namespace: str | None) -> None:
    caller = calling("platform")
    caller.submit("html", student("ada"))

    assert asked(caller, "erase", {"student_id": "ada", "namespace": "elsewhere"}).status_code == 404
    assert asked(caller, "erase", {"student_id": "ada", "namespace": namespace}).status_code == 204
    assert not Student.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "[]",
        "7",
        '{"student_id": 7}',
        "{}",
        '{"student_id": "a\\u0000"}',
        '{"student_id": "a", "namespace": 1}',
        *(f'{{"student_id": "a", "namespace": {nothing}}}' for nothing in ("[]", "{}", "0", "false")),
        *(f'{{"student_id": {nothing}}}' for nothing in ("[]", "0", "null")),
    ],
)
@pytest.mark.parametrize("what", ["erase", "export"])
def test_a_body_that_names_no_student_is_a_400_that_says_how(calling: Caller, what: str, body: str) -> None:
    answer = calling("a", ["course"]).client.post(f"/students/{what}", body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "details"}


def test_disclosures_say_who_read_a_students_reports_and_not_those_of_others(
    calling: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    caller = calling("platform")
    class_ = caller.submit("html", [student("ada"), student("grace")])
    work_off()
    ada, grace = (Document.objects.get(about__student_id=name) for name in ("ada", "grace"))
    for address in (f"{class_}/reports/{ada.pk}", f"{class_}/reports/{grace.pk}", f"{class_}/reports"):
        caller.client.get(address)
    call_command("disclosures", "--student-id", "ada", "--namespace", "course")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert [(row["what"], row["report_id"]) for row in rows] == [("report", str(ada.pk)), ("reports", "")]
    assert {row["by"].partition(" (")[0] for row in rows} == {"key platform"}
    with pytest.raises(CommandError, match="Nothing is held"):
        call_command("disclosures", "--student-id", "nobody")


def test_a_mailing_is_a_disclosure_to_each_student_of_the_class(
    calling: Caller, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.FEEDBACK_PUBLIC_URL, settings.FEEDBACK_SENDS_MAIL = "https://feedback.example.edu", True
    caller = calling("platform")
    task = caller.submit("html", [student("ada"), student("grace")])
    caller.client.put(f"{task}/roster", b"student_id,email\nada,ada@example.edu\n", content_type="text/csv")
    handout = caller.client.post(f"{task}/handouts")["Location"]
    words = {"subject": "Your report", "body": "{link}"}
    assert caller.client.post(f"{handout}/mail", words, content_type="application/json").status_code == 202
    call_command("disclosures", "--student-id", "ada")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert f"mail of hand-out {handout.rsplit('/', 1)[1]}" in [row["what"] for row in rows]
    assert "example.edu" not in str(rows)


def test_in_open_mode_an_export_is_made_and_nobody_written_down(client: Client, submit: Submit) -> None:
    submit("html", student("ada"))
    assert "record.json" in files_of(client.get("/students/export?student_id=ada"))
    assert not AuditEntry.objects.exists()


AS_POSTED = ["  padded ", "Zoe\u0301", "\u212bke", "\u3000wide\u3000"]


@pytest.mark.parametrize("posted", AS_POSTED)
@pytest.mark.parametrize("by", ["query", "body"])
def test_a_student_is_found_by_the_very_id_and_namespace_that_were_posted(
    calling: Caller, posted: str, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"student_id": posted, "namespace": f"course {posted}"}
    caller = calling("platform", [named["namespace"]])
    caller.submit("html", student("") | named)
    work_off()
    call_command("disclosures", "--student-id", posted, "--namespace", named["namespace"])
    assert capsys.readouterr().out.startswith("at,by,what")

    if by == "query":
        exported = caller.client.get("/students/export", named)
        erased = caller.client.delete(f"/students?{urlencode(named)}")
    else:
        exported, erased = asked(caller, "export", named), asked(caller, "erase", named)
    assert (exported.status_code, erased.status_code) == (200, 204)
    assert "record.json" in files_of(exported)
    assert not Student.objects.exists()


def test_a_key_that_may_only_read_exports_with_the_id_in_a_body_and_erases_nothing(calling: Caller) -> None:
    calling("platform").submit("html", student("ada"))
    work_off()
    reader = calling("platform", read_only=True)

    assert asked(reader, "export", {"student_id": "ada"}).status_code == 200
    assert asked(reader, "erase", {"student_id": "ada"}).status_code == 403
    assert asked(reader, "export", {"student_id": "nobody"}).status_code == 404


def test_without_a_key_nothing_is_exported(client: Client, calling: Caller) -> None:
    calling("platform").submit("html", student("ada"))
    answer = client.post("/students/export", json.dumps({"student_id": "ada"}), content_type="application/json")
    assert answer.status_code == 401
