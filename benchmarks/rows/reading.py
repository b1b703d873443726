"""Reading what is stored, beside a view that reads nothing: eight clients, as fast as the answers come."""

import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from benchmarks import cost, samples, service
from benchmarks.clients import Request, send_all
from benchmarks.measure import Goal, Row, scaled
from feedback.events import encode_student
from tests.harness.environment import Reservation
from tests.harness.stack import Stack

_COMMAND = ("feedback", "web", "--host", "127.0.0.1", "--port")
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.static_settings"}
_REPORTS, _AT_ONCE, _ROUNDS = 50, 200, 10
_GOAL = Goal("≥", 0.5)


@dataclass
class Web:
    """A web process, and how to be let in."""

    url: str
    pid: int
    headers: Mapping[str, str]


def rows() -> Iterator[Row]:
    with service.services() as running:
        with _web(running, FEEDBACK_AUTH="open") as web:
            yield _row("a stored page", web, "/static-page", "a static page of 20 kB behind the same middleware")
        with _web(running, FEEDBACK_AUTH="keys", FEEDBACK_REQUESTS_PER_MINUTE="10000000") as web:
            against = "the static page, with the key checked and counted"
            yield _row("a stored page with a key, and audited", web, "/static-page-for-callers", against)


@contextmanager
def _web(running: Stack, **settings: str) -> Iterator[Web]:
    """One more web process of the same service, which has the static page as well."""
    before, port = running.environment, Reservation()
    running.environment = before | _SETTINGS | settings
    url = f"http://127.0.0.1:{port.port}"
    key = running.run("python", "manage.py", "apikey", "create", "--name", "reader").split()[-1]
    process = running.start(f"reading {port.port}", *_COMMAND, str(port.port))
    try:
        process.until(lambda: _answers(url))
        yield Web(url, process.pid, {"Authorization": f"Bearer {key}"})
    finally:
        process.stop()
        port.release()
        running.environment = before


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").is_success
    except httpx.TransportError:
        return False


def _row(what: str, web: Web, peer: str, against: str) -> Row:
    with httpx.Client(base_url=web.url, headers=web.headers, timeout=60) as client:
        pages, pdfs = (_stored(client, format_) for format_ in ("html", "pdf"))
        page = client.get(pages[0])
    known = {"If-None-Match": page.headers["ETag"]}
    contestants = {
        "static page": ([peer], {}, 200),
        "page": (pages, {}, 200),
        "PDF": (pdfs, {}, 200),
        "304": ([pages[0]], known, 304),
    }
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    used = dict.fromkeys(contestants, 0.0)
    for _ in range(_ROUNDS):
        for name, (addresses, headers, status) in contestants.items():
            requests = _requests(addresses)
            before = cost.processor_seconds(web.pid)
            taken = send_all(web.url, requests, status, headers={**web.headers, **headers})
            used[name] += cost.processor_seconds(web.pid) - before
            # Each of the clients has one request under way at any time.
            rates[name].append(8 / statistics.mean(taken))
    rate = {name: statistics.median(each) for name, each in rates.items()}
    each = len(_requests(pages)) * _ROUNDS
    return Row(
        f"{what}, read by 8 clients",
        against,
        statistics.median(ours / peer for ours, peer in zip(rates["page"], rates["static page"], strict=True)),
        _GOAL,
        {f"{name}/s": round(value) for name, value in rate.items()}
        | {f"{name} CPU ms": round(value * 1000 / each, 2) for name, value in used.items()}
        | {"CPU of static page / page": round(used["static page"] / used["page"], 2), "bytes": len(page.content)},
    )


def _stored(client: httpx.Client, format_: str) -> list[str]:
    """The addresses of reports that are done."""
    addresses = []
    for student in samples.students("exam", scaled(_REPORTS), "reader"):
        answer = client.post(f"/assignment/{format_}", content=encode_student(student))
        answer.raise_for_status()
        addresses.append(f"/assignment/{format_}/{answer.json()['task_id']}")
    for address in addresses:
        service.until_done(client, f"{address}?wait=30", every=0)
    return addresses


def _requests(addresses: list[str]) -> list[Request]:
    return [("GET", addresses[number % len(addresses)], None) for number in range(scaled(_AT_ONCE))]
