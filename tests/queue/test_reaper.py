"""The sweep: what a lost message or a lost worker has left behind is brought back."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import structlog
from django.db import connection, transaction
from django.db.models.functions import Now

from feedback.queue import claims, doorbell, reaper
from feedback.store.models import MAX_ATTEMPTS, Report, Submission
from tests.harness.in_process import (
    Submit,
    class_of,
    student,
    work_off,
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The submissions hinted at, in order."""
    found: list[UUID] = []

    def publish(submission: Submission, enough: int | None = None) -> bool:  # noqa: ARG001 - as the real one
        found.append(submission.id)
        return True

    monkeypatch.setattr(doorbell, "publish", publish)
    return found


def grow_old() -> None:
    Submission.objects.update(attended_at=Now() - reaper.patience() - timedelta(seconds=1))


def test_a_submission_whose_hint_was_lost_is_hinted_at_again(submit: Submit, sent: list[UUID]) -> None:
    submit("html", student())
    sent.clear()
    assert reaper.sweep() == 0
    grow_old()

    assert reaper.sweep() == 1
    assert sent == [Submission.objects.get().id]
    assert reaper.sweep() == 0, "attended to a moment ago"


def test_what_is_done_or_in_progress_is_left_alone(submit: Submit, sent: list[UUID]) -> None:
    submit("html", student())
    work_off()
    running = UUID(submit("html", student("grace")).rsplit("/", 1)[1])
    claims.claim(running)
    sent.clear()
    grow_old()

    assert reaper.sweep() == 0


@pytest.mark.usefixtures("sent")
def test_a_report_whose_worker_vanished_is_hinted_at_when_its_lease_runs_out(submit: Submit) -> None:
    task = UUID(submit("html", student()).rsplit("/", 1)[1])
    claims.claim(task)
    Report.objects.update(due_at=Now() - timedelta(seconds=1))
    grow_old()

    assert reaper.sweep() == 1


def test_a_report_that_lost_its_worker_on_the_last_attempt_is_given_up_and_its_class_goes_on(
    submit: Submit, sent: list[UUID]
) -> None:
    submit("html", class_of(3))
    Report.objects.filter(position=1).update(
        state="RUNNING", attempts=MAX_ATTEMPTS, due_at=Now() - timedelta(seconds=1)
    )
    reaper.sweep()
    work_off()

    poisoned = Report.objects.get(position=1)
    assert poisoned.state == "FAILURE"
    assert "lost 3 times" in poisoned.error
    assert set(Report.objects.exclude(position=1).values_list("state", flat=True)) == {"SUCCESS"}
    assert sent


def test_a_broker_that_is_down_is_tried_once_a_sweep(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        submit("html", student(name))
    grow_old()
    tried: list[UUID] = []

    def fail(submission: Submission, enough: int | None = None) -> bool:  # noqa: ARG001 - as the real one
        tried.append(submission.id)
        return False

    monkeypatch.setattr(doorbell, "publish", fail)

    assert reaper.sweep() == 0
    assert len(tried) == 1


def test_a_broker_that_is_down_leaves_what_is_neglected_for_the_next_sweep(
    submit: Submit, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", student())
    sent.clear()
    grow_old()
    with monkeypatch.context() as patched:
        patched.setattr(doorbell, "waiting", lambda _queue: None)
        assert reaper.sweep() == 0

    assert reaper.sweep() == 1


def test_a_queue_that_is_full_enough_gets_only_the_longest_neglected(
    submit: Submit, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "waiting", lambda queue: reaper.ENOUGH[queue])
    monkeypatch.setattr(reaper, "AT_LEAST", 2)
    tasks = [UUID(submit("html", student(name)).rsplit("/", 1)[1]) for name in ("a", "b", "c")]
    grow_old()
    Submission.objects.filter(id=tasks[2]).update(attended_at=Now() - timedelta(hours=1))
    sent.clear()

    assert reaper.sweep() == 2
    assert sent[0] == tasks[2]


@pytest.mark.django_db(transaction=True)
def test_of_two_sweeps_at_once_one_works(submit: Submit, sent: list[UUID]) -> None:
    submit("html", student())
    sent.clear()
    grow_old()
    found: list[int] = []

    def other() -> None:
        found.append(reaper.sweep())
        connection.close()

    with transaction.atomic():
        assert reaper._alone()
        elsewhere = threading.Thread(target=other)
        elsewhere.start()
        elsewhere.join()

    assert found == [0]
    assert reaper.sweep() == 1


def test_polling_by_post_sends_no_hint_unless_the_work_is_neglected(submit: Submit, sent: list[UUID]) -> None:
    address = submit("html", class_of(20))
    assert len(sent) == 1
    for _ in range(3):
        assert submit("html", class_of(20)) == address
    assert len(sent) == 1

    grow_old()
    submit("html", class_of(20))
    assert len(sent) == 2


def test_the_queue_is_counted_and_emptied(broker: str) -> None:
    assert broker
    doorbell.drop(doorbell.BULK)
    assert doorbell.waiting(doorbell.BULK) == 0
    for _ in range(3):
        assert doorbell.send(uuid4(), doorbell.BULK)
    assert doorbell.waiting(doorbell.BULK) == 3
    doorbell.drop(doorbell.BULK)
    assert doorbell.waiting(doorbell.BULK) == 0


def test_every_line_from_the_post_to_the_store_has_the_request_and_the_task(
    submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    task = submit("html", student(), **{"X-Request-ID": "trace-me"}).rsplit("/", 1)[1]
    structlog.contextvars.clear_contextvars()  # the worker is another process
    work_off()

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    told = {line["event"]: (line["request_id"], line["task_id"]) for line in lines}
    assert told["submission stored"] == ("trace-me", task)
    assert told["documents stored"] == ("trace-me", task)
