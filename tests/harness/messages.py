"""What goes over the connection to PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection


def round_trips(log: Path, work: Callable[[], object]) -> int:
    """How often the server is waited for while `work` is done; the connection must have been used before."""
    messages = [line.split("\t") for line in traced(log, work).splitlines()]
    return sum(message[3] in ("Sync", "Query") for message in messages)


def traced(log: Path, work: Callable[[], object]) -> str:
    """All that goes there and comes back while `work` is done, in libpq's words."""
    with log.open("w") as file:
        connection.connection.pgconn.trace(file.fileno())
        work()
        connection.connection.pgconn.untrace()
    return log.read_text()
