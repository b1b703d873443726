"""HTTP/1.1 on one connection: uvicorn's, with limits on what a client may hold before anyone knows who it is.

httptools knows no limits, and uvicorn sets none for it.
"""

import asyncio
import json
from typing import Any, ClassVar

import structlog
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

log = structlog.stdlib.get_logger(__name__)

# The request line, all headers, and what may follow a body in chunks.
MAX_HEADER_BYTES = 32 << 10
HEADER_SECONDS = 10.0
# How long a client may take nothing of an answer.
WRITE_SECONDS = 30.0
# How long the rest of a body is dropped that nobody will read, so that its sender sees the answer.
LINGER_SECONDS = 5.0
MAX_PIPELINED = 16
_QUIET_SECONDS = 10.0
# In a request's scope: a function to be called once the request is known to be worth its connection, at the latest when
# work on it begins.
KEEP = "feedback.keep"

_TOO_LARGE = f"The headers are larger than {MAX_HEADER_BYTES:,} bytes in all. Send fewer or shorter ones."
_TOO_SLOW = f"The headers did not come within {HEADER_SECONDS:g} seconds. Send the request again."
_NOT_HTTP = "This is not a request of HTTP/1.1, or a header has a character that none may have."
_FULL = "The service has as many connections as it can hold. Try again shortly."


class LimitsPassed(Exception):
    """Raised in a callback of the parser, which stops at it."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, where headers have a size and a deadline, and connections a number.

    Where there are too many connections, the one makes room that has been without a request in work for longest: one
    that waits for its turn behind many of the same caller as well, so that nobody's many keep others out.
    """

    # Of this process: connections of which no request is worked on, the oldest first.
    waiting: ClassVar[dict["GuardedProtocol", None]] = {}
    quiet_until: ClassVar[float] = float("-inf")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self._in_headers, self._whole, self._closed = True, False, False
        self._unaccounted = self._header_bytes = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._wait(HEADER_SECONDS, "headers")
        self.waiting[self] = None
        if len(self.connections) > settings.FEEDBACK_MAX_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.waiting.pop(self, None)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        begin = 0
        while begin < len(data) and not self._closed:
            # No more than headers may be is parsed at once, as long as they have not ended.
            end = begin + MAX_HEADER_BYTES + 1 - self._unaccounted if self._in_headers else len(data)
            piece = data[begin:end]
            self._unaccounted += len(piece)
            super().data_received(piece)
            if self._unaccounted > MAX_HEADER_BYTES:
                self.refuse(431, _TOO_LARGE)
            begin += len(piece)
        if self._in_headers and "headers" not in self._timers and not self._closed and self.cycle_is_over():
            self._wait(HEADER_SECONDS, "headers")

    # What the parser calls

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED:
            raise LimitsPassed
        super().on_message_begin()
        self._in_headers, self._whole, self._header_bytes = True, False, 0
        self.scope[KEEP] = self._keep  # type: ignore[literal-required] # for our own middleware

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        if self._in_headers:  # not those after a body in chunks
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers, self._unaccounted = False, 0
        self._stop("headers")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unaccounted = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole, self._in_headers, self._unaccounted = True, True, 0
        self._stop("linger")
        super().on_message_complete()

    # What uvicorn calls

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._whole:
            self._wait(LINGER_SECONDS, "linger")
        elif not self.pipeline:
            self.waiting[self] = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(WRITE_SECONDS, "write")

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop("write")

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        if self._header_bytes > MAX_HEADER_BYTES:
            self.refuse(431, _TOO_LARGE)
        else:
            self.refuse(400, _NOT_HTTP)

    # Our own

    def cycle_is_over(self) -> bool:
        """Whether nothing is being answered on this connection."""
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's annotation says
        return cycle is None or bool(cycle.response_complete)

    def _waits_for_its_answer(self) -> bool:
        """Whether one whole request came, nothing after it, and nothing was answered to it."""
        cycle: Any = self.cycle
        return self._whole and not self.pipeline and not cycle.response_started

    def refuse(self, status: int, why: str) -> None:
        """Answer in the envelope, unless that would fall amid another answer, and end the connection."""
        if self._closed:
            return
        self._closed = True
        if (self.cycle_is_over() or self._waits_for_its_answer()) and not self.transport.is_closing():
            self.transport.write(_answer(status, why))
        self.transport.close()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            raise LimitsPassed

    def _keep(self) -> None:
        self.waiting.pop(self, None)

    def _make_room(self) -> None:
        oldest = next(iter(self.waiting))
        self._warn()
        oldest.refuse(503, _FULL)
        oldest.waiting.pop(oldest, None)

    def _warn(self) -> None:
        """A line in the log, and not one for each connection."""
        if self.loop.time() >= GuardedProtocol.quiet_until:
            GuardedProtocol.quiet_until = self.loop.time() + _QUIET_SECONDS
            log.warning("too many connections", most=settings.FEEDBACK_MAX_CONNECTIONS)

    def _wait(self, seconds: float, what: str) -> None:
        self._stop(what)
        self._timers[what] = self.loop.call_later(seconds, self._over, what)

    def _stop(self, what: str) -> None:
        if (timer := self._timers.pop(what, None)) is not None:
            timer.cancel()

    def _over(self, what: str) -> None:
        self._timers.pop(what, None)
        if what == "headers" and self._unaccounted:
            self.refuse(408, _TOO_SLOW)
        elif what == "headers":
            self.transport.close()
        else:
            self.transport.abort()


def _answer(status: int, why: str) -> bytes:
    # Only now: uvicorn imports this module before the application, and with it Django, is there.
    from feedback.access.middleware import HEADERS  # noqa: PLC0415
    from feedback.api.errors import RETRY_AFTER, envelope  # noqa: PLC0415

    body = json.dumps(envelope(why)).encode()
    told: dict[str, Any] = {
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "Connection": "close",
        "X-Content-Type-Options": "nosniff",
        **HEADERS,
        **(RETRY_AFTER if status == 503 else {}),
    }
    lines = [f"{name.lower()}: {value}\r\n".encode() for name, value in told.items()]
    return b"".join((STATUS_LINE[status], *lines, b"\r\n", body))
