"""The attacks of the review of 2026: what one caller or stranger sends costs nobody else anything.

In full they run by `make hostile`, which also holds the promise to the others: p95 of their requests at most twice.
"""

import contextlib
import gzip
import itertools
import os
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from tests.harness.in_process import class_of
from tests.hostile.table import FULL, note
from tests.hostile.target import MEBIBYTE, Target, Watch

Attack = Callable[[Target], Counter[str]]
SECONDS = 10.0 if FULL else 1.5
# A loaded machine makes an honest p95 of 10 ms into one of 30 by itself; below this nobody feels a thing.
UNNOTICED_SECONDS = 0.05


def under(target: Target, name: str, sent: str, attack: Attack) -> tuple[Counter[str], Watch, int]:
    """Run an attack while the honest caller works: (what it was answered, what was felt, memory before it)."""
    with target.watched() as alone:
        time.sleep(SECONDS / 2)
    idle, begun = target.memory(), time.monotonic()
    with target.watched() as beside:
        answered = attack(target)
        time.sleep(max(0.0, SECONDS / 2 - (time.monotonic() - begun)))  # a p95 needs a number of requests
    note(
        name,
        sent,
        ", ".join(f"{number} × {what}" for what, number in answered.most_common()),
        alone,
        beside,
        idle,
        time.monotonic() - begun,
    )
    assert beside.felt.refused == [], "honest requests were refused"
    if FULL:
        assert beside.felt.p95 <= max(2 * alone.felt.p95, UNNOTICED_SECONDS)
    return answered, beside, idle


def at_once(number: int, do: Callable[[int], str]) -> Counter[str]:
    """What so many threads got."""
    got: Counter[str] = Counter()

    def run(index: int) -> None:
        _leave_the_processor_to_others()
        try:
            what = do(index)
        except (OSError, httpx.TransportError):
            what = "cut off"
        got[what] += 1

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def _leave_the_processor_to_others() -> None:
    """An attacker computes on a machine of its own; here it shares the processors of the service under attack."""
    if sys.platform == "linux":  # where a priority is a thread's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def connected(target: Target, head: str, *headers: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", target.stack.port), timeout=60)
    lines = [head, "Host: 127.0.0.1", *headers, "", ""]
    try:
        sock.sendall("\r\n".join(lines).encode())
    except OSError:
        sock.close()
        raise
    return sock


def test_headers_that_are_costly_to_parse(target: Target) -> None:
    value, cookie = 'a/b;x="' + ";" * 7_900, 'a="' + "\\1" * 4_000 + '"'

    def ask(_: int) -> str:
        until, statuses = time.monotonic() + SECONDS, set()
        while time.monotonic() < until:
            for header in (f"Content-Type: {value}", f"Accept: {value}", f"Cookie: {cookie}"):
                with connected(target, "GET /tasks HTTP/1.1", header) as sock:
                    statuses.add(sock.recv(12).split()[1].decode())
            time.sleep(0.2)
        return "+".join(sorted(statuses))

    answered, _, _ = under(target, "costly headers", "40 connections, 8 KB each", lambda _: at_once(40, ask))
    assert set(answered) == {"431"}
    assert target.honest.get("/health/live", headers={"Content-Type": "a/b; x*=nosuch'en'a"}).status_code == 400


def test_headers_without_end(target: Target) -> None:
    # More than the kernel keeps of a connection, up to 36 MiB: else all is sent before anyone has read it.
    headers = b"GET /health/live HTTP/1.1\r\nX-A: " + b"a" * (64 * MEBIBYTE)

    def ask(_: int) -> str:
        with (
            socket.create_connection(("127.0.0.1", target.stack.port), timeout=60) as sock,
            contextlib.suppress(OSError),
        ):
            sock.sendall(headers)
            return "taken"
        return "cut off"

    sent = "8 unfinished headers of 64 MiB"
    answered, felt, idle = under(target, "headers without end", sent, lambda _: at_once(8, ask))
    assert set(answered) == {"cut off"}
    assert felt.most_memory - idle < 64 * MEBIBYTE


def test_connections_that_say_nothing(target: Target) -> None:
    number = 1_500 if FULL else 100

    def ask(target: Target) -> Counter[str]:
        with contextlib.ExitStack() as stack:
            socks = [
                stack.enter_context(socket.create_connection(("127.0.0.1", target.stack.port))) for _ in range(number)
            ]
            for sock in socks[::2]:
                sock.sendall(b"GET / HTT")
            time.sleep(12)
            for sock in socks:
                sock.setblocking(False)
            return Counter(map(_state, socks))

    answered, _, _ = under(target, "silent connections", f"{number}", ask)
    assert set(answered) <= {"closed", "408"}


def _state(sock: socket.socket) -> str:
    try:
        got = sock.recv(64)
    except BlockingIOError:
        return "open"
    except OSError:
        return "closed"
    return got.split()[1].decode() if got else "closed"


