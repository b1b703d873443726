"""Work that waits for a lock: begun in threads, and waited for by what PostgreSQL says of it, never by a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from tests.harness.waiting import until

Connection = psycopg.Connection[Any]
# The connections that wait for this one, and those that wait for them: of two that want one row, the second waits for
# the first.
_WAITING = """
WITH RECURSIVE waiting (pid) AS (
    SELECT pg_backend_pid()
    UNION
    SELECT activity.pid FROM pg_stat_activity AS activity
    JOIN waiting ON waiting.pid = ANY (pg_blocking_pids(activity.pid))
)
SELECT count(*) - 1 FROM waiting
"""


@contextmanager
def at_work(*works: Callable[[], object]) -> Iterator[list[object]]:
    """A context that begins each of `works` in a thread with a database connection of its own, and ends with the last.

    Yields a list that holds what they returned, in their order, once the context has ended. A fault of one is raised.
    """
    returned: list[object] = []
    with ThreadPoolExecutor(len(works)) as threads:
        begun = [threads.submit(_on_its_own_connection, work) for work in works]
        try:
            yield returned
        finally:
            returned.extend(one.result() for one in begun)


def _on_its_own_connection(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connection.close()


def until_waited_for(holder: Connection, times: int = 1) -> None:
    """Wait until so many other connections wait, directly or in line, for locks of `holder`, which has a transaction.

    Raises TimeoutError.
    """
    until(lambda: _waiting(holder) >= times, f"{times} that wait for the lock")


def _waiting(holder: Connection) -> int:
    holder.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the view does not change else
    [(found,)] = holder.execute(_WAITING).fetchall()
    return int(found)


@contextmanager
def waiting_for(holder: Connection, work: Callable[[], object]) -> Iterator[list[object]]:
    """A context that begins once `work`, as in `at_work`, waits for `holder`, and ends when both are done.

    `holder` is rolled back at its end.
    """
    with at_work(work) as returned:
        try:
            until_waited_for(holder)
            yield returned
        finally:
            holder.rollback()
