"""A guard on what a client can make the server hold before anyone has looked at it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from math import inf
from typing import Any

import structlog

from feedback.access.budgets import Budget, Busy, Held
from feedback.access.middleware import HEADERS
from feedback.api.errors import RETRY_AFTER, envelope
from feedback.server.header_limits import declared
from feedback.server.protocol import KEEP
from feedback.submissions.upload_limits import has_room

log = structlog.stdlib.get_logger(__name__)

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# The owner of what a caller submits; None for somebody unknown, or who may not submit anything.
Knows = Callable[[Scope], Awaitable[str | None]]

# A form, a log-in, a single student: taken from anyone, as it costs hardly more than the request itself.
SMALL_BYTES = 64 << 10
# After this a body must have come at this rate on average, and a small one whole.
GRACE_SECONDS, LEAST_RATE = 30.0, 10_000
WHOLE_SECONDS = 1_800.0

_WITHOUT_BODY = frozenset(("GET", "HEAD", "DELETE", "OPTIONS", "TRACE"))
_NEVER_A_BODY = ("/health/", "/metrics")
_UPLOADS = ("/assignment/", "/submissions/")

STALLED = "The body came too slowly or stopped coming, so the request was given up. Send it again; nothing was stored."
NO_ROOM = "The service has no room to take the body in right now. Nothing was stored; try again shortly."
TOO_LARGE = f"The body is larger than {SMALL_BYTES:,} bytes, which is the most that is taken at this address."
UNEXPECTED = "An unexpected fault. Nothing was lost; the log says more."


class BodyGuard:
    """ASGI middleware around an application that spools a body whole before its first line of code runs.

    What may have a body, and how large, is decided before any of it is read: by the method, the path and, where it is
    larger than SMALL_BYTES or of unknown length, by who sends it (`knows`). A body that is not read is an empty one
    to the application, which says by itself what is wrong with the request.

    A body ends at the first byte over `max_bytes`, so that the view's own count still sees that it is too large and
    says so; one that stops coming for `patience` seconds, or comes slower than LEAST_RATE, is a 408; one that there is
    no room for is a 503. In the envelope, all of them.
    """

    def __init__(
        self,
        application: Application,
        max_bytes: int,
        patience: float = 60,
        knows: Knows | None = None,
        spools: Budget | None = None,
    ) -> None:
        self.application = application
        self.max_bytes = max_bytes
        self.patience = patience
        self._knows = knows or _anyone
        self._spools = spools or Budget("as many bytes of bodies", inf)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._guarded(scope, receive, answer)
        except (OSError, Busy) as fault:
            if answer.begun:
                raise
            if isinstance(fault, OSError):
                log.error("a body could not be taken in", exc_info=fault)
            await answer.give(503, str(fault) if isinstance(fault, Busy) else NO_ROOM, *RETRY_AFTER.items())
        except Exception as fault:
            if answer.begun:
                raise
            log.error("a request could not be handled", exc_info=fault)
            await answer.give(500, UNEXPECTED)

    async def _guarded(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        length, refusal = declared(scope["headers"])
        if refusal is not None:
            await answer.give(*refusal)
        elif length == 0:
            await self.application(scope, receive, answer.send)
        elif scope["method"] in _WITHOUT_BODY or scope["path"].startswith(_NEVER_A_BODY):
            await self.application(scope, _Nothing().receive, answer.send)
        elif scope["path"] == "/" or scope["path"].startswith(_UPLOADS):
            await self._upload(scope, receive, answer, length)
        elif length is not None and length > SMALL_BYTES:
            await answer.give(413, TOO_LARGE)
        else:
            await self._pass_on(scope, _Body(receive, SMALL_BYTES, self.patience, whole_in=GRACE_SECONDS), answer)

    async def _upload(self, scope: Scope, receive: Receive, answer: "_Answer", length: int | None) -> None:
        if length is not None and length <= SMALL_BYTES:
            await self._pass_on(scope, _Body(receive, SMALL_BYTES, self.patience, whole_in=GRACE_SECONDS), answer)
            return
        owner = await self._knows(scope)
        if owner is None:
            await self.application(scope, _Nothing().receive, answer.send)
            return
        if not has_room(length or 0):
            raise OSError(NO_ROOM)
        with ExitStack() as stack:
            held = stack.enter_context(self._spools.held(owner, min(length or 0, self.max_bytes + 1)))
            scope.get(KEEP, lambda: None)()
            body = _Body(receive, self.max_bytes, self.patience, held=held)
            await self._pass_on(scope, body, answer)

    async def _pass_on(self, scope: Scope, body: "_Body", answer: "_Answer") -> None:
        await self.application(scope, body.receive, answer.send)
        if body.stalled and not answer.begun:
            await answer.give(408, STALLED, ("Connection", "close"))
        elif body.too_large and not answer.begun:
            await answer.give(413, TOO_LARGE)


async def _anyone(_scope: Scope) -> str | None:
    return ""


class _Nothing:
    """The messages of a request whose body is not read; that its client leaves is not noticed meanwhile."""

    def __init__(self) -> None:
        self._begun = False

    async def receive(self) -> Message:
        if self._begun:
            await asyncio.Event().wait()
        self._begun = True
        return {"type": "http.request", "body": b"", "more_body": False}


class _Body:
    """The messages of a request, cut after `most` bytes of body, and over once they come too slowly.

    With `whole_in` seconds it is a small one, of which nothing is passed on where it is larger.
    """

    def __init__(
        self, receive: Receive, most: int, patience: float, *, whole_in: float | None = None, held: Held | None = None
    ) -> None:
        self._receive, self._held = receive, held
        self._most, self._left, self._received = most, most + 1, 0
        self._patience, self._whole_in = patience, whole_in
        self._begun = asyncio.get_running_loop().time()
        self._whole = False
        self.stalled = self.too_large = False

    async def receive(self) -> Message:
        try:
            # Once the body is whole, what is waited for is the client going away, which it need not do.
            async with asyncio.timeout_at(None if self._whole else self._deadline()):
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
        self._received += len(kept)
        if self._whole_in is not None and self._left == 0:
            self.too_large = True
            return {"type": "http.disconnect"}
        if self._held is not None and self._received > self._held.amount:
            self._held.add(self._received - self._held.amount)
        more = message.get("more_body", False) and self._left > 0
        self._whole = not more
        return {**message, "body": kept, "more_body": more}

    def _deadline(self) -> float:
        slowest = min(GRACE_SECONDS + self._received / LEAST_RATE, WHOLE_SECONDS)
        whole = self._begun + (slowest if self._whole_in is None else self._whole_in)
        return min(asyncio.get_running_loop().time() + self._patience, whole)


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
        told = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
        private = (*HEADERS.items(), ("X-Content-Type-Options", "nosniff"))
        lines = [(name.lower().encode(), value.encode()) for name, value in (*told, *private, *headers)]
        await self.send({"type": "http.response.start", "status": status, "headers": lines})
        await self.send({"type": "http.response.body", "body": body})
