"""The environment of a test run, complete before Django reads its settings.

pytest-django imports the settings before any conftest, so this is a plugin of its own, named in
`addopts`. It decides only *where* PostgreSQL and Redis will be found; `servers.py` starts them when
the first test needs one, so that the pure rooms are tested without paying for either.
"""

import atexit
import os
import secrets
import signal
import socket

import pytest

# `make test-fast`: the rooms that need no server and no browser, with fewer examples of each property.
FAST = os.environ.get("TEST_FAST") == "true"
# `make fuzz` sets it: much more is drawn, and anew each time.
FUZZ = os.environ.get("FUZZ") == "full"

_OURS = ("FEEDBACK_", "POSTGRES_", "CELERY_", "DJANGO_", "AWS_")
_OURS_BY_NAME = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL")
_OF_THE_TESTS = ("FEEDBACK_TEST_DATA",)


def refuse_when_fast(what: str) -> None:
    """Fail the test that is about to start `what` in the fast lane, where nothing of that kind is started."""
    if FAST:
        pytest.fail(f"{what} is not for the fast lane: move the test to another folder, or mark it (Makefile).")


class Reservation:
    """A free port of 127.0.0.1, kept from everybody else until the server it is meant for has started.

    The socket is bound and never listens: a server that sets SO_REUSEADDR (all of ours do) may take the
    port, while the system offers it to nobody else, and a client meanwhile is refused, as by a dead server.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        atexit.register(self.release)

    def release(self) -> None:
        self._socket.close()


def without_ours(environment: dict[str, str]) -> dict[str, str]:
    """The environment less every variable that this project reads: a test never sees a developer's own database."""
    return {
        name: value
        for name, value in environment.items()
        if name in _OF_THE_TESTS or not (name.startswith(_OURS) or name in _OURS_BY_NAME)
    }


postgres_port = Reservation()
redis_port = Reservation()
postgres_password = secrets.token_hex(16)

given_database_url = os.environ.get("TEST_DATABASE_URL")
given_redis_url = os.environ.get("TEST_REDIS_URL")
database_url = (
    given_database_url or f"postgresql://feedback:{postgres_password}@127.0.0.1:{postgres_port.port}/postgres"
)
# Celery's workers of one test never see another's messages: each stack takes a numbered database from here on.
redis_url = given_redis_url or f"redis://127.0.0.1:{redis_port.port}/0"

# The two modes of the service, and the one that it is broken in: `make chaos AUTH=keys` names it.
MODES = {
    "open": {"FEEDBACK_AUTH": "open", "FEEDBACK_ALLOW_OPEN": "true"},
    "keys": {"FEEDBACK_AUTH": "keys", "FEEDBACK_ALLOW_OPEN": "false"},
}
MODE = os.environ.get("TEST_AUTH", "open")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "feedback.settings",
    "SECRET_KEY": "a key for tests only, which protects nothing at all",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "DATABASE_URL": database_url,
    "CELERY_BROKER_URL": redis_url,
    **MODES["open"],
}

_cleaned = without_ours(dict(os.environ))
os.environ.clear()
os.environ.update(_cleaned, **SETTINGS)

# A run that is told to end (a cancelled CI job) ends like one interrupted by hand: its servers stop with it.
signal.signal(signal.SIGTERM, signal.default_int_handler)
# A shell that runs the suite in the background has it ignore interrupts; the processes it starts must not inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
