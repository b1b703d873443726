"""The sweep: what a lost message or a lost worker has left behind is brought back."""

from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from django.db.models.functions import Now
from pytest_django import Settings

from feedback.queue import doorbell, reaper
from feedback.store.models import MAX_ATTEMPTS, Document, Sweep
from feedback.submissions import tasks
from tests.harness.in_process import (
    Submit,
    claim_task,
    class_of,
    let_leases_run_out,
    student,
    task_of,
    work_off,
)


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many workers each ring was to wake, in order."""
    found: list[int] = []

    def ring(times: int = 1) -> bool:
        found.append(times)
        return True

    monkeypatch.setattr(doorbell, "ring", ring)
    return found


@pytest.mark.parametrize("body", [student(), class_of(3)], ids=["a single", "a class"])
def test_the_sweep_rings_where_work_is_ready(submit: Submit, rings: list[int], body: object) -> None:
    submit("html", body)
    rings.clear()
    reaper.sweep()
    assert rings == [1]

    work_off()
    reaper.sweep()
    assert rings == [1], "all is done"


def test_the_sweep_leaves_alone_what_is_in_progress_until_the_lease_runs_out(submit: Submit, rings: list[int]) -> None:
    claim_task(UUID(submit("html", student()).rsplit("/", 1)[1]), 1)
    rings.clear()
    reaper.sweep()
    assert rings == []

    let_leases_run_out()
    reaper.sweep()
    assert rings == [1]


def test_a_class_of_which_only_the_class_report_is_left_is_rung_for(submit: Submit, rings: list[int]) -> None:
    submit("html", class_of(2))
    Document.objects.filter(kind="student").update(state="SUCCESS")
    rings.clear()
    reaper.sweep()

    assert rings == [1]


def test_a_report_that_lost_its_worker_on_the_last_attempt_is_given_up_and_its_class_goes_on(
    submit: Submit, rings: list[int]
) -> None:
    submit("html", class_of(3))
    Document.objects.filter(position=1).update(state="RUNNING", attempts=MAX_ATTEMPTS)
    let_leases_run_out()
    reaper.sweep()
    work_off()

    poisoned = Document.objects.get(position=1)
    assert poisoned.state == "FAILURE"
    assert "lost 3 times" in poisoned.error
    assert set(Document.objects.exclude(position=1).values_list("state", flat=True)) == {"SUCCESS"}
    assert rings


def test_an_identical_post_wakes_nobody_but_where_it_tries_a_failure_again(submit: Submit, rings: list[int]) -> None:
    address = submit("html", student())
    assert submit("html", student()) == address
    assert rings == [1]

    Document.objects.update(state="FAILURE")
    submit("html", student())
    assert rings == [1, 1]


def test_a_worker_sweeps_by_itself_only_where_no_sweep_came_for_a_while(
    submit: Submit, rings: list[int], settings: Settings
) -> None:
    submit("html", student())
    rings.clear()
    tasks.sweep()
    tasks.sweep_if_overdue()
    assert rings == [1], "beat's sweep was a moment ago"

    Sweep.objects.update(begun_at=Now() - timedelta(seconds=4 * settings.FEEDBACK_SWEEP_SECONDS))
    tasks.sweep_if_overdue()
    tasks.sweep_if_overdue()
    assert rings == [1, 1], "one worker's sweep does for all"


def test_without_a_broker_a_worker_sweeps_every_interval_and_one_sweep_does_for_all(
    submit: Submit, settings: Settings
) -> None:
    claim_task(task_of(submit("html", student())), 1)
    settings.CELERY_BROKER_URL = ""
    settings.FEEDBACK_SWEEP_SECONDS = 3600
    Document.objects.update(attempts=MAX_ATTEMPTS)
    let_leases_run_out()
    Sweep.objects.create(begun_at=Now())
    tasks.sweep_if_overdue()
    assert Document.objects.get().state == "RUNNING"

    Sweep.objects.update(begun_at=Now() - timedelta(seconds=settings.FEEDBACK_SWEEP_SECONDS))
    tasks.sweep_if_overdue()
    assert Document.objects.get().state == "FAILURE"
    assert not reaper.begin_sweep(3600), "another process finds that somebody has swept"


def test_the_first_sweep_ever_may_be_a_workers_own(submit: Submit, rings: list[int]) -> None:
    submit("html", student())
    rings.clear()
    tasks.sweep_if_overdue()
    assert rings == [1]
    assert reaper.last_sweep()[1] == float("inf"), "beat has not asked for any"
    tasks.sweep()
    assert max(reaper.last_sweep()) < 60


def test_every_line_from_the_post_to_the_store_has_the_request_and_the_task(
    submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    task = submit("html", student(), **{"X-Request-ID": "trace-me"}).rsplit("/", 1)[1]
    structlog.contextvars.clear_contextvars()  # the worker is another process
    work_off()

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    told = {line["event"]: (line["request_id"], line["task_id"]) for line in lines if "task_id" in line}
    assert told["task stored"] == ("trace-me", task)
    assert told["documents stored"] == ("trace-me", task)
