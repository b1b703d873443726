"""Work on all cores: in order, bounded, and whole even where a job kills its process."""

import os
import signal
import sys
from pathlib import Path

import pytest

from feedback.cli.workers import ProcessDied, Workers
from tests.harness.processes import ROOT, Process
from tests.harness.waiting import until


def square(number: int) -> int:
    """A job; a negative number kills its process, as a fault of native code would."""
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def refuse(_number: int) -> int:
    raise ValueError("no")


def test_results_come_in_the_order_of_the_jobs() -> None:
    with Workers(2) as workers:
        assert list(workers.map(square, range(50))) == [(number, number * number) for number in range(50)]


def test_only_the_jobs_that_kill_their_process_are_given_up() -> None:
    jobs = [*range(10), -1, *range(10, 20), -2, -3, *range(20, 30)]
    with Workers(2) as workers:
        results = list(workers.map(square, jobs))
    assert [job for job, _ in results] == jobs
    assert [job for job, result in results if isinstance(result, ProcessDied)] == [-1, -2, -3]
    assert all(result == job * job for job, result in results if job >= 0)


def test_an_exception_of_the_function_is_raised_to_the_caller() -> None:
    with Workers(1) as workers, pytest.raises(ValueError, match="no"):
        list(workers.map(refuse, [1]))


def test_jobs_are_read_only_a_little_ahead() -> None:
    jobs = iter(range(1000))
    with Workers(2) as workers:
        results = workers.map(square, jobs)
        next(results)
        assert next(jobs) <= 9


PARENT = """
import os, signal
from tests.cli.test_workers import square
from feedback.cli.workers import Workers
if __name__ == "__main__":
    with Workers(2) as workers:
        print(len(list(workers.map(square, range(10)))), len(workers._pool._processes), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    parent = Process("parent", [sys.executable, str(tmp_path / "parent.py")], environment, tmp_path / "log")
    assert parent.wait(60) == -signal.SIGKILL
    assert parent.words().startswith("10 2\n")
    until(lambda: parent.group() == [])
