"""What happens to a body before any view sees it: bounded, not waited for for ever, refused where there is no room."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from feedback.server.body_limits import (
    BodyGuard,
    Message,
    Receive,
    Send,
)

SCOPE = {"type": "http"}


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


def answered(guard: BodyGuard, client: AsyncIterator[Message]) -> tuple[int, dict[bytes, bytes], bytes]:
    """(status, headers, body) that the client gets."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(guard(SCOPE, sent_by(client), send))
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
