"""A worker without a broker: it looks into the table that it trusts anyway, often, and sweeps by itself."""

import faulthandler
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from feedback.queue.worker import Worker

log = structlog.stdlib.get_logger(__name__)

# How often an idle worker asks SQLite whether another process has committed anything: microseconds each time.
POLL_SECONDS = 0.01
# And how often it looks into the table all the same: work becomes due by the mere passing of time, too.
LOOK_SECONDS = 0.5
# Between two tries where the database or the disk is away; it doubles up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


class Poller:
    """The loop of one worker process. `stop` ends it after the slice of work that is under way."""

    def __init__(
        self, worker: Worker, sweep: Callable[[], object], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`sweep` is called every FEEDBACK_SWEEP_SECONDS; it is for it to know whether another process has swept."""
        self._worker, self._sweep, self._sleep = worker, sweep, sleep
        self._stopping = False
        self._version: object = None
        self._look_at = self._sweep_at = 0.0

    def stop(self) -> None:
        self._stopping = True

    def run(self) -> None:
        """Work until told to stop, or until this process has grown so large that another should take its place."""
        pause = _FIRST_PAUSE
        while not (self._stopping or _has_grown()):
            try:
                self._step()
                pause = _FIRST_PAUSE
            except (OperationalError, InterfaceError, OSError) as fault:
                log.warning("no work is done until this is over", fault=str(fault))
                connection.close()
                self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _step(self) -> None:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + settings.FEEDBACK_SWEEP_SECONDS
            self._sweep()
        elif self._changed() or now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            while self._answer() and not self._stopping:
                pass
        else:
            self._sleep(POLL_SECONDS)

    def _answer(self) -> bool:
        try:
            with _time_limits():
                return self._worker.answer()
        except SoftTimeLimitExceeded:
            return True  # the worker has written it down, and goes on with the rest

    def _changed(self) -> bool:
        """Whether another process has committed since this was asked last."""
        if connection.vendor != "sqlite":
            return False
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            before, self._version = self._version, cursor.fetchone()
        return before != self._version

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < until:
            self._sleep(POLL_SECONDS)


@contextmanager
def _time_limits() -> Iterator[None]:
    """Celery's two: the work is interrupted after the soft one, and after the hard one the process ends.

    The second holds also where a library never returns to Python: a thread of the interpreter's own ends the process.
    """

    def interrupt(*_: object) -> None:
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, settings.CELERY_TASK_SOFT_TIME_LIMIT)
    faulthandler.dump_traceback_later(settings.CELERY_TASK_TIME_LIMIT, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _has_grown() -> bool:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT
    return bool(peak > settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD * 1024)
