"""Which databases are taken, and what is said of the others."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import databases


def test_postgresql_keeps_the_options_of_its_address_and_gets_ours() -> None:
    database = databases.connected(databases.at("postgresql://someone@db.invalid/feedback?sslmode=require"))

    assert database["OPTIONS"]["sslmode"] == "require"
    assert "idle_in_transaction_session_timeout" in database["OPTIONS"]["options"]
    assert database["CONN_HEALTH_CHECKS"]


def test_sqlite_writes_to_the_disk_before_it_answers() -> None:
    database = databases.connected(databases.at("sqlite:////somewhere/feedback.sqlite3"))

    assert database["NAME"] == "/somewhere/feedback.sqlite3"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize("url", ["mysql://someone@db.invalid/feedback", "oracle://someone@db.invalid/feedback"])
def test_another_database_is_refused_and_ours_are_named(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"is not supported; use PostgreSQL or SQLite"):
        databases.connected(databases.at(url))


@pytest.mark.parametrize("url", ["db.invalid/feedback", "postgresql//db", "carrier-pigeon://db/feedback"])
def test_an_address_that_is_none_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"write postgresql://user:password@host:port/name") as refusal:
        databases.at(url)
    assert url not in str(refusal.value)
