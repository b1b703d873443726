"""Clients with persistent connections, a thread each, that send requests as fast as the answers come."""

import http.client
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

Request = tuple[str, str, bytes | None]


class Unexpected(Exception):
    """An answer of another status than the benchmark counts on."""


def send_all(
    url: str,
    requests: Iterable[Request],
    expected: int,
    clients: int = 8,
    headers: Mapping[str, str] | None = None,
) -> list[float]:
    """Send (method, path, body) requests, shared out among the clients; the seconds each took, in no order."""
    waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
    for request in requests:
        waiting.put(request)
    for _ in range(clients):
        waiting.put(None)
    taken: list[float] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            _client(url, waiting.get, expected, headers or {}, taken)
        except BaseException as fault:  # to be raised where it is seen
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return taken


def _client(
    url: str, get: Callable[[], Request | None], expected: int, headers: Mapping[str, str], taken: list[float]
) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        while request := get():
            method, path, body = request
            begun = time.perf_counter()
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status != expected:
                raise Unexpected(f"{method} {path}: {answer.status} {content[:200]!r}")
    finally:
        connection.close()
