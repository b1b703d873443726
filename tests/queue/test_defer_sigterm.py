"""SIGTERM waits until what must be done whole is done, but not for ever."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feedback.queue import defer_sigterm


@pytest.fixture(autouse=True)
def _ending() -> Iterator[None]:
    """SIGTERM does here what it does in a worker's process."""

    def end(*_: Any) -> None:
        raise SystemExit

    before = signal.signal(signal.SIGTERM, end)
    yield
    assert signal.getsignal(signal.SIGTERM) is end, "it is as it was"
    signal.signal(signal.SIGTERM, before)


def told_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def amid_it(*steps: Callable[[], object]) -> None:
    with defer_sigterm.postponed():
        for step in steps:
            step()


def test_it_waits_until_the_end_and_is_raised_then() -> None:
    done: list[str] = []
    with pytest.raises(SystemExit):
        amid_it(told_to_end, lambda: done.append("whole"))

    assert done == ["whole"]


def test_nothing_happens_where_nothing_came() -> None:
    amid_it()


def test_the_second_time_it_does_not_wait() -> None:
    with pytest.raises(SystemExit):
        amid_it(told_to_end, told_to_end, lambda: pytest.fail("it went on"))


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defer_sigterm, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(SystemExit):
        amid_it(told_to_end, lambda: time.sleep(10), lambda: pytest.fail("it went on"))


def test_a_fault_amid_it_passes_and_leaves_all_as_it_was() -> None:
    with pytest.raises(ValueError, match="ours"), defer_sigterm.postponed():
        raise ValueError("ours")


def test_in_another_thread_there_is_nothing_to_do() -> None:
    seen: list[str] = []

    def work() -> None:
        amid_it(lambda: seen.append("done"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["done"]
