"""What goes over the connection to PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection


def round_trips(log: Path, work: Callable[[], object]) -> int:
    """How often the server is waited for while `work` is done; the connection must have been used before."""
    with log.open("w") as file:
        connection.connection.pgconn.trace(file.fileno())
        work()
        connection.connection.pgconn.untrace()
    messages = [line.split("\t") for line in log.read_text().splitlines()]
    return sum(message[3] in ("Sync", "Query") for message in messages)
