"""What is past its time goes a piece at a time, and is out of sight before its first piece goes."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Now
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback.access.models import AuditEntry
from feedback.queue import claims, stall
from feedback.store.models import Document, Student, Task, Upload
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions import retention
from tests.harness.in_process import Post, Submit, claim_task, class_of, student, task_of, work_off


@pytest.fixture(autouse=True)
def small_pieces(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FEEDBACK_RETENTION_DAYS = 1
    monkeypatch.setattr(retention, "_LEAST", 3)
    monkeypatch.setattr(retention, "_MOST", 3)


def grow_old(*addresses: str) -> None:
    tasks = Task.objects.filter(pk__in=[UUID(one.rsplit("/", 1)[1]) for one in addresses])
    tasks.update(created_at=Now() - timedelta(days=2))


def one_piece() -> int:
    return retention.purge(seconds=0)


def rows() -> tuple[int, int, int, int]:
    return tuple(model.objects.count() for model in (Upload, Task, Student, Document))  # type: ignore[return-value] # four


def test_small_uploads_go_whole_many_in_a_piece(submit: Submit) -> None:
    grow_old(*(submit("html", student(name)) for name in "abcd"))
    submit("html", student("new"))

    assert [one_piece(), one_piece(), one_piece()] == [3, 1, 0]
    assert rows() == (1, 1, 1, 1)
    assert AuditEntry.objects.filter(actor="retention", action="erase", what="task").count() == 4


def test_a_class_is_out_of_sight_before_its_first_student_goes_and_then_goes_in_pieces(
    client: Client, submit: Submit, post: Post
) -> None:
    old = submit("html", class_of(7))
    work_off()
    report = client.get(f"{old}/reports").json()["students"][0]["link"]
    grow_old(old)

    assert one_piece() == 0
    assert Student.objects.count() == 7
    assert {client.get(one).status_code for one in (old, f"{old}/reports", f"{old}/archive.zip", report)} == {404}
    assert old.rpartition("/")[2] not in client.get("/submissions").text
    again = post("html", class_of(7))
    assert again.status_code == 202, "the same body is a new task, of students who then stay"
    assert again["Location"] != old
    work_off()

    assert [one_piece() for _ in range(4)] == [0, 0, 0, 1], "the documents, then the task"
    assert rows() == (1, 1, 7, 8)
    assert client.get(again["Location"]).status_code == 200
    assert one_piece() == 0


def test_students_whom_no_other_task_needs_go_in_pieces_too(submit: Submit) -> None:
    grow_old(submit("html", class_of(7)))
    assert [one_piece() for _ in range(8)] == [0, 0, 0, 0, 0, 0, 0, 1], "out of sight, documents, students, the rest"
    assert rows() == (0, 0, 0, 0)


def test_a_class_that_is_half_gone_goes_on_after_the_setting_is_taken_back(submit: Submit, settings: Settings) -> None:
    grow_old(submit("html", class_of(7)))
    one_piece()
    settings.FEEDBACK_RETENTION_DAYS = None

    assert retention.purge(60, sleep=lambda _: None) == 1
    assert rows() == (0, 0, 0, 0)


def test_another_format_of_the_same_class_keeps_its_students(client: Client, submit: Submit) -> None:
    old, new = submit("html", class_of(4)), submit("pdf", class_of(4))
    work_off()
    grow_old(old)

    assert retention.purge(60, sleep=lambda _: None) == 1
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert rows() == (1, 1, 4, 5)
    grow_old(new)
    assert retention.purge(60, sleep=lambda _: None) == 1
    assert rows() == (0, 0, 0, 0)


@given(taken=st.lists(st.floats(1e-4, 100), min_size=1))
def test_a_piece_is_as_large_as_a_tenth_of_a_second_allows(taken: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "_LEAST", 50)
        patch.setattr(retention, "_MOST", 500)
        pace = retention._Pace()
        for seconds in taken:
            before = pace.number
            pace.learn(seconds)
            assert 50 <= pace.number <= min(2 * before, 500)
            assert pace.number == 50 or pace.number * seconds / before <= 0.1 + 1e-9
            if seconds <= 0.05:
                assert pace.number == min(2 * before, 500)


def test_no_worker_is_sent_to_a_class_that_is_going(submit: Submit) -> None:
    grow_old(submit("html", class_of(4)))
    assert claims.anything_ready()
    one_piece()
    assert not claims.anything_ready()
    assert claims.waiting() == []
    assert [(queue.ready, queue.running) for queue in stall.queues()] == [(0, 0), (0, 0)]


def test_of_a_class_that_is_going_no_document_is_made_for_the_sake_of_another_format(submit: Submit) -> None:
    old, kept = submit("html", class_of(4)), submit("pdf", class_of(4))
    grow_old(old)
    one_piece()

    assert {claim.task_id for claim in claim_task(task_of(kept), 100)} == {task_of(kept)}
    work_off()
    assert set(Document.objects.filter(task=task_of(old)).values_list("state", flat=True)) == {"PENDING"}


def test_half_of_the_time_is_everybody_elses_and_a_report_that_is_due_ends_it(submit: Submit) -> None:
    pauses: list[float] = []
    grow_old(*(submit("html", [*class_of(2), student(f"c{number}")]) for number in range(3)))
    work_off()
    assert retention.purge(60, sleep=pauses.append) == 3
    assert len(pauses) == 3
    assert min(pauses) > 0

    grow_old(*(submit("html", [*class_of(2), student(f"d{number}")]) for number in range(3)))
    submit("html", student("due"))
    assert retention.purge(60, sleep=pauses.append) == 1


def test_a_task_with_deliveries_of_webhooks_is_one_task(submit: Submit) -> None:
    old, new = submit("html", class_of(4)), submit("pdf", class_of(4))
    for name in "ab":
        endpoint = WebhookEndpoint.objects.create(url=f"https://{name}.test", secret=b"")
        endpoint.deliveries.create(task_id=task_of(old), fence=1, status="SUCCESS", failed=0, happened_at=Now())
    grow_old(old)

    assert retention.purge(60, sleep=lambda _: None) == 1
    assert not WebhookDelivery.objects.exists()
    assert Task.objects.get().pk == task_of(new)
