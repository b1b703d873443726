"""Whether an operation costs the same with very many stored reports as with none.

200,000 finished reports by default, `BENCH_FLAT_ROWS=2000000` for more. They are written into the tables as they would
be after a hundred days; the operations run in this process, against PostgreSQL, so that no transport blurs them.
"""

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from benchmarks import filling, service
from benchmarks.measure import Goal, Row, scaled
from feedback.api import health, metrics
from feedback.queue import claims, reaper
from feedback.queue.claims import Share, Work
from feedback.queue.worker import Worker
from feedback.submissions import retention
from tests.harness import stack

ROWS = int(os.environ.get("BENCH_FLAT_ROWS", "200000"))
_TURNS = 21
# A deeper index and a colder cache cost something; reading a whole table would cost a hundred times as much.
_GOAL = Goal("≤", 1.5)
_DAYS = 100
_CLASS, _OLD, _PAGES = 100, 10_000, 250


class _Operation(NamedTuple):
    """What is measured, so many times, each time after what has to be there for it."""

    run: Callable[[], None]
    prepare: Callable[[], None] = lambda: None
    turns: int = _TURNS


class _Operations:
    def __init__(self) -> None:
        self._client = Client()
        self._sent = 0
        self._last = self._class = self._student = ""

    def by_name(self) -> dict[str, _Operation]:
        """In this order: some need what another leaves."""
        return {
            "/health/ready": _Operation(self._ready),
            "/metrics": _Operation(self._metrics),
            "POST of a single": _Operation(self._post),
            "claim of a single": _Operation(self._claim_single),
            "GET of a task": _Operation(lambda: self._get(self._last, 202)),
            "manifest of a single": _Operation(lambda: self._get(f"{self._last}/reports")),
            "claim of a class": _Operation(self._claim_class, self._post_class_once),
            "reaper": _Operation(reaper.sweep),
            "GET of a class report": _Operation(lambda: self._get(self._class), self._finish_all),
            "manifest of a class": _Operation(lambda: self._get(f"{self._class}/reports")),
            "page of a class": _Operation(self._class_page),
            "page Recent": _Operation(lambda: self._get("/submissions"), self._post_pages),
            "erasure of a student": _Operation(self._erase, self._post_to_erase),
            f"retention of {scaled(_OLD):,} reports": _Operation(self._retain, self._fill_old, turns=1),
        }

    def _ready(self) -> None:
        health.working.forget()
        self._get("/health/ready")

    def _metrics(self) -> None:
        metrics.tables.forget()
        self._get("/metrics")

    def _post(self) -> None:
        self._last = self._submit(self._new_student())

    def _new_student(self) -> dict[str, object]:
        self._sent += 1
        self._student = f"flat {self._sent} {time.time_ns()}"
        return {"student_id": self._student, "events": [{"unit": 1, "type": "submission"}]}

    def _submit(self, body: object) -> str:
        answer = self._client.post("/assignment/html", json.dumps(body), content_type="application/json")
        _expect(answer.status_code, 202)
        return answer["Location"]

    def _claim_single(self) -> None:
        """And hand it back, so that the next turn finds it."""
        held = claims.claim(Work(""), Share(1, 1))
        _expect(len(held), 1)
        claims.release(held)

    def _post_class_once(self) -> None:
        if not self._class:
            self._class = self._submit([self._new_student() for _ in range(_CLASS)])

    def _claim_class(self) -> None:
        [class_] = [work for work in claims.waiting() if work.upload]
        held = claims.claim(class_, Share(16, 16))
        _expect(len(held), 16)
        claims.release(held)

    def _finish_all(self) -> None:
        """What was posted is made, by this process."""
        worker = Worker(ring=int)
        while worker.answer():
            pass

    def _get(self, address: str, status: int = 200) -> None:
        _expect(self._client.get(address).status_code, status)

    def _post_pages(self) -> None:
        """As many uploads as the page shows and counts, so that there are not more of them later."""
        while self._sent < _CLASS + _PAGES:
            self._post()

    def _class_page(self) -> None:
        self._get(f"/submissions/{self._class.rpartition('/')[2]}")

    def _post_to_erase(self) -> None:
        self._post()

    def _erase(self) -> None:
        _expect(self._client.delete("/students", query_params={"student_id": self._student}).status_code, 204)

    def _fill_old(self) -> None:
        """Older than all else, and the only ones that are past their time."""
        self._finish_all()
        filling.postgresql(connection.cursor().execute, scaled(_OLD), days=_DAYS, since=2 * _DAYS)

    def _retain(self) -> None:
        with override_settings(FEEDBACK_RETENTION_DAYS=2 * _DAYS - 1):
            _expect(retention.purge(math.inf, sleep=lambda _: None), scaled(_OLD))


def rows() -> Iterator[Row]:
    service.servers_running()
    many = scaled(ROWS)
    with _database_of_its_own(), override_settings(FEEDBACK_AUTH="open", ALLOWED_HOSTS=["*"]):
        empty = _measured(_Operations())
        filling.postgresql(connection.cursor().execute, many, days=_DAYS)
        full = _measured(_Operations())
    for name, before in empty.items():
        details: dict[str, float | str] = {"empty ms": round(before, 2), f"{many:,} ms": round(full[name], 2)}
        yield Row(f"{name} with {many:,} stored reports", "that with none", full[name] / before, _GOAL, details)


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    """This process works on a new database, migrated and empty, that is gone afterwards."""
    before = connection.settings_dict["NAME"]
    with stack.fresh_database() as url:
        _move_to(urlsplit(url).path.removeprefix("/"))
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            _move_to(before)


def _move_to(name: str) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL's connection has one
    connection.settings_dict["NAME"] = name


def _measured(operations: _Operations) -> dict[str, float]:
    """Milliseconds, by the quickest of some turns: a neighbour on the machine only ever lengthens one."""
    return {name: _quickest(operation) for name, operation in operations.by_name().items()}


def _quickest(operation: _Operation) -> float:
    taken = []
    for _ in range(operation.turns):
        operation.prepare()
        begun = time.perf_counter()
        operation.run()
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} instead of {wanted}")
