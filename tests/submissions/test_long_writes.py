"""On SQLite, which has one writer, long writes of one owner come one after the other, with pauses for the others."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from feedback.access.budgets import Busy, Turns
from feedback.access.callers import Caller
from feedback.store import locks
from feedback.submissions import long_writes
from feedback.submissions.long_writes import long_write

EVE, BOB = Caller("key:eve"), Caller("key:bob")


@pytest.fixture(autouse=True)
def on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every write is a long one."""
    monkeypatch.setattr(long_writes, "connection", SimpleNamespace(vendor="sqlite"))
    monkeypatch.setattr(long_writes, "_SHORT_SECONDS", -1)


def test_the_next_write_of_an_owner_begins_after_the_pause_and_another_owners_at_once() -> None:
    order = list[object]()

    def pause(seconds: float) -> None:
        assert seconds >= 0
        order.append("pause")

    def second() -> None:
        with long_write(EVE, lambda _: None):
            order.append("second")

    thread = threading.Thread(target=second)
    with long_write(EVE, pause):
        thread.start()
        with long_write(BOB, lambda _: None):
            order.append("another's")
        order.append("first")
    thread.join()

    assert order == ["another's", "first", "pause", "second"]


def test_a_write_that_waits_too_long_is_refused_and_one_that_fails_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long_writes, "_turns", Turns(patience=0))
    with long_write(EVE, lambda _: None), pytest.raises(Busy, match="other work under way"), long_write(EVE):
        pass
    with pytest.raises(ValueError, match="of a fault"), long_write(EVE):
        raise ValueError("of a fault")

    with long_write(EVE, lambda _: None):
        pass


def test_elsewhere_writes_neither_wait_nor_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_writes, "connection", SimpleNamespace(vendor="postgresql"))
    paused = list[float]()
    with long_write(EVE, paused.append), long_write(EVE, paused.append):
        pass

    assert not paused


@pytest.mark.django_db
def test_no_document_is_read_to_be_locked_where_there_are_no_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "has_select_for_update", False)
    with CaptureQueriesContext(connection) as queries:
        locks.documents(Q(task=None), Q(about=None))

    assert not queries.captured_queries