def test_bodies_of_strangers(target: Target) -> None:
    requests = ["POST /assignment/html", "GET /health/live", "POST /login", "PUT /no/such"]
    megabytes = 100 if FULL else 8

    def ask(index: int) -> str:
        sock = connected(target, f"{requests[index % 4]} HTTP/1.1", f"Content-Length: {megabytes * MEBIBYTE}")
        got = status_of_flood(sock, megabytes)
        return f"{requests[index % 4]} {got}"

    sent = f"8 × {megabytes} MB without a key"
    answered, felt, _ = under(target, "bodies of strangers", sent, lambda _: at_once(8, ask))
    assert felt.most_spooled == 0, "nothing of a stranger comes to rest"
    assert set(answered) == {"POST /assignment/html 401", "GET /health/live 200", "POST /login 413", "PUT /no/such 413"}


def status_of_flood(sock: socket.socket, megabytes: int) -> str:
    """The status that comes however much is still to be sent."""
    with sock:
        got = sock.recv(12).split()[1].decode()
        flood(sock, megabytes)
    return got


def flood(sock: socket.socket, megabytes: int) -> None:
    with contextlib.suppress(OSError):
        for _ in range(megabytes):
            sock.sendall(bytes(MEBIBYTE))


CSV = b"student_id,unit,type\n" + b"a,,\n" * 2_500_000
HOSTILE: dict[str, tuple[str, bytes]] = {
    "rows for nothing": ("text/csv", gzip.compress(CSV, 9)),
    "half a million columns": ("text/csv", gzip.compress(b"student_id,unit" + b",c" * 500_000 + b"\na,1" * 9, 9)),
    "ignored objects": (
        "application/x-ndjson",
        gzip.compress((b'{"student_id":"a","x":[' + b"{}," * 2_000 + b"{}]}\n") * 2_000, 9),
    ),
    "students of nothing": ("application/json", gzip.compress(b"[" + b"{}," * (16 * MEBIBYTE), 9)),
    "blanks": ("application/json", gzip.compress(b" " * (500 * MEBIBYTE if FULL else 40 * MEBIBYTE), 9)),
}


def posting(target: Target, media_type: str, body: bytes) -> Callable[[int], str]:
    headers = {"Content-Type": media_type, "Content-Encoding": "gzip"}

    def post(_: int) -> str:
        with target.client("attacker") as client:
            return str(client.post("/assignment/html", content=body, headers=headers).status_code)

    return post


@pytest.mark.parametrize("name", HOSTILE)
def test_small_bodies_that_are_long_to_read(target: Target, name: str) -> None:
    media_type, body = HOSTILE[name]
    number = 66 if FULL and name == "rows for nothing" else 4
    sent = f"{number} × {len(body) / 1000:.0f} KB, gzip"
    answered, felt, idle = under(target, name, sent, lambda _: at_once(number, posting(target, media_type, body)))
    assert set(answered) <= {"400", "413", "503"}
    assert answered["400"] + answered["413"] >= 1
    assert felt.most_memory - idle < 300 * MEBIBYTE


def test_bodies_of_blanks(target: Target) -> None:
    megabytes = 400 if FULL else 40

    def ask(_: int) -> str:
        with target.client("attacker") as client:
            blanks = itertools.repeat(b" " * MEBIBYTE, megabytes)
            answer = client.post("/assignment/html", content=blanks, headers={"Content-Type": "application/json"})
            return str(answer.status_code)

    sent = f"6 × {megabytes} MB"
    answered, felt, idle = under(target, "bodies of blanks", sent, lambda _: at_once(6, ask))
    assert set(answered) <= {"400", "413", "503", "cut off"}
    assert felt.most_memory - idle < 600 * MEBIBYTE


def test_passwords_in_parallel(target: Target) -> None:
    with httpx.Client(base_url=target.stack.url) as browser:
        page = browser.get("/login")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        cookie = f"csrftoken={browser.cookies['csrftoken']}"

    def ask(index: int) -> str:
        form = {"username": f"nobody-{index}", "password": "x", "csrfmiddlewaretoken": token}
        with httpx.Client(base_url=target.stack.url, timeout=60, headers={"Cookie": cookie}) as client:
            return str(client.post("/login", data=form).status_code)

    number = 150 if FULL else 20
    answered, _, _ = under(target, "log-ins", f"{number} at once, made-up names", lambda _: at_once(number, ask))
    assert set(answered) <= {"200", "429", "503"}


def test_readers_that_take_nothing(target: Target) -> None:
    size = 3_000 if FULL else 300
    address = target.attacker.post("/assignment/html", json=class_of(size)).headers["Location"]
    key = f"Authorization: Bearer {target.keys['attacker']}"
    until = time.monotonic() + 600
    while target.attacker.get(address).status_code == 202 and time.monotonic() < until:
        time.sleep(0.5)

    def ask(target: Target) -> Counter[str]:
        with contextlib.ExitStack() as stack:
            got: Counter[str] = Counter()
            for tail in ("/archive.zip", "/reports", ""):
                socks = [connected(target, f"GET {address}{tail} HTTP/1.1", key) for _ in range(60 if FULL else 12)]
                for sock in socks:
                    stack.enter_context(sock)
                    got[sock.recv(12).split()[1].decode()] += 1
            time.sleep(SECONDS)
            return got

    answered, felt, idle = under(target, "readers that take nothing", f"class of {size:,}", ask)
    assert set(answered) == {"200", "503"}
    assert felt.most_memory - idle < 600 * MEBIBYTE
