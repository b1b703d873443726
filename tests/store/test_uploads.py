"""One upload, whatever it is asked for in: one log and one analysis a student, as many documents as are wanted."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from feedback import pipeline
from feedback.access.callers import ANYONE
from feedback.analysis import Findings
from feedback.contract.formats import Format
from feedback.events import Event, Student
from feedback.queue import claims
from feedback.rendering import render
from feedback.store.models import Document, Task, Upload
from feedback.store.models import Student as StoredStudent
from feedback.submissions import intake
from feedback.submissions.errors import UnknownTask
from feedback.submissions.intake import Order
from tests.harness.in_process import (
    Submit,
    claim_task,
    class_of,
    made_of,
    student,
    task_of,
    work_off,
)

OPTIONS: dict[str, str | float] = {"tz": "UTC", "session_gap_minutes": 10.0}


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The logs that were analysed, in order."""
    seen, real = list[bytes](), pipeline.find

    def find(payload: bytes, recipe: pipeline.Recipe) -> Findings:
        seen.append(payload)
        return real(payload, recipe)

    monkeypatch.setattr(pipeline, "find", find)
    return seen


@pytest.mark.parametrize("body", [student(), class_of(5)], ids=["a single", "a class"])
@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
def test_each_log_is_analysed_once_for_both_formats(
    client: Client, submit: Submit, analysed: list[bytes], body: object, together: bool
) -> None:
    first = submit("html", body)
    if not together:
        work_off()
    second = submit("pdf", body)
    work_off()

    assert len(analysed) == len(set(analysed)) == StoredStudent.objects.count()
    assert {client.get(address).status_code for address in (first, second)} == {200}
    found = []
    for address in (first, second):
        report_id = client.get(f"{address}/reports").json()["students"][0]["report_id"]
        found.append(client.get(f"{address}/reports/{report_id}/findings").content)
    assert found[0] == found[1]


def test_findings_that_this_version_cannot_read_are_made_anew(submit: Submit, analysed: list[bytes]) -> None:
    submit("html", student())
    work_off()
    stored = bytes(StoredStudent.objects.get().findings or b"")
    StoredStudent.objects.update(findings=b'{"of": "another version"}')
    submit("pdf", student())
    work_off()

    assert len(analysed) == 2
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}
    assert bytes(StoredStudent.objects.get().findings or b"") == stored


def test_of_two_workers_that_analyse_at_once_the_first_stores_the_findings(submit: Submit) -> None:
    html, pdf = (task_of(submit(format_, student())) for format_ in ("html", "pdf"))
    [one], [other] = claim_task(html, 1), claim_task(pdf, 1)
    made, late = made_of(one), made_of(other)

    assert made.findings == late.findings
    assert (claims.store([made]), claims.store([late])) == (1, 1)
    assert StoredStudent.objects.get().revision == 1


def test_a_change_of_the_log_in_between_wins_over_what_was_found_in_it(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [claim] = claim_task(task, 1)
    late = made_of(claim)
    StoredStudent.objects.update(revision=F("revision") + 1)
    claims.store([late])

    assert StoredStudent.objects.get().findings is None


def test_an_old_document_is_read_until_the_new_one_is_stored(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    work_off()
    old = client.get(address).content
    Document.objects.update(state="PENDING", body=b"an older one")

    assert client.get(address).content == b"an older one"
    work_off()
    assert client.get(address).content == old


def test_an_upload_stays_until_its_last_task_goes(client: Client, submit: Submit) -> None:
    html, pdf = (submit(format_, class_of(2)) for format_ in ("html", "pdf"))
    work_off()
    client.delete(html)

    assert client.get(html).status_code == 404
    assert (client.get(pdf).status_code, client.get(f"{pdf}/archive.zip").status_code) == (200, 200)
    assert (StoredStudent.objects.count(), Document.objects.count()) == (2, 3)
    client.delete(pdf)
    for model in (Upload, Task, StoredStudent, Document):
        assert not model.objects.exists(), model


def test_the_formats_of_a_class_are_claimed_together_a_student_after_the_other(submit: Submit) -> None:
    html, pdf = (task_of(submit(format_, class_of(3))) for format_ in ("html", "pdf"))
    [work] = claims.waiting()
    assert (work.upload, work.kind) == (Upload.objects.get().id, "html to pdf")
    claimed = claim_task(html, 5)

    positions = dict(StoredStudent.objects.values_list("id", "position"))
    assert [positions[claim.student] for claim in claimed if claim.student] == [1, 1, 2, 2, 3]
    assert {claim.task_id for claim in claimed[:2]} == {html, pdf}


def test_the_class_report_of_each_format_is_claimed_alone_by_whichever_worker_is_free(submit: Submit) -> None:
    html, pdf = (task_of(submit(format_, class_of(2))) for format_ in ("html", "pdf"))
    claims.store([made_of(claim) for claim in claim_task(html, 16)])

    one, other = claim_task(html, 16), claim_task(html, 16)
    assert [len(one), len(other)] == [1, 1]
    assert {one[0].task_id, other[0].task_id} == {html, pdf}
    assert claim_task(html, 16) == []


def test_a_document_that_fails_takes_nothing_from_the_other_format(
    client: Client, submit: Submit, analysed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_in_html(findings: Findings, format_: Format, *rest: Any) -> Any:
        if format_ is Format.HTML and findings.student_id == "student-1":
            raise ValueError
        return render(findings, format_, *rest)

    monkeypatch.setattr(pipeline, "render", broken_in_html)
    html, pdf = (submit(format_, class_of(3)) for format_ in ("html", "pdf"))
    work_off()

    assert [one["state"] for one in client.get(f"{html}/reports").json()["students"]] == [
        "SUCCESS",
        "FAILURE",
        "SUCCESS",
    ]
    assert [one["state"] for one in client.get(f"{pdf}/reports").json()["students"]] == ["SUCCESS"] * 3
    assert not StoredStudent.objects.filter(findings=None).exists()
    assert len(set(analysed)) == 3
    assert client.get(pdf).status_code == client.get(html).status_code == 200


def test_a_key_that_is_sent_again_after_an_upgrade_leaves_no_empty_upload(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "exam-1"}
    for body in (student(), class_of(2)):
        Upload.objects.all().delete()
        first = submit("html", body, **key)
        with monkeypatch.context() as patch:
            patch.setattr(intake, "renderer_version", lambda: "another")
            assert submit("html", body, **key) == first
        assert Upload.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3], ids=["a single", "a class"])
def test_formats_that_are_posted_at_the_same_moment_are_one_upload(
    transactional_db: None,  # noqa: ARG001 - the threads have connections of their own
    broker: str,  # noqa: ARG001 - must run
    number: int,
) -> None:
    students = [Student(student_id=f"student-{index}", events=[Event(unit="1")]) for index in range(number)]

    def submit(format_: Format) -> None:
        try:
            intake.submit(students, Order(format=format_, options=OPTIONS, caller=ANYONE))
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=[format_]) for format_ in [*Format] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Upload.objects.get().tasks.count() == 2
    assert StoredStudent.objects.count() == number
    assert Document.objects.filter(kind="student").count() == 2 * number


def test_a_format_that_is_added_to_an_upload_that_was_erased_meanwhile_is_of_no_task(submit: Submit) -> None:
    submit("html", class_of(2))
    upload = Upload.objects.get()
    Upload.objects.all().delete()
    with pytest.raises(UnknownTask):
        intake.add_format(upload, Order(format=Format.PDF, options=OPTIONS, caller=ANYONE))
    assert not Task.objects.exists()
