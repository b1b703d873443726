"""What everybody else feels while very many reports that are past their time are deleted.

50,000 reports by default, `BENCH_RETENTION_ROWS=1000000` for more. They are in the tables before the service starts;
first it keeps them, then it is started again with a FEEDBACK_RETENTION_DAYS by which all of them are too old.
"""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg

from benchmarks import filling, samples, service
from benchmarks.measure import Goal, Row, scale, scaled
from feedback.events import encode_student
from tests.harness.stack import Stack

ROWS = int(os.environ.get("BENCH_RETENTION_ROWS", "50000"))
_JSON = {"Content-Type": "application/json"}
_GOAL = Goal("≤", 1.5)
_OLD = "SELECT count(*) FROM reports_task WHERE created_at < {}"
_SINGLES, _POLL_SECONDS, _PAUSE_SECONDS = 150, 0.005, 0.1
# At least: where nobody asks for one, a sweep comes every fifteen seconds.
_SECONDS = 40
# As large as a page is where PostgreSQL has compressed it, and as large as it is for SQLite.
_PIECES = {"services": 64, "embedded": 320}


def rows() -> Iterator[Row]:
    with service.services() as running:
        url = running.environment["DATABASE_URL"]

        def ask() -> int:
            with psycopg.connect(url, autocommit=True) as connection:
                found = connection.execute(_OLD.format("now() - interval '100 days'").encode()).fetchone()
            return int(found[0]) if found else 0

        with psycopg.connect(url, autocommit=True) as connection:
            execute = connection.cursor().execute
            filling.postgresql(lambda text, values: execute(text.encode(), values), scaled(ROWS), **_age("services"))
        yield from _row("services", running, ask, lambda: _restarted(running))
    with service.embedded() as running:
        file = running.folder / "home" / "feedback.sqlite3"
        filling.sqlite(file, scaled(ROWS), **_age("embedded"))
        yield from _row("embedded", running, lambda: _left_in(file), lambda: _restarted(running))


def _age(way: str) -> dict[str, int]:
    return {"days": 100, "since": 200, "pieces": _PIECES[way]}


def _left_in(file: Path) -> int:
    with sqlite3.connect(file, timeout=30) as connection:
        [found] = connection.execute(_OLD.format("datetime('now', '-100 days')")).fetchone()
    connection.close()
    return int(found)


def _restarted(running: Stack) -> None:
    """The same service with a retention by which all that was filled in is too old."""
    running.environment["FEEDBACK_RETENTION_DAYS"] = "100"
    for process in list(running.processes.values()):
        process.stop()
        process.environment["FEEDBACK_RETENTION_DAYS"] = "100"
        process.restart()
    next(iter(running.processes.values())).until(running.answers)
    service.warm(running)


def _row(way: str, running: Stack, left: Callable[[], int], retain: Callable[[], None]) -> Iterator[Row]:
    number = left()
    kept = _p95s(running, f"{way} kept", lambda done: done < scaled(_SINGLES))
    retain()
    before, begun = left(), time.monotonic()
    gone = _p95s(
        running, f"{way} going", lambda done: done < scaled(_SINGLES) or time.monotonic() < begun + _SECONDS * scale()
    )
    seconds, after = time.monotonic() - begun, left()
    for what, (quiet, busy) in {name: (kept[name], gone[name]) for name in kept}.items():
        details: dict[str, float | str] = {
            "kept ms": round(1000 * quiet, 1),
            "while they go ms": round(1000 * busy, 1),
            "deleted a second": round((before - after) / seconds, 1),
        }
        what_for = f"{what} while {number:,} old reports are deleted ({way})"
        yield Row(what_for, "while they are kept", busy / quiet, _GOAL, details)


def _p95s(running: Stack, seed: str, more: Callable[[int], bool]) -> dict[str, float]:
    """The 95th percentiles of a POST, of the time to its report, and of reading it again, in seconds."""
    taken: dict[str, list[float]] = {"p95 of a POST": [], "p95 of a single": [], "p95 of a GET": []}
    for done, student in enumerate(samples.students("exam", 100_000, seed, events=68)):
        if not more(done):
            break
        for name, seconds in _one(running.client, encode_student(student)).items():
            taken[name].append(seconds)
        time.sleep(_PAUSE_SECONDS)
    return {name: statistics.quantiles(seconds, n=20)[-1] for name, seconds in taken.items()}


def _one(client: httpx.Client, body: bytes) -> dict[str, float]:
    begun = time.perf_counter()
    answer = client.post("/assignment/html", content=body, headers=_JSON)
    posted = time.perf_counter()
    service.until_done(client, answer.headers["Location"], _POLL_SECONDS)
    made = time.perf_counter()
    client.get(answer.headers["Location"]).raise_for_status()
    return {
        "p95 of a POST": posted - begun,
        "p95 of a single": made - begun,
        "p95 of a GET": time.perf_counter() - made,
    }
