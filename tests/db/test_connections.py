"""Which databases are taken, and what is said of the others."""

from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg_pool import ConnectionPool

from feedback.db import connections


def test_postgresql_keeps_the_options_of_its_address_and_gets_ours() -> None:
    database = connections.connected(connections.at("postgresql://someone@db.invalid/feedback?sslmode=require"))

    assert database["OPTIONS"]["sslmode"] == "require"
    assert "idle_in_transaction_session_timeout" in database["OPTIONS"]["options"]
    assert database["CONN_HEALTH_CHECKS"]


def test_a_connection_is_handed_out_without_a_round_trip_and_never_once_it_has_ended(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        (tmp_path / "messages").open("w") as messages,
        psycopg.connect(postgres, autocommit=True) as other,
        pool_of_one(postgres) as pool,
    ):
        connection = pool.getconn()
        assert isinstance(connection, connections.Connection)
        pool.putconn(connection)
        assert pool.getconn() is connection, "the first time it was asked"
        connection.pgconn.trace(messages.fileno())
        for _ in range(3):
            pool.putconn(connection)
            assert pool.getconn() is connection
        assert (tmp_path / "messages").read_text() == ""

        monkeypatch.setattr(connections, "_FRESH_SECONDS", -1)
        for _ in range(2):  # after a while it is asked again
            pool.putconn(connection)
            assert pool.getconn() is connection
        connection.pgconn.untrace()
        assert "Query" in (tmp_path / "messages").read_text()
        monkeypatch.undo()

        pool.putconn(connection)
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pool.connection() as another:
            assert another is not connection
            another.execute("SELECT 1")


def pool_of_one(url: str) -> "ConnectionPool[connections.Connection]":
    """As Django makes it of our settings."""
    ours = connections.connected(connections.at(url))["OPTIONS"]["pool"] | {"max_size": 1}
    return ConnectionPool(url, kwargs={"autocommit": True}, check=ConnectionPool.check_connection, **ours)


def test_sqlite_writes_to_the_disk_before_it_answers() -> None:
    database = connections.connected(connections.at("sqlite:////somewhere/feedback.sqlite3"))

    assert database["NAME"] == "/somewhere/feedback.sqlite3"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize("url", ["mysql://someone@db.invalid/feedback", "oracle://someone@db.invalid/feedback"])
def test_another_database_is_refused_and_ours_are_named(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"is not supported; use PostgreSQL or SQLite"):
        connections.connected(connections.at(url))


@pytest.mark.parametrize("url", ["db.invalid/feedback", "postgresql//db", "carrier-pigeon://db/feedback"])
def test_an_address_that_is_none_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"write postgresql://user:password@host:port/name") as refusal:
        connections.at(url)
    assert url not in str(refusal.value)
