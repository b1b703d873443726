"""A guard on what a client can make the server hold before anyone has looked at it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from feedback.api.errors import RETRY_AFTER, envelope

log = structlog.stdlib.get_logger(__name__)

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

STALLED = "The body stopped coming, so the request was given up. Send it again, whole; nothing was stored."
NO_ROOM = "The service has no room to take the body in right now. Nothing was stored; try again shortly."


class BodyGuard:
    """ASGI middleware around an application that spools a body whole before its first line of code runs.

    A body ends at the first byte over `max_bytes`, so that the view's own count still sees that it is too
    large and says so; one that stops coming for `patience` seconds is a 408; one that the disk has no room
    for is a 503. In the envelope, all of them.
    """

    def __init__(self, application: Application, max_bytes: int, patience: float = 60) -> None:
        self.application = application
        self.max_bytes = max_bytes
        self.patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        body = _Body(receive, self.max_bytes, self.patience)
        answer = _Answer(send)
        try:
            await self.application(scope, body.receive, answer.send)
        except OSError as fault:
            if answer.begun:
                raise
            log.error("a body could not be taken in", exc_info=fault)
            await answer.give(503, NO_ROOM, *RETRY_AFTER.items())
        if body.stalled and not answer.begun:
            await answer.give(408, STALLED)


class _Body:
    """The messages of a request, cut after `left` bytes of body, and over once they stop coming."""

    def __init__(self, receive: Receive, max_bytes: int, patience: float) -> None:
        self._receive = receive
        self._left = max_bytes + 1
        self._patience = patience
        self._whole = False
        self.stalled = False

    async def receive(self) -> Message:
        try:
            # Once the body is whole, what is waited for is the client going away, which it need not do.
            async with asyncio.timeout(None if self._whole else self._patience):
                message = await self._receive()
                while self._left == 0 and message["type"] == "http.request":
                    message = await self._receive()  # the rest is dropped as it comes; the answer is on its way
        except TimeoutError:
            self.stalled = True
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        kept = message.get("body", b"")[: self._left]
        self._left -= len(kept)
        more = message.get("more_body", False) and self._left > 0
        self._whole = not more
        return {**message, "body": kept, "more_body": more}


class _Answer:
    """The response, which knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def send(self, message: Message) -> None:
        self.begun = True
        await self._send(message)

    async def give(self, status: int, error: str, *headers: tuple[str, str]) -> None:
        body = json.dumps(envelope(error)).encode()
        told = (("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close"))
        lines = [(name.lower().encode(), value.encode()) for name, value in (*told, *headers)]
        await self.send({"type": "http.response.start", "status": status, "headers": lines})
        await self.send({"type": "http.response.body", "body": body})
