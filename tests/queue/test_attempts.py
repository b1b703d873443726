"""What a fault does to a claim: tried again later and alone, or given back where no report is to blame."""

import errno
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from feedback import pipeline
from feedback.queue import claims
from feedback.queue.worker import Worker
from feedback.rendering import render
from feedback.store.models import MAX_ATTEMPTS, Document
from tests.harness.in_process import Submit, class_of, student, work_off


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
