"""Answering a ring: what is stored, when a slice ends, and that many workers do the work once."""

import hashlib
import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import pipeline
from feedback.analysis import decode_findings
from feedback.queue import claims, pacer
from feedback.queue.claims import Claim
from feedback.queue.pacer import Pacer
from feedback.queue.render_job import RenderJob
from feedback.queue.worker import Worker
from feedback.rendering import render
from feedback.store.models import Document
from tests.harness.in_process import (
    Submit,
    class_of,
    student,
    task_of,
    work_off,
)


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


class Hasty(Pacer):
    """Claims as many as there may be and has time for none."""

    def __init__(self) -> None:
        super().__init__(slice_seconds=0.0)

    def batch(self, _kind: str, _seconds: float) -> int:
        return 16


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
    real, posted = RenderJob.make, list[str]()

    def make(job: RenderJob, claim: Claim) -> claims.Made:
        if not posted:
            posted.append(submit("html", student("in the middle")))
        return real(job, claim)

    monkeypatch.setattr(RenderJob, "make", make)
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
    assert paced.batch("html to html", 1e6) == pacer.FIRST_BATCH
    submit("html", class_of(3))
    work_off(Worker(ring=int, pacer=paced))
    assert paced.batch("html to html", 1e6) == pacer.LARGEST_BATCH


def test_a_post_takes_the_same_number_of_queries_whatever_its_size(submit: Submit) -> None:
    counts = set()
    for size in (2, 200):
        with CaptureQueriesContext(connection) as queries:
            submit("html", class_of(size))
        counts.add(len(queries))

    assert len(counts) == 1
    assert counts.pop() <= 8


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
