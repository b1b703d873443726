"""Fixtures for every room. A server or a service starts with the first test that names it."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.harness import environment, servers, stack
from tests.harness.browser import browser
from tests.harness.in_process import calling, post, statements, submit

__all__ = ["browser", "calling", "post", "statements", "submit"]

# A busy machine makes an example slow without making it wrong; the suite times nothing.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium")


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
def django_db_modify_db_settings(postgres: str) -> str:
    """pytest-django's own hook: what must have happened before it creates the test database."""
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
        yield _Starter(running, tmp_path, stack.services)


@pytest.fixture
def start_embedded(tmp_path: Path) -> Iterator[Callable[..., stack.Stack]]:
    """Starts `feedback serve` for one test alone."""
    with ExitStack() as running:
        yield _Starter(running, tmp_path, stack.embedded)


class _Starter:
    """Starts stacks, each in a folder of its own, and remembers them so that their logs can be shown."""

    def __init__(
        self, running: ExitStack, folder: Path, how: Callable[..., AbstractContextManager[stack.Stack]]
    ) -> None:
        self._running, self._folder, self._how = running, folder, how
        self.started: list[stack.Stack] = []

    def __call__(self, **settings: str) -> stack.Stack:
        folder = self._folder / f"stack-{len(self.started) + 1}"
        folder.mkdir()
        self.started.append(self._running.enter_context(self._how(folder, **settings)))
        return self.started[-1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the processes of a failed test last said to its report."""
    report = yield
    if report.failed:
        for fixture in getattr(item, "funcargs", {}).values():
            for running in _stacks(fixture):
                report.sections += [(f"log of {name} ({call.when})", words) for name, words in running.words()]
    return report


def _stacks(fixture: Any) -> list[stack.Stack]:
    if isinstance(fixture, _Starter):
        return fixture.started
    return [fixture] if isinstance(fixture, stack.Stack) else []
