"""The worker without a broker: it works, sweeps, outlives faults, and ends when it is told to or has grown."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from pytest_django import Settings
from structlog.testing import capture_logs

from feedback.queue import poller
from feedback.queue.poller import Poller
from feedback.queue.worker import Worker
from feedback.store.models import Document
from tests.harness.environment import without_ours
from tests.harness.in_process import Submit, class_of, student
from tests.harness.processes import ROOT


@pytest.fixture(autouse=True)
def room_to_grow(settings: Settings) -> None:
    """The process of the tests may be larger than a worker may become, at which a poller would end before its work."""
    settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1 << 40


class Scripted(Worker):
    """Does in turn what a test has written down, then has no work."""

    def __init__(self, *steps: Callable[[], bool]) -> None:
        super().__init__(ring=int)
        self.steps = list(steps)

    def answer(self) -> bool:
        return self.steps.pop(0)() if self.steps else False


def until(done: Callable[[], bool], worker: Worker) -> list[float]:
    """Run a poller until `done`; when it swept."""
    swept: list[float] = []
    deadline = time.monotonic() + 30

    def sleep(seconds: float) -> None:
        if done() or time.monotonic() > deadline:
            found.stop()
        time.sleep(seconds)

    found = Poller(worker, lambda: swept.append(time.monotonic()), sleep)
    found.run()
    assert done(), "the poller ended before its work, or found none in 30 s"
    return swept


def test_all_work_is_done_without_a_message(submit: Submit) -> None:
    submit("html", class_of(5))
    submit("pdf", student())
    swept = until(lambda: not Document.objects.exclude(state="SUCCESS").exists(), Worker(ring=int))

    assert len(swept) >= 1


@pytest.mark.django_db
def test_it_sweeps_every_few_seconds(settings: Settings) -> None:
    settings.FEEDBACK_SWEEP_SECONDS = 0.1
    begun = time.monotonic()
    swept = until(lambda: time.monotonic() > begun + 0.5, Scripted())

    assert 2 <= len(swept) <= 6


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError("database is locked"), OSError(28, "No space left on device")])
def test_it_goes_on_after_a_fault_of_database_or_disk(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail() -> bool:
        raise fault

    monkeypatch.setattr(poller, "_FIRST_PAUSE", 0.05)
    worker = Scripted(fail, fail, lambda: False)
    with capture_logs() as logs:
        until(lambda: not worker.steps, worker)

    assert [line["event"] for line in logs] == ["no work is done until this is over"] * 2


@pytest.mark.django_db
def test_work_that_takes_too_long_is_interrupted_and_the_next_is_done(
    settings: Settings,
) -> None:
    settings.CELERY_TASK_SOFT_TIME_LIMIT = 0.1
    interrupted: list[bool] = []

    def endless() -> bool:
        try:
            while True:
                pass
        except SoftTimeLimitExceeded:
            interrupted.append(True)
            raise

    worker = Scripted(endless, lambda: False)
    until(lambda: not worker.steps, worker)

    assert interrupted == [True]


def test_a_process_that_never_returns_to_python_ends_at_the_hard_limit() -> None:
    code = (
        "import django, signal; django.setup()\n"
        "from django.conf import settings; settings.CELERY_TASK_TIME_LIMIT = 0.3\n"
        "from feedback.queue import poller\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "with poller._time_limits(): (10**8) ** (10**8)\n"
    )
    told = without_ours(dict(os.environ)) | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "feedback.settings"}
    told |= {"SECRET_KEY": "for this test", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, check=False, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "Timeout" in done.stderr


def test_a_process_that_has_grown_makes_room_for_another(settings: Settings) -> None:
    settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1 << 10
    Poller(Scripted(), lambda: pytest.fail("it went on")).run()
