"""Kept numbers: each finished report counted once, whatever becomes of it later."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from feedback.queue import unclaimed
from feedback.store.models import Document
from feedback.submissions.models import Tally
from feedback.submissions.tallies import tally
from tests.harness.in_process import Submit, class_of, student, work_off

AT_ONCE = timedelta()


def counted() -> dict[tuple[str, str], tuple[int, int, int]]:
    """(reports, attempts, lease expiries) of each state and format."""
    return {(row.state, row.format): (row.reports, row.attempts, row.lease_expiries) for row in Tally.objects.all()}


def test_a_finished_report_is_counted_once_by_its_state_and_format(submit: Submit) -> None:
    submit("pdf", class_of(3))
    submit("html", student())
    work_off()
    assert tally() == 0, "not before the transaction that wrote its time has surely ended"

    assert (tally(AT_ONCE), tally(AT_ONCE)) == (5, 0)
    assert counted() == {("SUCCESS", "pdf"): (4, 4, 0), ("SUCCESS", "html"): (1, 1, 0)}


def test_what_is_finished_later_is_added(submit: Submit) -> None:
    submit("html", student("ada"))
    work_off()
    tally(AT_ONCE)
    task = submit("html", student("grace")).rsplit("/", 1)[1]
    Document.objects.filter(task_id=task).update(state="FAILURE", attempts=3, lease_expiries=2, finished_at=Now())

    assert tally(AT_ONCE) == 1
    assert counted() == {("SUCCESS", "html"): (1, 1, 0), ("FAILURE", "html"): (1, 3, 2)}


def test_an_erasure_lowers_nothing(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    work_off()
    tally(AT_ONCE)
    before = counted()
    assert client.delete(address).status_code == 204

    assert not Document.objects.exists()
    assert tally(AT_ONCE) == 0
    assert counted() == before


def test_a_report_that_is_tried_again_brings_only_its_new_attempts(submit: Submit) -> None:
    submit("html", student())
    Document.objects.update(state="FAILURE", attempts=3, lease_expiries=3, finished_at=Now())
    tally(AT_ONCE)
    unclaimed.retry(Document.objects.get().task_id)
    work_off()

    tally(AT_ONCE)
    assert counted() == {("FAILURE", "html"): (1, 3, 3), ("SUCCESS", "html"): (1, 1, 0)}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_count_nothing_twice(submit: Submit) -> None:
    submit("html", class_of(5))
    work_off()
    found = []

    def sweep() -> None:
        try:
            found.append(tally(AT_ONCE))
        finally:
            connection.close()

    sweeps = [threading.Thread(target=sweep) for _ in range(4)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    assert sorted(found) == [0, 0, 0, 6]
    assert counted() == {("SUCCESS", "html"): (6, 6, 0)}
