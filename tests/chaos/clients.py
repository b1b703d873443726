"""Clients of the service: many at once, or slow, or gone before they are answered."""

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from tests.chaos.work import Json


@dataclass(frozen=True)
class Answer:
    status: int
    address: str
    seconds: float


def post_all(
    url: str, bodies: Sequence[Json | list[Json]], clients: int, format_: str = "html", **headers: str
) -> list[Answer]:
    """POST every body, `clients` of them at a time; the answers in order."""
    with httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_connections=clients)) as client:

        def post(body: Json | list[Json]) -> Answer:
            begun = time.monotonic()
            response = client.post(f"/assignment/{format_}", json=body, headers=headers)
            return Answer(response.status_code, response.headers.get("Location", ""), time.monotonic() - begun)

        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(post, bodies))


def send_raw(port: int, body: bytes, length: int | None = None) -> socket.socket:
    """A connection on which a POST of JSON was sent; with a greater `length` it looks as if more were to come."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = f"Content-Type: application/json\r\nContent-Length: {length or len(body)}"
    sock.sendall(f"POST /assignment/html HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n".encode() + body)
    return sock


def percentile(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
