"""Erasing a task or a student leaves no trace in the database, and nothing that comes late brings one back."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.analysis import decode_class_findings
from feedback.queue import (
    claims,
    doorbell,
    render_job,
)
from feedback.queue.worker import Worker
from feedback.store.models import Document, Student, Task, Tasks, Upload
from feedback.store.reaching import Mail, Mailing, RosterEntry
from feedback.submissions import erasure, handouts, tasks
from tests.harness.in_process import (
    Caller,
    Post,
    Submit,
    claim_task,
    class_of,
    findings_of_others,
    made_of,
    student,
    task_of,
    work_off,
)
from tests.harness.traces import traces_of

GONE = "lovelace-1815"


def with_her(size: int = 3) -> list[object]:
    return [*class_of(size), student(GONE, 4, 4, 5)]


def statuses_below(client: Client, address: str, report_id: object) -> set[int]:
    below = ("", "/findings", "/reports", f"/reports/{report_id}", f"/reports/{report_id}/findings", "/archive.zip")
    return {client.get(address + tail).status_code for tail in below}


@pytest.mark.parametrize("format_", ["html", "pdf"])
@pytest.mark.parametrize("done", [True, False])
def test_an_erased_task_is_a_204_then_a_404_and_leaves_no_trace(
    client: Client, submit: Submit, format_: str, done: bool
) -> None:
    address = submit(format_, with_her(), "?compare=class", **{"Idempotency-Key": GONE})
    report_id = Document.objects.get(about__student_id=GONE).id
    if done:
        work_off()
    assert traces_of(GONE)

    answer = client.delete(address)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer
    assert client.delete(address).status_code == 404
    assert statuses_below(client, address, report_id) == {404}
    assert traces_of(GONE) == set()
    assert not Document.objects.exists()


# What a roster says of her and of another, who stays.
ROSTER = f"student_id,name,email\n{GONE},Augusta Ada King,countess@example.edu\nstudent-0,Alan Turing,at@example.edu\n"
OF_HERS = (GONE, "Augusta Ada King", "countess")


def with_roster(client: Client, submit: Submit, format_: str = "html") -> str:
    """A class with her in it, made, whose roster has her name and address, and a mail to her that failed."""
    address = submit(format_, with_her())
    work_off()
    assert client.put(f"{address}/roster", ROSTER.encode(), content_type="text/csv").json()["matched"] == 2
    handout = handouts.make(Task.objects.get(pk=task_of(address)), 7, "the test")
    mailing = Mailing.objects.create(handout=handout, subject="{exam}", body="{link}", made_by="the test")
    for student_ in Student.objects.filter(roster_entry__isnull=False):
        error = f"550 <{student_.roster_entry.email}>: unknown"
        Mail.objects.create(handout=handout, mailing=mailing, about=student_, state="failed", error=error)
    assert {table for table, _ in traces_of("countess")} == {"reports_rosterentry", "reports_mail"}
    return address


def test_names_and_addresses_go_with_a_student_and_those_of_the_others_stay(client: Client, submit: Submit) -> None:
    with_roster(client, submit)

    assert client.delete(f"/students?student_id={GONE}").status_code == 204
    assert [traces_of(words) for words in OF_HERS] == [set()] * 3
    assert RosterEntry.objects.get().name == "Alan Turing"
    assert Mail.objects.get().about.student_id == "student-0"


def test_names_and_addresses_go_with_the_last_task_of_an_upload(client: Client, submit: Submit) -> None:
    address, other = with_roster(client, submit), submit("pdf", with_her())

    assert client.delete(address).status_code == 204
    assert RosterEntry.objects.count() == 2, "another format of the upload is there"
    assert client.delete(other).status_code == 204
    assert [traces_of(words) for words in (*OF_HERS, "Turing", "at@example")] == [set()] * 5


def test_names_and_addresses_go_with_what_is_past_its_retention(
    client: Client, submit: Submit, settings: Settings
) -> None:
    with_roster(client, submit)
    Task.objects.update(created_at=Now() - timedelta(days=31))
    settings.FEEDBACK_RETENTION_DAYS = 30
    tasks.sweep()

    assert [traces_of(words) for words in (*OF_HERS, "Turing", "at@example")] == [set()] * 5


@pytest.mark.parametrize("format_", ["html", "pdf"])
@pytest.mark.parametrize("in_class", [True, False])
def test_the_search_for_traces_finds_every_place_there_is(submit: Submit, format_: str, in_class: bool) -> None:
    submit(format_, with_her() if in_class else student(GONE))
    work_off()
    assert {column for _, column in traces_of(GONE)} == {"student_id", "payload", "findings", "body", "filename"}
    if in_class:
        Student.objects.filter(student_id=GONE).delete()
        assert {column for _, column in traces_of(GONE)} == {"findings", "body"}, "of the class report"


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_an_erased_student_is_gone_from_the_class_which_is_made_again_without(
    client: Client, submit: Submit, format_: str
) -> None:
    address = submit(format_, with_her(), **{"Idempotency-Key": f"exam-of-{GONE}", "X-Request-ID": f"exam-of-{GONE}"})
    work_off()
    others = {entry["student_id"]: entry["sha256"] for entry in client.get(f"{address}/reports").json()["students"]}
    report_id = Document.objects.get(about__student_id=GONE).id

    answer = client.delete(f"/students?student_id={GONE}")
    assert answer.status_code == 204
    assert "Content-Type" not in answer
    assert traces_of(GONE) == set()
    assert client.get(address).status_code == 202, "the class report is being made again"
    work_off()

    assert client.delete(f"/students?student_id={GONE}").status_code == 404
    assert client.get(f"{address}/reports/{report_id}").status_code == 404
    assert client.get(address).status_code == 200
    findings = decode_class_findings(client.get(f"{address}/findings").content)
    assert [row.student_id for row in findings.rows] == ["student-0", "student-1", "student-2"]
    entries = client.get(f"{address}/reports").json()["students"]
    assert {entry["student_id"]: entry["sha256"] for entry in entries} == {
        name: sha256 for name, sha256 in others.items() if name != GONE
    }
    assert client.get(address, headers={"Accept": "application/json"}).json()["sha256"]
    assert traces_of(GONE) == set()


def test_an_erased_student_is_gone_from_every_task_in_both_formats(client: Client, submit: Submit) -> None:
    own = [submit(format_, student(GONE)) for format_ in ("html", "pdf")]
    classes = [submit(format_, with_her()) for format_ in ("html", "pdf")]
    work_off()

    assert client.delete(f"/students?student_id={GONE}").status_code == 204
    work_off()
    assert {client.get(address).status_code for address in own} == {404}
    assert {client.get(address).status_code for address in classes} == {200}
    assert Upload.objects.count() == 1, "still one class"
    assert traces_of(GONE) == set()


class KilledError(Exception):
    """Stands for the end of a process."""


def test_a_student_of_many_uploads_is_erased_in_pieces_and_a_repeated_request_goes_on(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PIECE_UPLOADS", 2)
    own = [submit("html", student(GONE, number)) for number in (3, 4)]
    classes = [submit("html", with_her(size)) for size in (2, 3, 4, 5)]
    left = list[int]()

    def pause(_: float) -> None:
        left.append(Student.objects.filter(student_id=GONE).count())
        if left == [4]:
            raise KilledError

    with pytest.raises(KilledError):
        erasure.erase_student(Upload.objects.all(), "the test", GONE, sleep=pause)
    for upload in Upload.objects.all():
        here = upload.student_set.filter(student_id=GONE).exists()
        assert upload.students == upload.student_set.count()
        assert here or upload.students, "an upload of nobody is gone"

    assert erasure.erase_student(Upload.objects.all(), "the test", GONE, sleep=pause) == 4
    assert left == [4, 2], "no pause follows the last piece"
    work_off()
    assert traces_of(GONE) == set()
    assert {client.get(address).status_code for address in own} == {404}
    assert {client.get(address).status_code for address in classes} == {200}


def test_each_of_many_tasks_is_erased_by_itself(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3, 8):
        submit("html", student(GONE, number))
    pieces = list[int]()
    erase = erasure.erase

    def counted(tasks: Tasks, by: str) -> int:
        pieces.append(erase(tasks, by))
        return pieces[-1]

    monkeypatch.setattr(erasure, "erase", counted)
    assert erasure.erase_all(Task.objects.all(), "the test") == 5
    assert pieces == [1, 1, 1, 1, 1]
    assert traces_of(GONE) == set()


def test_only_the_namespace_that_was_named_is_searched(client: Client, submit: Submit) -> None:
    address = submit("html", [student(GONE, namespace="x"), student(GONE, namespace="y"), student(GONE, namespace="")])

    assert client.delete(f"/students?student_id={GONE}&namespace=z").status_code == 404
    assert client.delete(f"/students?student_id={GONE}&namespace=x").status_code == 204
    assert client.delete(f"/students?student_id={GONE}&namespace=").status_code == 204
    assert [entry["namespace"] for entry in client.get(f"{address}/reports").json()["students"]] == ["y"]
    assert client.delete(f"/students?student_id={GONE}").status_code == 204
    assert client.get(address).status_code == 404, "a class of nobody is no class"


def test_an_id_that_only_looks_alike_is_left_alone(client: Client, submit: Submit) -> None:
    submit("html", student("ada%"))

    for other in ("ADA%25", "ada", "%25", "ada%25%25", "ad%20a%25"):
        assert client.delete(f"/students?student_id={other}").status_code == 404
    assert client.delete("/students?student_id=ada%25").status_code == 204


@pytest.mark.parametrize("query", ["", "?student_id=", "?student_id=%00", f"?student_id={'x' * 201}"])
def test_erasing_nobody_in_particular_is_a_400(client: Client, db: None, query: str) -> None:  # noqa: ARG001
    response = client.delete(f"/students{query}")

    assert response.status_code == 400
    assert "student_id" in response.json()["details"]


def test_a_worker_that_is_late_recreates_nothing(client: Client, submit: Submit) -> None:
    address = submit("html", with_her())
    task = Task.objects.get()
    claimed = claim_task(task.id, 16)
    made = [made_of(claim) for claim in claimed]

    client.delete(f"/students?student_id={GONE}")
    assert claims.store(made) == 3
    assert claims.fail([(claim, GONE) for claim in claimed]) == 0
    client.delete(address)
    assert claims.store(made) == 0
    assert not Worker(ring=int).answer(), "a ring that is late finds no work"
    assert traces_of(GONE) == set()
    assert not Document.objects.exists()


def test_a_class_report_that_was_being_made_meanwhile_is_refused(client: Client, submit: Submit) -> None:
    address = submit("html", with_her())
    task = Task.objects.get()
    students = claim_task(task.id, 16)
    claims.store([made_of(claim) for claim in students])
    [headline] = claim_task(task.id, 16)
    with_the_student = made_of(headline)
    assert GONE.encode() in with_the_student.artifact.body

    client.delete(f"/students?student_id={GONE}")
    assert claims.store([with_the_student]) == 0
    work_off()
    assert client.get(address).status_code == 200
    assert traces_of(GONE) == set()


def test_the_class_facts_outlive_the_erasure_of_a_student_so_that_nothing_changes_for_the_others(
    client: Client, submit: Submit
) -> None:
    address = submit("html", [*class_of(11), student(GONE)], "?compare=class")
    work_off()
    before, facts = findings_of_others(client, address, GONE), Upload.objects.get().facts
    assert facts

    client.delete(f"/students?student_id={GONE}")
    again = submit("pdf", class_of(11), "?compare=class")
    work_off()
    assert Upload.objects.get(tasks=task_of(address)).facts == facts
    assert findings_of_others(client, address, GONE) == before
    assert findings_of_others(client, again, GONE) != before, "another class"


def test_facts_of_two_workers_on_both_sides_of_an_erasure_are_those_that_came_first(
    client: Client, submit: Submit
) -> None:
    submit("html", [*class_of(11), student(GONE)], "?compare=class")
    early, late = Upload.objects.get(), Upload.objects.get()
    first = render_job._facts(early)
    client.delete(f"/students?student_id={GONE}")

    assert render_job._facts(late) == first == bytes(Upload.objects.get().facts or b"")


def test_the_same_class_submitted_again_is_a_new_one(client: Client, submit: Submit, post: Post) -> None:
    key = {"Idempotency-Key": "exam-1"}
    first = submit("html", with_her(), **key)
    client.delete(f"/students?student_id={GONE}")
    again = post("html", with_her(), **key)

    assert again.status_code == 202
    assert again["Location"] != first
    assert {entry["student_id"] for entry in client.get(f"{first}/reports").json()["students"]} == {
        "student-0",
        "student-1",
        "student-2",
    }


def test_erasing_needs_no_broker(client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    address = submit("html", with_her())
    monkeypatch.setattr(doorbell, "ring", lambda *_: False)

    assert client.delete(f"/students?student_id={GONE}").status_code == 204
    assert client.delete(address).status_code == 204


def test_nobody_erases_what_is_anothers_or_out_of_scope_or_with_a_read_key(calling: Caller) -> None:
    ours = calling("ours")
    task, own = ours.submit("html", with_her()), ours.submit("pdf", student(GONE, namespace="x"))

    for stranger in (calling("theirs"), calling("ours", ["y"])):
        assert stranger.client.delete(task).status_code == 404
        assert stranger.client.delete(f"/students?student_id={GONE}").status_code == 404
    assert calling("ours", read_only=True).client.delete(task).status_code == 403
    assert calling("ours", read_only=True).client.delete(f"/students?student_id={GONE}").status_code == 403
    scoped = calling("ours", ["x"])
    assert scoped.client.delete(f"/students?student_id={GONE}&namespace=course").status_code == 403
    assert scoped.client.delete(f"/students?student_id={GONE}").status_code == 204
    assert (ours.status(own), ours.status(task)) == (404, 202)
    assert Student.objects.filter(student_id=GONE).count() == 1


def test_what_is_past_its_retention_is_purged_by_the_sweep(client: Client, submit: Submit, settings: Settings) -> None:
    old, new = submit("html", with_her()), submit("html", class_of(2))
    work_off()
    Task.objects.filter(pk=task_of(old)).update(created_at=Now() - timedelta(days=31))

    tasks.sweep()
    assert client.get(old).status_code == 200, "for ever, where no number of days is set"
    settings.FEEDBACK_RETENTION_DAYS = 30
    tasks.sweep()
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert traces_of(GONE) == set()
