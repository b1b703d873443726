"""Clients of the service: many at once, or slow, or gone before they are answered."""

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from tests.harness.stack import Stack
from tests.harness.students import Json


@dataclass(frozen=True)
class Answer:
    status: int
    address: str
    seconds: float


def post_all(
    site: Stack, bodies: Sequence[Json | list[Json]], clients: int, format_: str = "html", **headers: str
) -> list[Answer]:
    """POST every body, `clients` of them at a time; the answers in order."""
    limits = httpx.Limits(max_connections=clients)
    with httpx.Client(base_url=site.url, headers=site.headers, timeout=60, limits=limits) as client:

        def post(body: Json | list[Json]) -> Answer:
            begun = time.monotonic()
            response = client.post(f"/assignment/{format_}", json=body, headers=headers)
            return Answer(response.status_code, response.headers.get("Location", ""), time.monotonic() - begun)

        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(post, bodies))


def send_raw(site: Stack, body: bytes, length: int | None = None) -> socket.socket:
    """A connection on which a POST of JSON was sent; with a greater `length` it looks as if more were to come."""
    sock = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    headers = site.headers | {
        "Host": "127.0.0.1",
        "Content-Type": "application/json",
        "Content-Length": str(length or len(body)),
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    sock.sendall(f"POST /assignment/html HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body)
    return sock


def percentile(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
