"""A failed test shows what the processes that it started last said."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.harness import stack


class Starter:
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
    if isinstance(fixture, Starter):
        return fixture.started
    return [fixture] if isinstance(fixture, stack.Stack) else []
