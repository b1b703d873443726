"""What a Celery worker does beside its tasks: it ends in time, and its processes never outlive it.

SIGTERM lets the tasks under way finish. What has not finished after `FEEDBACK_STOP_SECONDS` is interrupted
and released, so that an orderly stop costs a report neither an attempt nor the rest of its lease.
"""

import os
import sys
import threading
from contextlib import suppress
from typing import Any

import structlog
from billiard import active_children
from billiard import pool as billiard_pool
from billiard.util import set_pdeathsig  # type: ignore[attr-defined] # its stubs lack it
from celery import bootsteps
from celery.signals import (
    task_postrun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from django.db import close_old_connections

from feedback.celery import app
from feedback.config import lifeline, tracing
from feedback.queue import doorbell
from feedback.rendering import missing_scripts

log = structlog.stdlib.get_logger(__name__)


_TENTHS_OF_A_SECOND = 10
# Of the worker itself; the processes of its pool inherit it.
_lifeline = (-1, -1)


@worker_init.connect
def hold_the_lifeline(**_: Any) -> None:
    global _lifeline  # noqa: PLW0603 - Celery's signals know no other state than the module's
    _lifeline = os.pipe()


@worker_init.connect
def name_missing_scripts(**_: Any) -> None:
    """Say at the start, from the fonts' tables alone, whose names this machine cannot set in a PDF."""
    if missing := missing_scripts():
        log.warning("scripts without a font: their characters appear as code points in a PDF", scripts=missing)


class LookAfterWork(bootsteps.StartStopStep):
    """Each time a worker has found its broker: look for work at once, and sweep where no sweep comes from beat.

    So a worker that starts finds what waits although nobody rings, and the loss of beat and of another worker at the
    same time leaves nothing undone.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)
    _timer: Any = None

    def start(self, parent: Any) -> None:
        doorbell.ring()
        doorbell.ask_for_sweep()
        self._timer = parent.timer.call_repeatedly(4 * settings.FEEDBACK_SWEEP_SECONDS, doorbell.ask_for_sweep)

    def stop(self, parent: Any) -> None:  # noqa: ARG002 - the signature is the base's
        if self._timer is not None:
            self._timer.cancel()


app.steps["consumer"].add(LookAfterWork)


@worker_shutting_down.connect
def interrupt_in_time(**_: Any) -> None:
    timer = threading.Timer(settings.FEEDBACK_STOP_SECONDS, _interrupt_children)
    timer.daemon = True
    timer.start()


def _interrupt_children() -> None:
    for child in active_children():
        log.warning("a process is interrupted: it has not finished in time", process=child.pid)
        with suppress(ProcessLookupError):
            child.terminate()


@worker_process_init.connect
def end_with_parent(**_: Any) -> None:
    """A worker that is killed takes its processes along: they are told to end, and hand back what they hold."""
    if sys.platform == "linux":
        set_pdeathsig(0)  # Celery's is SIGKILL, which leaves no time to hand anything back
    reading, writing = _lifeline
    os.close(writing)  # this process's copy
    lifeline.end_with(reading)


@worker_process_shutdown.connect
def send_traces(**_: Any) -> None:
    tracing.flush()


@worker_process_init.connect
def end_though_unheard(**_: Any) -> None:
    """A process that ends waits until the worker has heard what became of its last task: half a minute, as it comes.

    A worker that is told to stop before it has heard that a task began lets go of it, and listens no more. Its message
    is delivered again, which does no harm.
    """
    billiard_pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = _TENTHS_OF_A_SECOND


@task_postrun.connect
def give_connections_back(**_: Any) -> None:
    """To the pool, as a request does at its end; one that has failed is closed, and the next task gets another."""
    close_old_connections()
