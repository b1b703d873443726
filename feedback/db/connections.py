"""The two databases this runs on, and how each is connected to."""

import select
import time
from typing import Any

import dj_database_url
import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

# How long after it was handed out a connection is believed to live while its socket is silent.
_FRESH_SECONDS = 30.0


class Connection(psycopg.Connection[Any]):
    """A connection whose pool need not ask the server whether it is still there before it hands it out.

    A server that ends a connection says so, and what it said lies in the socket. Where nothing does, and a moment ago
    there was an answer, the empty statement that a pool asks with would cost a third of a look-up. After a while it is
    asked all the same: whatever stands in between may have forgotten a connection that was silent.
    """

    _fresh_until = 0.0

    def execute(self, query: Any, *arguments: Any, **options: Any) -> psycopg.Cursor[Any]:
        if query != "":
            return super().execute(query, *arguments, **options)
        now = time.monotonic()
        alive = now < self._fresh_until and not self._has_news()
        answer = self.cursor() if alive else super().execute(query, *arguments, **options)
        self._fresh_until = now + _FRESH_SECONDS
        return answer

    def _has_news(self) -> bool:
        socket = select.poll()
        socket.register(self.fileno(), select.POLLIN)
        return bool(socket.poll(0))


# A process that is frozen amid a transaction, or in a queue for a lock, must not hold up the others for ever.
_PATIENCE_OF_POSTGRESQL = "-c idle_in_transaction_session_timeout=15s -c lock_timeout=20s"
# A short `reconnect_timeout`: the pool gives up and is asked anew, where else its pauses would grow with the outage.
_POOL = {"connection_class": Connection, "min_size": 0, "max_size": 16, "timeout": 3, "reconnect_timeout": 2}
_OPTIONS: dict[str, dict[str, Any]] = {
    "django.db.backends.postgresql": {
        "connect_timeout": 3,
        "options": _PATIENCE_OF_POSTGRESQL,
        "pool": _POOL,
    },
    "django.db.backends.sqlite3": {
        # IMMEDIATE: a writer waits for its turn at once instead of failing when it first writes.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # secure_delete: what is erased is overwritten, which only some builds of SQLite do by themselves.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    },
}


def at(url: str) -> dict[str, Any]:
    """The place that `DATABASE_URL` names, as Django wants it. Raises ImproperlyConfigured."""
    try:
        return dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as fault:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood: write postgresql://user:password@host:port/name or sqlite:////file."
        ) from fault


def why_unreachable() -> str | None:
    """Why the database cannot be connected to, in its own words; None where it can.

    The pool tries in the background and says only that it got no connection. The words never hold the password.
    """
    if connection.vendor != "postgresql":
        return None
    parameters = connection.get_connection_params()
    for name in ("pool", "connection_class", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    try:
        psycopg.connect(**parameters).close()
    except psycopg.OperationalError as fault:
        return str(fault).strip().splitlines()[0].rstrip(".")
    return None


# Longer nobody is kept waiting by it: the next sweep tries again.
_CHECKPOINT_MILLISECONDS = 100


def empty_sqlites_log() -> None:
    """Have SQLite write its log into its file and cut it to nothing: what was erased is in it otherwise.

    While somebody reads what was there before, it stays. PostgreSQL does this as its operator has set it up.
    """
    if connection.vendor != "sqlite":
        return
    patience = 1_000 * _OPTIONS["django.db.backends.sqlite3"]["timeout"]
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"PRAGMA busy_timeout={_CHECKPOINT_MILLISECONDS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={patience}")


def connected(place: dict[str, Any]) -> dict[str, Any]:
    """The place with how it is connected to. Raises ImproperlyConfigured for a database this does not run on."""
    engine = place["ENGINE"]
    if engine not in _OPTIONS:
        raise ImproperlyConfigured(f"DATABASE_URL: {engine} is not supported; use PostgreSQL or SQLite.")
    return place | {
        "OPTIONS": place.get("OPTIONS", {}) | _OPTIONS[engine],
        # Connections that did not survive a restart of the database are found out before they are used.
        "CONN_HEALTH_CHECKS": True,
    }


def let_go() -> None:
    """Give this thread's connection back before what takes long and needs none: others wait for one."""
    if not connection.in_atomic_block:
        connection.close()
