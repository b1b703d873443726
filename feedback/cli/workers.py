"""Work spread over all cores by processes, one of which may die without taking the rest along."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self, TypeVar

from feedback.config import lifeline

Job = TypeVar("Job")
Result = TypeVar("Result")
_JOBS_AHEAD = 4  # for each process: enough to keep it busy, few enough to bound memory


class ProcessDied(Exception):
    """The process that did this job, and nothing else, died of it."""


def cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Functions run over jobs by `processes` processes; functions, jobs and results must be picklable.

    The processes are spawned, not forked: a process that has set a PDF may not be forked (DESIGN), and
    this way it cannot happen whatever the caller did before.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool = _new_pool(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | ProcessDied]]:
        """Each job with its result, in order, reading only a few jobs ahead.

        An exception the function raises is raised here. When a process dies, the jobs that were under way
        are done again, each alone, so that only the one that kills its process is given up.
        """
        ahead: deque[tuple[Job, Future[Any]]] = deque()
        for job in jobs:
            ahead.append((job, self._submit(function, job)))
            if len(ahead) >= self._processes * _JOBS_AHEAD:
                yield _next(function, ahead)
        while ahead:
            yield _next(function, ahead)

    def _submit(self, function: Callable[[Job], Result], job: Job) -> Future[Result]:
        try:
            return self._pool.submit(function, job)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True)
            self._pool = _new_pool(self._processes)
            return self._pool.submit(function, job)


def _next(function: Callable[[Job], Result], ahead: deque[tuple[Job, Future[Any]]]) -> tuple[Job, Result | ProcessDied]:
    job, future = ahead.popleft()
    try:
        return job, future.result()
    except BrokenProcessPool:
        return job, _alone(function, job)


def _alone(function: Callable[[Job], Result], job: Job) -> Result | ProcessDied:
    with _new_pool(1) as pool:
        try:
            return pool.submit(function, job).result()
        except BrokenProcessPool:
            return ProcessDied("the process that made it died; the machine may be short of memory")


def _new_pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_worker)


def _start_worker() -> None:
    # Ctrl-C reaches every process of the terminal; ours are ended by their parent, in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        lifeline.end_with(parent.sentinel)  # the pool's own pipes do not tell
