"""Services to measure: ours and the usual build on one durable PostgreSQL and one Redis, started once a run."""

import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg

from benchmarks import samples
from tests.harness import environment, servers, stack

_JSON = {"Content-Type": "application/json"}
_running = ExitStack()


def stop_everything() -> None:
    """At the end of a run."""
    _running.close()
    servers_running.cache_clear()


@functools.cache
def servers_running() -> None:
    """PostgreSQL and Redis, started at the first call."""
    if not environment.given_database_url:
        here = Path(_running.enter_context(tempfile.TemporaryDirectory(prefix="feedback-bench-pg-")))
        port, password = environment.postgres_port, environment.postgres_password
        # As durable as it comes: a commit waits for the disk, in our service and in the usual build alike.
        server = servers.Postgres(here, port, password, fsync="on", full_page_writes="on")
        _running.callback(server.stop)
    if not environment.given_redis_url:
        _running.enter_context(servers.private_redis())


@contextmanager
def folder() -> Iterator[Path]:
    """Where the processes of a service keep their logs."""
    with tempfile.TemporaryDirectory(prefix="feedback-bench-") as name:
        yield Path(name)


@contextmanager
def services(**settings: str) -> Iterator[stack.Stack]:
    """The services way, warm: web, a worker with two processes, beat."""
    with cold_services(**settings) as running:
        warm(running)
        yield running


@contextmanager
def cold_services(**settings: str) -> Iterator[stack.Stack]:
    """The same, before any report."""
    servers_running()
    with folder() as here, stack.services(here, **settings) as running:
        yield running


@contextmanager
def embedded() -> Iterator[stack.Stack]:
    """`feedback serve`, warm."""
    with folder() as here, stack.embedded(here) as running:
        warm(running)
        yield running


WAYS: dict[str, Callable[[], AbstractContextManager[stack.Stack]]] = {"services": services, "embedded": embedded}


def warm(running: stack.Stack) -> None:
    """Let every worker process make a report in each format: compilers and templates are made on first use."""
    for format_ in ("html", "pdf"):
        body = samples.as_list(list(samples.students("exam", 64, f"warm {format_}")))
        finish(running, post(running, format_, body))


def post(running: stack.Stack, format_: str, body: bytes) -> str:
    """Submit; the task's address."""
    answer = running.client.post(f"/assignment/{format_}", content=body, headers=_JSON)
    answer.raise_for_status()
    return answer.headers["Location"]


def finish(running: stack.Stack, address: str, every: float = 0.05, seconds: float = 600) -> httpx.Response:
    """Poll every so often until the task is done; its document."""
    return until_done(running.client, address, every, seconds)


def until_done(client: httpx.Client, address: str, every: float, seconds: float = 600) -> httpx.Response:
    deadline = time.monotonic() + seconds
    while (answer := client.get(address)).status_code == httpx.codes.ACCEPTED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address} is not done after {seconds} s")
        time.sleep(every)
    answer.raise_for_status()
    return answer


def last_stored(running: stack.Stack, address: str) -> float:
    """When the last student's report of a task was stored, as a UNIX time."""
    statement = (
        "SELECT extract(epoch FROM max(finished_at))::float8, count(*) FILTER (WHERE state <> 'SUCCESS') "
        "FROM reports_document WHERE task_id = %s AND kind = 'student'"
    )
    with psycopg.connect(running.environment["DATABASE_URL"]) as connection:
        row = connection.execute(statement, [address.rpartition("/")[2]]).fetchone()
    assert row
    assert row[1] == 0, f"{row[1]} reports failed"
    return float(row[0])


def wait_for(count: Callable[[], int], wanted: int, seconds: float = 300) -> None:
    """Until so many are stored, asked every 10 ms."""
    deadline = time.monotonic() + seconds
    while count() < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {count()} of {wanted} were stored in {seconds} s")
        time.sleep(0.01)
