"""Claiming, making and storing: the guarded transitions, and what faults do to them."""

import errno
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback import pipeline
from feedback.analysis import decode_findings
from feedback.queue import claims, pacer, render_job
from feedback.queue.pacer import Pacer, Slice
from feedback.queue.worker import Worker
from feedback.rendering import render
from feedback.store.models import MAX_ATTEMPTS, Document, Task
from tests.harness.in_process import (
    Submit,
    class_of,
    made_of,
    student,
    work_off,
)
from tests.harness.messages import round_trips

CHUNK = 16


def task_of(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


def let_leases_run_out() -> None:
    Document.objects.filter(state="RUNNING").update(due_at=Now() - timedelta(seconds=1))


def test_a_stored_report_holds_its_document_its_hash_and_its_findings(submit: Submit) -> None:
    submit("html", student("ada", 7, 7))
    work_off()
    report = Document.objects.get()

    assert report.state == "SUCCESS"
    assert report.sha256 == hashlib.sha256(bytes(report.body or b"")).hexdigest()
    assert decode_findings(bytes(report.findings or b"")).event_order == ("Q1", "Q1")
    assert (report.attempts, report.lease_expiries) == (1, 0)
    assert report.render_seconds is not None
    assert report.finished_at is not None


def test_two_submissions_of_one_student_give_the_same_bytes(submit: Submit) -> None:
    for key in ("one", "two"):
        submit("pdf", student(), **{"Idempotency-Key": key})
    work_off()

    assert len(set(Document.objects.values_list("sha256", flat=True))) == 1


def test_a_claim_takes_a_chunk_in_order_and_counts_the_attempt(submit: Submit) -> None:
    task = task_of(submit("html", class_of(20)))
    claimed = claims.claim_task(task, CHUNK)

    assert len(claimed) == CHUNK
    running = Document.objects.filter(state="RUNNING", attempts=1).order_by("position")
    assert [report.id for report in running] == [claim.report_id for claim in claimed]
    assert running[0].position == 1


def test_what_is_claimed_is_not_claimed_again_before_its_lease_runs_out(submit: Submit) -> None:
    task = task_of(submit("html", student()))

    assert len(claims.claim_task(task, CHUNK)) == 1
    assert claims.claim_task(task, CHUNK) == []
    let_leases_run_out()
    assert [claim.attempt for claim in claims.claim_task(task, CHUNK)] == [2]


def test_a_report_with_an_attempt_behind_it_rests_then_is_claimed_alone_and_after_its_neighbours(
    submit: Submit,
) -> None:
    task = task_of(submit("html", class_of(4)))
    first, second, *others = claims.claim_task(task, CHUNK)
    claims.back_off(first)
    claims.back_off(second)
    claims.release(others)

    neighbours = claims.claim_task(task, CHUNK)
    assert [claim.position for claim in neighbours] == [3, 4]
    assert claims.claim_task(task, CHUNK) == [], "the others rest"
    claims.release(neighbours)
    Document.objects.filter(attempts=1).update(due_at=Now())
    assert [claim.attempt for claim in claims.claim_task(task, CHUNK)] == [1, 1]
    assert [claim.attempt for claim in claims.claim_task(task, CHUNK)] == [2]
    assert [claim.attempt for claim in claims.claim_task(task, CHUNK)] == [2]
    assert claims.claim_task(task, CHUNK) == []


def test_the_class_report_waits_for_all_the_others(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    students = claims.claim_task(task, CHUNK)

    assert {claim.is_class_report for claim in students} == {False}
    assert claims.claim_task(task, CHUNK) == []
    claims.fail([(claim, "no") for claim in students])
    assert [claim.is_class_report for claim in claims.claim_task(task, CHUNK)] == [True]


def test_a_worker_that_was_taken_over_cannot_store(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [slow] = claims.claim_task(task, CHUNK)
    let_leases_run_out()
    [quick] = claims.claim_task(task, CHUNK)
    late = made_of(slow)

    assert claims.store([late]) == 0
    assert claims.fail([(slow, "too late")]) == 0
    assert claims.store([made_of(quick)]) == 1
    assert claims.store([late]) == 0


def test_a_claim_handed_back_in_order_gives_its_attempt_back_but_not_its_fence(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [first] = claims.claim_task(task, CHUNK)
    claims.release([first])
    [second] = claims.claim_task(task, CHUNK)

    assert (first.attempt, second.attempt) == (1, 1)
    assert second.fence > first.fence


def test_a_fault_of_the_renderer_is_tried_three_times_and_then_told_without_the_inside(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken(*_: Any) -> None:
        calls.append(1)
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(pipeline, "render", broken)
    submit("html", student())
    work_off()
    report = Document.objects.get()

    assert (report.state, report.attempts, len(calls)) == ("FAILURE", MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert "the inside" not in report.error
    assert "ZeroDivision" not in report.error


def test_one_report_that_fails_leaves_its_class_and_is_listed_in_it(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = render

    def broken_for_one(findings: Any, *rest: Any) -> Any:
        if findings.student_id == "student-1":
            raise ValueError
        return real(findings, *rest)

    monkeypatch.setattr(pipeline, "render", broken_for_one)
    submit("html", class_of(4))
    work_off()

    states = Document.objects.order_by("position").values_list("state", flat=True)
    assert list(states) == ["SUCCESS", "SUCCESS", "FAILURE", "SUCCESS", "SUCCESS"]
    page = bytes(Document.objects.get(position=0).body or b"").decode()
    assert "student-1" in page
    assert "failed 3 times" in page


def test_a_class_of_which_nothing_could_be_made_is_a_failure(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(pipeline, "render", broken)
    submit("html", class_of(2))
    work_off()

    assert set(Document.objects.values_list("state", flat=True)) == {"FAILURE"}
    assert "None of the 2 reports" in Document.objects.get(position=0).error


def test_a_lost_database_hands_the_claims_back_and_passes_the_fault_on(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", class_of(3))

    def lost(*_: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(claims, "store", lost)
        with pytest.raises(OperationalError):
            Worker(ring=int).answer()

    assert set(Document.objects.values_list("state", "attempts")) == {("PENDING", 0)}
    work_off()
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_full_disk_is_no_reports_fault_so_no_attempt_is_counted(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", class_of(3))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "render", full)
        with pytest.raises(OSError, match="No space left"):
            Worker(ring=int).answer()

    assert set(Document.objects.values_list("state", "attempts")) == {("PENDING", 0)}


def test_a_report_that_runs_into_the_time_limit_is_counted_and_its_neighbours_are_not(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", class_of(3))
    real = render

    def slow_for_one(findings: Any, *rest: Any) -> Any:
        if findings.student_id == "student-1":
            raise SoftTimeLimitExceeded
        return real(findings, *rest)

    monkeypatch.setattr(pipeline, "render", slow_for_one)
    with pytest.raises(SoftTimeLimitExceeded):
        Worker(ring=int).answer()

    students = Document.objects.exclude(position=0).order_by("position").values_list("state", "attempts")
    assert list(students) == [("PENDING", 0), ("PENDING", 1), ("PENDING", 0)]


def test_a_worker_that_is_told_to_end_gives_back_what_it_has_claimed(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", class_of(3))

    def told_to_end(*_: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(pipeline, "render", told_to_end)
    with pytest.raises(SystemExit):
        Worker(ring=int).answer()

    assert set(Document.objects.values_list("state", "attempts")) == {("PENDING", 0)}


@pytest.mark.usefixtures("ending")
@pytest.mark.parametrize("claiming", ["claim_task", "claim_singles"])
def test_a_worker_that_is_told_to_end_while_it_claims_gives_back_what_it_gets(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, claiming: str
) -> None:
    submit("html", class_of(3) if claiming == "claim_task" else student("ada"))

    real: Callable[..., Any] = getattr(claims, claiming)

    def told_to_end(*arguments: Any) -> Any:
        claimed = real(*arguments)
        os.kill(os.getpid(), signal.SIGTERM)
        return claimed

    monkeypatch.setattr(claims, claiming, told_to_end)
    with pytest.raises(SystemExit):
        Worker(ring=int).answer()

    assert set(Document.objects.values_list("state", "attempts")) == {("PENDING", 0)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 3], ids=["a single", "a class"])
def test_what_is_claimed_is_handed_back_also_where_the_connection_was_cut(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    submit("html", class_of(number) if number > 1 else student("ada"))
    real = claims.store

    def cut(made: Any) -> int:
        server = connection.connection
        with psycopg.connect(server.info.dsn, password=connection.settings_dict["PASSWORD"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [server.info.backend_pid])
        return real(made)

    monkeypatch.setattr(claims, "store", cut)
    with pytest.raises(OperationalError):
        Worker(ring=int).answer()
    connection.close()

    assert set(Document.objects.values_list("state", "attempts")) == {("PENDING", 0)}


@pytest.fixture
def ending() -> Iterator[None]:
    """SIGTERM does here what it does in a worker's process: it raises SystemExit wherever the process is."""

    def end(*_: Any) -> None:
        raise SystemExit

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_failed_class_that_is_retried_refuses_the_class_report_that_lists_the_failures(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = task_of(submit("html", class_of(2)))
    good, bad = claims.claim_task(task, CHUNK)
    claims.store([made_of(good)])
    claims.fail([(bad, "no")])
    [headline] = claims.claim_task(task, CHUNK)
    outdated = made_of(headline)

    assert claims.retry(task) == 1
    assert claims.store([outdated]) == 0
    monkeypatch.undo()
    work_off()
    assert b"failed" not in bytes(Document.objects.get(position=0).body or b"")
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_retry_while_the_old_attempt_still_renders_refuses_the_old_ones_document(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [zombie] = claims.claim_task(task, CHUNK)
    late = made_of(zombie)
    Document.objects.update(attempts=MAX_ATTEMPTS)
    let_leases_run_out()
    assert claims.give_up_exhausted() == 1
    assert claims.retry(task) == 1

    assert claims.store([late]) == 0
    assert claims.release([zombie]) == 0
    [fresh] = claims.claim_task(task, CHUNK)
    assert claims.store([late]) == 0
    assert (fresh.attempt, claims.store([made_of(fresh)])) == (1, 1)


def test_a_report_erased_while_it_is_made_is_not_made_again(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    claimed = claims.claim_task(task, CHUNK)
    made = [made_of(claim) for claim in claimed]
    Task.objects.all().delete()

    assert claims.store(made) == 0
    assert (claims.renew(claimed), claims.release(claimed), claims.back_off(claimed[0])) == (0, 0, 0)
    assert not Worker(ring=int).answer()
    assert not Document.objects.exists()


def test_a_renewed_lease_runs_on_and_a_lost_one_is_not_renewed(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    first, second = claims.claim_task(task, CHUNK)
    let_leases_run_out()
    assert claims.renew([first]) == 1

    [taken_over] = claims.claim_task(task, CHUNK)
    assert taken_over.report_id == second.report_id
    assert claims.renew([first, second]) == 1
    assert Document.objects.get(id=second.report_id).lease_expiries == 1


class Hasty(Pacer):
    """Claims as many as there may be and has time for none."""

    def batch(self, _kind: str, _seconds: float) -> int:
        return CHUNK

    def slice(self, _seconds: float = 0.0) -> Slice:
        return super().slice(0.0)


def test_work_stops_when_its_time_is_over_and_says_that_there_is_more(submit: Submit) -> None:
    submit("html", class_of(20))

    assert Worker(ring=int, pacer=Hasty()).answer()
    assert Document.objects.filter(state="SUCCESS").count() == 1
    assert not Document.objects.filter(state="RUNNING").exists(), "what was claimed beside it is released"
    work_off()
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_where_there_is_no_work_a_ring_does_nothing(db: None) -> None:  # noqa: ARG001 - the database
    assert not Worker(ring=int).answer()


def test_a_class_lets_a_single_go_first_that_comes_in_the_middle(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacer, "LOOK_SECONDS", 0.0)
    real, posted = render_job.make, list[str]()

    def make(*arguments: Any) -> claims.Made:
        if not posted:
            posted.append(submit("html", student("in the middle")))
        return real(*arguments)

    monkeypatch.setattr(render_job, "make", make)
    worker = Worker(ring=int)
    submit("html", class_of(6))
    assert worker.answer()
    assert Document.objects.filter(state="SUCCESS").count() == 1, "of the class"
    assert worker.answer()
    assert Document.objects.get(task=task_of(posted[0])).state == "SUCCESS"
    work_off(worker)
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_a_worker_learns_its_pace_from_the_reports_of_students_alone(submit: Submit) -> None:
    paced = Pacer()
    submit("html", class_of(2))
    Document.objects.filter(kind="student").update(state="FAILURE")
    work_off(Worker(ring=int, pacer=paced))
    assert paced.batch("html", 1e6) == pacer.FIRST_BATCH
    submit("html", class_of(3))
    work_off(Worker(ring=int, pacer=paced))
    assert paced.batch("html", 1e6) == pacer.LARGEST_BATCH


@pytest.mark.django_db(transaction=True)
def test_a_batch_takes_the_same_number_of_round_trips_whatever_its_size(submit: Submit, tmp_path: Path) -> None:
    submit("html", student("warm"))
    work_off()
    trips = set()
    for size in (3, 12):
        task = task_of(submit("html", class_of(size)))
        trips.add(round_trips(tmp_path / f"claim-{size}", partial(claims.claim_task, task, size)))
        made = [made_of(claim) for claim in _held(task)]
        trips.add(round_trips(tmp_path / f"store-{size}", partial(claims.store, made)))
        assert len(made) == size

    assert trips == {4, 3}, "begin, select, update, commit; begin, updates, commit"


def _held(task: UUID) -> list[claims.Claim]:
    """The claims of a task, as the worker has them that made them."""
    running = Document.objects.filter(task=task, state="RUNNING").order_by("position")
    return [
        claims.Claim(one.id, task, one.about_id, one.position, False, one.due_at, one.attempts, one.fence)
        for one in running
    ]


def test_a_post_takes_the_same_number_of_queries_whatever_its_size(submit: Submit) -> None:
    counts = set()
    for size in (2, 200):
        with CaptureQueriesContext(connection) as queries:
            submit("html", class_of(size))
        counts.add(len(queries))

    assert len(counts) == 1
    assert counts.pop() <= 8


@pytest.mark.django_db(transaction=True)
def test_a_report_that_takes_longer_than_its_lease_stays_with_its_worker(
    submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FEEDBACK_LEASE_SECONDS = 1
    task = task_of(submit("html", student()))
    claimed_by_others = []
    real = render

    def slow(*arguments: Any) -> Any:
        time.sleep(2)
        claimed_by_others.extend(claims.claim_task(task, CHUNK))
        return real(*arguments)

    monkeypatch.setattr(pipeline, "render", slow)
    assert not Worker(ring=int).answer()

    assert claimed_by_others == []
    assert Document.objects.get().state == "SUCCESS"


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_make_each_report_once(
    submit: Submit, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broker
    submit("html", class_of(30))
    rendered: list[str] = []
    real = render

    def counted(findings: Any, *rest: Any) -> Any:
        rendered.append(findings.student_id)
        return real(findings, *rest)

    monkeypatch.setattr(pipeline, "render", counted)

    def work() -> None:
        try:
            work_off()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(10)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert sorted(rendered) == sorted(f"student-{number}" for number in range(30))
    assert not Document.objects.exclude(state="SUCCESS").exists()
    assert set(Document.objects.values_list("attempts", flat=True)) == {1}
