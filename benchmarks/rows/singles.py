"""How soon a single student's report is there: on an idle system, and while a class is being set."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator

import httpx

from benchmarks import bare, samples, service
from benchmarks.measure import Goal, Row, scaled
from feedback.contract.formats import Format
from feedback.events import encode_student
from tests.harness.stack import Stack

_JSON = {"Content-Type": "application/json"}
_POLL_SECONDS = 0.005
_GOALS = {"services": 25, "embedded": 50}


def rows() -> Iterator[Row]:
    for name, milliseconds in _GOALS.items():
        with service.WAYS[name]() as running:
            yield _latency(name, running, Goal("≤", milliseconds, "ms"))
    yield _beside_a_class()


def _latency(name: str, running: Stack, goal: Goal) -> Row:
    students = samples.students("exam", scaled(60) + 1, f"latency {name}", events=68)
    warm, *bodies = [encode_student(student) for student in students]
    bare.make(warm, Format.HTML)
    waited, rendered = [], []
    for body in bodies:
        begun = time.perf_counter()
        bare.make(body, Format.HTML)
        rendered.append(time.perf_counter() - begun)
        waited.append(_time_to_report(running.client, body))
    wait, render = statistics.median(waited), statistics.median(rendered)
    details: dict[str, float | str] = {"POST to 200 ms": round(wait * 1000, 1), "bare ms": round(render * 1000, 1)}
    return Row(f"one single on an idle system ({name})", "bare render time", (wait - render) * 1000, goal, details)


def _time_to_report(client: httpx.Client, body: bytes) -> float:
    begun = time.perf_counter()
    answer = client.post("/assignment/html", content=body, headers=_JSON)
    service.until_done(client, answer.headers["Location"], _POLL_SECONDS)
    return time.perf_counter() - begun


def _beside_a_class() -> Row:
    number = scaled(1575)
    with service.services() as running:
        idle, _ = _p95(running, "idle", lambda waited: waited >= scaled(60))
        class_ = samples.as_list(list(samples.students("exam", number, "beside")))
        address = service.post(running, "pdf", class_)
        finished = threading.Event()
        watcher = threading.Thread(target=_watch, args=(running.url, address, finished))
        watcher.start()
        busy, singles = _p95(running, "busy", lambda waited: waited >= 2 and finished.is_set())
        watcher.join()
    details: dict[str, float | str] = {
        "idle p95 ms": round(idle * 1000, 1),
        "beside a class p95 ms": round(busy * 1000, 1),
        "singles": singles,
    }
    what = f"singles' p95 while a class of {number:,} is set in PDF"
    return Row(what, "the same, idle", busy / idle, Goal("≤", 5), details)


def _p95(running: Stack, seed: str, enough: Callable[[int], bool]) -> tuple[float, int]:
    """The 95th percentile of the seconds that singles took until there were enough, and of how many."""
    waited: list[float] = []
    for student in samples.students("exam", 100_000, seed, events=68):
        if enough(len(waited)):
            break
        waited.append(_time_to_report(running.client, encode_student(student)))
        time.sleep(0.05)
    return statistics.quantiles(waited, n=20)[-1], len(waited)


def _watch(url: str, address: str, finished: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        service.until_done(client, address, every=0.5)
    finished.set()
