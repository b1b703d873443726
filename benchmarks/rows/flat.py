"""Whether an operation costs the same with very many stored reports as with none.

200,000 finished reports by default, `BENCH_FLAT_ROWS=2000000` for more. They are written into the tables as they would
be after a hundred days; the operations run in this process, against PostgreSQL, so that no transport blurs them.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from benchmarks import service
from benchmarks.measure import Goal, Row, scaled
from feedback.api import health, metrics
from feedback.queue import claims
from feedback.queue.claims import Share, Work
from tests.harness import stack

ROWS = int(os.environ.get("BENCH_FLAT_ROWS", "200000"))
_PIECE = 50_000
_TURNS = 21
# A deeper index and a colder cache cost something; reading a whole table would cost a hundred times as much.
_GOAL = Goal("≤", 2)
_FILL = """
WITH numbers AS (
    SELECT n, gen_random_uuid() AS upload, gen_random_uuid() AS task, gen_random_uuid() AS student,
           now() - random() * interval '100 days' AS made_at
      FROM generate_series(%(first)s::int, %(last)s::int) AS n),
uploads AS (
    INSERT INTO reports_upload (id, owner, options, identity, student_id, namespace, is_class, students, created_at)
    SELECT upload, '', '{"tz": "UTC", "session_gap_minutes": 10.0}', sha256(('flat upload ' || n)::bytea), 's' || n,
           'course', false, 1, made_at FROM numbers),
tasks AS (
    INSERT INTO reports_task (id, upload_id, format, identity, created_at, request_id)
    SELECT task, upload, 'html', sha256(('flat task ' || n)::bytea), made_at, '' FROM numbers),
students AS (
    INSERT INTO reports_student (id, upload_id, position, student_id, namespace, payload, findings, revision)
    SELECT student, upload, 0, 's' || n, 'course', decode(repeat('00', 200), 'hex'), decode(repeat('00', 300), 'hex'), 1
      FROM numbers)
INSERT INTO reports_document (id, task_id, about_id, kind, position, state, attempts, fence, due_at, lease_expiries,
                              error, filename, media_type, body, sha256, render_seconds, finished_at)
SELECT gen_random_uuid(), task, student, 'student', 0, 'SUCCESS', 1, 1, made_at, 0, '', 'report.html', 'text/html',
       decode(repeat('00', 300), 'hex'), encode(sha256(('flat body ' || n)::bytea), 'hex'), 0.01, made_at
  FROM numbers
"""


class _Operations:
    """What is measured, by its name; each call is one operation, prepared beforehand where that costs."""

    def __init__(self) -> None:
        self._client = Client()
        self._sent = 0
        self._last = ""

    def by_name(self) -> dict[str, Callable[[], None]]:
        return {
            "/health/ready": self._ready,
            "/metrics": self._metrics,
            "POST of a single": self._post,
            "claim": self._claim,
            "GET of a task": lambda: self._get(""),
            "manifest": lambda: self._get("/reports"),
        }

    def _ready(self) -> None:
        health.working.forget()
        _expect(self._client.get("/health/ready").status_code, 200)

    def _metrics(self) -> None:
        metrics.tables.forget()
        _expect(self._client.get("/metrics").status_code, 200)

    def _post(self) -> None:
        self._sent += 1
        body = {"student_id": f"flat {self._sent} {time.time_ns()}", "events": [{"unit": 1, "type": "submission"}]}
        answer = self._client.post("/assignment/html", json.dumps(body), content_type="application/json")
        _expect(answer.status_code, 202)
        self._last = answer["Location"]

    def _claim(self) -> None:
        """And hand it back, so that the next turn finds it."""
        held = claims.claim(Work(""), Share(1, 1))
        _expect(len(held), 1)
        claims.release(held)

    def _get(self, what: str) -> None:
        _expect(self._client.get(self._last + what).status_code, 200 if what else 202)


def rows() -> Iterator[Row]:
    service.servers_running()
    many = scaled(ROWS)
    with _database_of_its_own(), override_settings(FEEDBACK_AUTH="open", ALLOWED_HOSTS=["*"]):
        empty = _measured(_Operations())
        _fill(many)
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


def _quickest(operation: Callable[[], None]) -> float:
    taken = []
    for _ in range(_TURNS):
        begun = time.perf_counter()
        operation()
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def _fill(number: int) -> None:
    with connection.cursor() as cursor:
        for first in range(0, number, _PIECE):
            cursor.execute(_FILL, {"first": first, "last": min(first + _PIECE, number) - 1})
        cursor.execute("VACUUM ANALYZE reports_upload, reports_task, reports_student, reports_document")


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} instead of {wanted}")
