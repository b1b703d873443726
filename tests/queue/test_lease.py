"""A lease lasts as long as its worker is at work, and what the worker leaves undone is given back."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from feedback import pipeline
from feedback.queue import claims
from feedback.queue.claims import Claim, Share, Work
from feedback.queue.worker import Worker
from feedback.rendering import render
from feedback.store.models import Document
from tests.harness.in_process import (
    Submit,
    claim_task,
    class_of,
    let_leases_run_out,
    student,
    task_of,
)

CHUNK = 16


def test_a_renewed_lease_runs_on_and_a_lost_one_is_not_renewed(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    first, second = claim_task(task, CHUNK)
    let_leases_run_out()
    assert claims.renew([first]) == 1

    [taken_over] = claim_task(task, CHUNK)
    assert taken_over.report_id == second.report_id
    assert claims.renew([first, second]) == 1
    assert Document.objects.get(id=second.report_id).lease_expiries == 1


@pytest.mark.django_db(transaction=True)
def test_a_report_that_takes_longer_than_its_lease_stays_with_its_worker(
    submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FEEDBACK_LEASE_SECONDS = 3
    task = task_of(submit("html", student()))
    claimed_by_others = []
    real = render

    def slow(*arguments: Any) -> Any:
        time.sleep(4)
        claimed_by_others.extend(claim_task(task, CHUNK))
        return real(*arguments)

    monkeypatch.setattr(pipeline, "render", slow)
    assert not Worker(ring=int).answer()

    assert claimed_by_others == []
    assert Document.objects.get().state == "SUCCESS"


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
@pytest.mark.parametrize("number", [1, 3], ids=["a single", "a class"])
def test_a_worker_that_is_told_to_end_while_it_claims_gives_back_what_it_gets(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    submit("html", class_of(number) if number > 1 else student("ada"))
    real = claims.claim

    def told_to_end(work: Work, share: Share) -> list[Claim]:
        claimed = real(work, share)
        os.kill(os.getpid(), signal.SIGTERM)
        return claimed

    monkeypatch.setattr(claims, "claim", told_to_end)
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
