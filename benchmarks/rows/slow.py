"""Clients that send half a body and no more: what they cost the others, with our server and with the usual one."""

import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx

from benchmarks import samples, service
from benchmarks.measure import Goal, Row, scaled
from benchmarks.usual import UsualBuild, usual_build
from feedback.events import encode_student
from tests.harness.stack import Stack

_SLOW = 200
_PATIENCE_SECONDS = 10.0
_HALF = (
    b"POST /assignment/html HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b'Content-Length: 2000000\r\n\r\n{"student_id": "slow'
)


def rows() -> Iterator[Row]:
    with service.services() as ours, usual_build() as usual:
        alone, beside = _both(ours, "ours")
        usual_alone, usual_beside = _both(usual, "usual")
    details: dict[str, float | str] = {
        "alone p95 ms": round(alone * 1000, 1),
        "beside p95 ms": round(beside * 1000, 1),
        "usual build: alone p95 ms": round(usual_alone * 1000, 1),
        "usual build: beside p95 ms": f"over {usual_beside * 1000:.0f}"
        if usual_beside >= _PATIENCE_SECONDS
        else round(usual_beside * 1000, 1),
    }
    yield Row(f"others' p95 beside {_SLOW} half-sent bodies", "the same, alone", beside / alone, Goal("≤", 2), details)


def _both(running: Stack | UsualBuild, name: str) -> tuple[float, float]:
    """p95 in seconds of POSTs by one client: alone, and beside the slow ones."""
    alone = _p95(running.url, f"{name} alone")
    with ExitStack() as slow:
        for _ in range(_SLOW):
            connection = socket.create_connection(("127.0.0.1", urlsplit(running.url).port or 80))
            slow.enter_context(connection)
            connection.sendall(_HALF)
        return alone, _p95(running.url, f"{name} beside")


def _p95(url: str, seed: str) -> float:
    """Ends with the first request that is not answered in ten seconds: the others would fare no better."""
    taken: list[float] = []
    with httpx.Client(base_url=url, timeout=_PATIENCE_SECONDS) as client:
        for student in samples.students("exam", scaled(400), seed):
            begun = time.perf_counter()
            try:
                client.post("/assignment/html", content=encode_student(student), headers=_JSON).raise_for_status()
            except httpx.ReadTimeout:
                return _PATIENCE_SECONDS
            taken.append(time.perf_counter() - begun)
    return statistics.quantiles(taken, n=20)[-1]


_JSON = {"Content-Type": "application/json"}
