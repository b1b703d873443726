"""A Celery worker ends in time, and its processes with it."""

import os
import signal
import time
from collections.abc import Callable

import redis

from feedback.celery import UPKEEP, WORK
from tests.harness.processes import Process, freeze
from tests.harness.stack import Stack
from tests.harness.students import student
from tests.harness.waiting import until


def idle_worker(stack: Stack) -> Process:
    worker = stack.processes["worker"]
    worker.until(lambda: "ready." in worker.words())
    with redis.Redis.from_url(stack.environment["CELERY_BROKER_URL"]) as client:
        for _ in range(2):  # a message on its way to the worker is for a moment in neither place
            worker.until(lambda: not client.exists(WORK, UPKEEP, "unacked"))
    return worker


def test_an_idle_worker_stops_quietly(start_services: Callable[..., Stack]) -> None:
    worker = idle_worker(start_services())
    assert worker.stop() == 0
    assert "interrupted" not in worker.words()
    assert "signal 15" not in worker.words()
    assert "is closed" not in worker.words(), "a process uses no connection of the worker's"


def test_a_worker_that_is_stopped_just_as_a_process_begins_its_task_does_not_wait_for_anything_else(
    start_services: Callable[..., Stack],
) -> None:
    stack = start_services()
    worker = idle_worker(stack)
    processes = set(worker.group()) - {worker.pid}
    freeze(*processes)
    address = stack.client.post("/assignment/html", json=student()).headers["Location"]
    with redis.Redis.from_url(stack.environment["CELERY_BROKER_URL"]) as client:
        worker.until(lambda: bool(client.exists("unacked")))
    worker.send(signal.SIGTERM)
    time.sleep(1)  # it has let go of what no process has begun
    for process in processes:
        os.kill(process, signal.SIGCONT)

    assert worker.stop() == 0
    assert "interrupted" not in worker.words()
    worker.restart()
    assert stack.finished(address).status_code == 200


def test_the_processes_of_a_worker_that_is_killed_end_too(start_services: Callable[..., Stack]) -> None:
    worker = idle_worker(start_services())
    assert len(worker.group()) > 1
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    until(lambda: worker.group() == [])
