"""The usual build as it runs: gunicorn and a Celery worker, on our servers, with tables and queues of their own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import redis

from benchmarks import service
from tests.harness import environment, stack
from tests.harness.processes import ROOT, Process

_CREATE = """
import django
django.setup()
from django.db import connection
from benchmarks.peers.usual.models import UsualReport
with connection.schema_editor() as editor:
    editor.create_model(UsualReport)
"""
_BROKER_DATABASE = 60


@dataclass(frozen=True)
class UsualBuild:
    """Its address, and the environment its processes were started with."""

    url: str
    environment: dict[str, str]


@contextmanager
def usual_build() -> Iterator[UsualBuild]:
    """Two gunicorn processes of four threads, two processes that make reports; warm."""
    service.servers_running()
    broker = f"{environment.redis_url.rpartition('/')[0]}/{_BROKER_DATABASE}"
    with redis.Redis.from_url(broker) as client:
        client.flushdb()
    with service.folder() as here, stack.fresh_database() as database:
        told = {
            **environment.without_ours(dict(os.environ)),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.usual.settings",
            "DATABASE_URL": database,
            "USUAL_DATABASE_URL": database,
            "USUAL_BROKER_URL": broker,
        }
        port = environment.Reservation()
        url = f"http://127.0.0.1:{port.port}"
        program = str(stack.BIN)
        Process("tables", [f"{program}/python", "-c", _CREATE], told, here / "tables.log").wait(60)
        bind = ["--bind", f"127.0.0.1:{port.port}", "--workers", "2", "--threads", "4"]
        gunicorn = [f"{program}/gunicorn", "benchmarks.peers.usual.wsgi", *bind]
        celery = [f"{program}/celery", "-A", "benchmarks.peers.usual.celery", "worker", "--concurrency", "2"]
        running = [
            Process("gunicorn", gunicorn, told, here / "gunicorn.log"),
            Process("celery", celery, told, here / "celery.log"),
        ]
        try:
            _warm(url)
            yield UsualBuild(url, told)
        finally:
            for process in running:
                process.stop()
            port.release()


def _warm(url: str) -> None:
    """Until it answers; the first reports then start its workers' connections."""
    body = {"student_id": "warm", "events": [{"unit": 1}]}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if all(httpx.post(f"{url}/assignment/html", json=body).status_code == 202 for _ in range(40)):
                time.sleep(2)
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the usual build does not answer")
