"""Fixtures for every room. A server or a service starts with the first test that names it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import settings

from tests.harness import environment, servers, stack
from tests.harness.browser import browser
from tests.harness.failures import Starter, pytest_runtest_makereport
from tests.harness.in_process import calling, one_window, post, statements, submit

__all__ = ["browser", "calling", "one_window", "post", "pytest_runtest_makereport", "statements", "submit"]

# A busy machine makes an example slow without making it wrong; the suite times nothing.
# The suite draws the same examples each time: it fails for a change, not by chance. `make fuzz` looks further.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("fast", deadline=None, derandomize=True, max_examples=10)
settings.register_profile("fuzz", deadline=None, max_examples=1_000)
settings.load_profile("fast" if environment.FAST else "fuzz" if environment.FUZZ else "suite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium")
    config.addinivalue_line("markers", "slow: takes several seconds without a server; left out of `make test-fast`")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running PostgreSQL where databases may be created."""
    with nullcontext() if environment.given_database_url else servers.private_postgres():
        yield environment.database_url


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The URL of a running Redis. Its database, and the numbered ones after it, may be emptied."""
    with nullcontext() if environment.given_redis_url else servers.private_redis():
        yield environment.redis_url


@pytest.fixture(scope="session")
def objects() -> Iterator[servers.Seaweed]:
    """A running object store. A test that fills it empties it."""
    with servers.private_objects() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: str) -> str:
    """pytest-django's own hook: what must have happened before it creates the test database.

    A test is a transaction, which is idle for as long as the test does something else: on a slow machine that is
    longer than the service's own transactions may be.
    """
    options = connections.settings["default"]["OPTIONS"]
    options["options"] += " -c idle_in_transaction_session_timeout=10min"  # the last one counts
    return postgres


@pytest.fixture(scope="session")
def service(postgres: str, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    """The services stack, shared by the tests that leave it as they found it."""
    assert postgres
    assert broker
    with stack.services(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def service_with_keys(postgres: str, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    """The same where FEEDBACK_AUTH is `keys`; the stack's own client has one."""
    assert postgres
    assert broker
    with stack.services(tmp_path_factory.mktemp("closed"), **environment.MODES["keys"]) as running:
        yield running


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    """`feedback serve`, shared by the tests that leave it as they found it."""
    with stack.embedded(tmp_path_factory.mktemp("embedded")) as running:
        yield running


@pytest.fixture
def start_services(postgres: str, broker: str, tmp_path: Path) -> Iterator[Callable[..., stack.Stack]]:
    """Starts services stacks for one test alone, to be broken: `start_services(FEEDBACK_LEASE_SECONDS="2")`."""
    assert postgres
    assert broker
    with ExitStack() as running:
        yield Starter(running, tmp_path, stack.services)


@pytest.fixture
def start_embedded(tmp_path: Path) -> Iterator[Callable[..., stack.Stack]]:
    """Starts `feedback serve` for one test alone."""
    with ExitStack() as running:
        yield Starter(running, tmp_path, stack.embedded)
