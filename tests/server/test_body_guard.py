"""What happens to a body before any view sees it: bounded, not waited for for ever, refused where there is no room."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from feedback.access.budgets import Budget
from feedback.server import body_guard
from feedback.server.body_guard import (
    GRACE_SECONDS,
    LEAST_RATE,
    SMALL_BYTES,
    BodyGuard,
    Message,
    Receive,
    Send,
)

CHUNKED = [(b"transfer-encoding", b"chunked")]
SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/assignment/html", "headers": CHUNKED}


def sent_by(client: AsyncIterator[Message]) -> Receive:
    async def receive() -> Message:
        return await anext(client)

    return receive


async def chunks(bodies: Iterable[bytes], then_hang: bool = False) -> AsyncIterator[Message]:
    for body in bodies:
        yield {"type": "http.request", "body": body, "more_body": True}
    if then_hang:
        await asyncio.Event().wait()
    yield {"type": "http.request", "body": b"", "more_body": False}
    await asyncio.Event().wait()


async def spool(_scope: Any, receive: Receive, send: Send) -> None:
    """What Django does with a body: all of it, or nothing when the client is gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def answered(
    guard: BodyGuard, client: AsyncIterator[Message], scope: dict[str, Any] = SCOPE
) -> tuple[int, dict[bytes, bytes], bytes]:
    """(status, headers, body) that the client gets."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(guard(scope, sent_by(client), send))
    start, *bodies = messages
    return start["status"], dict(start["headers"]), b"".join(message["body"] for message in bodies)


def test_a_body_within_the_limit_passes_whole() -> None:
    assert answered(BodyGuard(spool, 6), chunks([b"abc", b"def"])) == (200, {}, b"abcdef")


def test_a_body_beyond_the_limit_ends_one_byte_after_it() -> None:
    assert answered(BodyGuard(spool, 4), chunks([b"abc", b"def", b"ghi"]))[2] == b"abcde"


def test_a_body_that_stops_coming_is_a_408_in_the_envelope() -> None:
    status, headers, body = answered(BodyGuard(spool, 100, patience=0.05), chunks([b"half"], then_hang=True))

    assert status == 408
    assert headers[b"connection"] == b"close"
    assert set(json.loads(body)) == {"error", "details"}


def test_a_client_that_waits_for_its_answer_is_not_hurried() -> None:
    async def slow(scope: Any, receive: Receive, send: Send) -> None:
        await spool(scope, receive, send)
        with pytest.raises(TimeoutError):  # and is not taken for one that went away
            await asyncio.wait_for(receive(), 0.2)

    assert answered(BodyGuard(slow, 100, patience=0.05), chunks([b"whole"]))[0] == 200


def test_a_disk_without_room_is_a_503_that_says_when_to_come_back() -> None:
    async def full(_scope: Any, receive: Receive, _send: Send) -> None:
        await receive()
        raise OSError(errno.ENOSPC, "No space left on device")

    status, headers, body = answered(BodyGuard(full, 100), chunks([b"much"]))

    assert status == 503
    assert int(headers[b"retry-after"]) >= 1
    assert set(json.loads(body)) == {"error", "details"}


def test_a_fault_after_the_answer_began_is_not_answered_twice() -> None:
    async def late(_scope: Any, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise OSError("too late")

    with pytest.raises(OSError, match="too late"):
        answered(BodyGuard(late, 100), chunks([]))


async def unknown(_scope: Any) -> None:
    """What is known of somebody without a key."""


def endless() -> AsyncIterator[Message]:
    """A body that never ends; whoever reads it whole never answers."""
    return chunks(b"x" * 1000 for _ in iter(int, 1))


def sends(method: str, path: str, length: int | None) -> dict[str, Any]:
    headers = CHUNKED if length is None else [(b"content-length", b"%d" % length)]
    return {"type": "http", "method": method, "path": path, "headers": headers}


@pytest.mark.parametrize("length", [1, 100 << 20, None])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/live"),
        ("POST", "/health/accepting"),
        ("GET", "/assignment/html/1"),
        ("HEAD", "/"),
        ("DELETE", "/students"),
        ("POST", "/metrics"),
    ],
)
def test_what_has_no_body_is_answered_without_reading_any(method: str, path: str, length: int | None) -> None:
    assert answered(BodyGuard(spool, 1 << 30), endless(), sends(method, path, length)) == (200, {}, b"")


@pytest.mark.parametrize("length", [SMALL_BYTES + 1, None])
@pytest.mark.parametrize("path", ["/", "/assignment/html", "/assignment/html/x/roster"])
def test_a_large_body_of_somebody_unknown_is_not_read(path: str, length: int | None) -> None:
    guard = BodyGuard(spool, 1 << 30, knows=unknown)
    assert answered(guard, endless(), sends("POST", path, length)) == (200, {}, b"")


@pytest.mark.parametrize("path", ["/login", "/password", "/students/erase", "/no/such", "/admin/login/"])
def test_a_form_is_small(path: str) -> None:
    guard = BodyGuard(spool, 1 << 30)
    for length in (SMALL_BYTES + 1, None):
        status, _, body = answered(guard, endless(), sends("POST", path, length))
        assert status == 413
        assert set(json.loads(body)) == {"error", "details"}
    assert answered(guard, chunks([b"name=a"]), sends("POST", path, 6)) == (200, {}, b"name=a")


def test_a_small_body_is_taken_without_asking_who_sends_it() -> None:
    async def asked(_scope: Any) -> str:
        raise AssertionError

    guard = BodyGuard(spool, 1 << 30, knows=asked)
    assert answered(guard, chunks([b"{}"]), sends("POST", "/assignment/html", 2)) == (200, {}, b"{}")


@pytest.mark.parametrize("length", [SMALL_BYTES * 2, None])
def test_all_bodies_together_have_a_budget(length: int | None) -> None:
    budget = Budget("as many bytes of bodies", SMALL_BYTES * 3)
    guard = BodyGuard(spool, 1 << 30, spools=budget)
    body = b"x" * SMALL_BYTES * 2
    with budget.held("another", SMALL_BYTES * 1.5):
        status, headers, words = answered(guard, chunks([body[:9], body[9:]]), sends("POST", "/assignment/pdf", length))
    assert (status, "try again" in json.loads(words)["error"]) == (503, True)
    assert int(headers[b"retry-after"]) >= 1
    assert answered(guard, chunks([body]), sends("POST", "/assignment/pdf", length))[0] == 200, "all was given back"


def test_a_disk_that_would_be_full_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_guard, "has_room", lambda amount: amount < 1 << 20)
    guard = BodyGuard(spool, 1 << 30)
    assert answered(guard, endless(), sends("POST", "/assignment/pdf", 1 << 21))[0] == 503
    assert answered(guard, chunks([b"x"]), sends("POST", "/assignment/pdf", 1))[0] == 200


@pytest.mark.parametrize("scope", [sends("POST", "/login", 1000), sends("POST", "/assignment/html", None)])
def test_a_body_that_drips_is_a_408(monkeypatch: pytest.MonkeyPatch, scope: dict[str, Any]) -> None:
    monkeypatch.setattr(body_guard, "GRACE_SECONDS", 0.1)

    async def drip() -> AsyncIterator[Message]:
        while True:
            await asyncio.sleep(0.02)
            yield {"type": "http.request", "body": b"x", "more_body": True}

    assert answered(BodyGuard(spool, 1 << 30), drip(), scope)[0] == 408


def test_the_least_rate_lets_the_largest_body_come_over_a_slow_line() -> None:
    assert GRACE_SECONDS + (10 << 20) / LEAST_RATE < body_guard.WHOLE_SECONDS


HEADERS = {
    "content-type": [
        (b'a/b;x="' + b";" * 100, 431),
        (b'a/b;x="' + b";" * 32_000, 431),
        (b"a/b;" + b"x" * 5_000, 431),
        (b'a/b;x="y', 400),
        (b"json", 400),
        (b"a/b;c=\x00", 400),
        (b"application/json", 200),
        (b"application/json; charset=utf-8", 200),
        (b'multipart/form-data; boundary="a b;c"', 200),
        (b"text/csv;", 200),
        (b"", 200),
    ],
    "accept": [(b'a/b;x="' + b";" * 32_000, 431), (b"text/html,*/*;q=0.8", 200)],
    "content-disposition": [(b"x;" * 100, 431)],
    "cookie": [(b'a="' + rb"\1" * 16_000 + b'"', 431), (rb'a="\"b\054 c\""; sessionid=one', 200)],
    "x-other": [(b";" * 10_000, 200)],
}


@pytest.mark.parametrize(
    ("name", "value", "status"), [(name, *case) for name, cases in HEADERS.items() for case in cases]
)
def test_a_header_that_would_be_costly_to_parse_is_refused_before_it_is(name: str, value: bytes, status: int) -> None:
    scope = {"type": "http", "method": "GET", "path": "/health/live", "headers": [(name.encode(), value)]}
    answer, _, body = answered(BodyGuard(spool, 1), chunks([]), scope)
    assert answer == status
    assert status == 200 or set(json.loads(body)) == {"error", "details"}


def test_a_fault_of_the_application_is_answered_in_the_envelope() -> None:
    async def broken(_scope: Any, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    status, headers, body = answered(BodyGuard(broken, 1), chunks([]))
    assert status == 500
    assert set(json.loads(body)) == {"error", "details"}
    assert headers[b"cache-control"] == b"no-store"
