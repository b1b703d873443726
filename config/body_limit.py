"""A bound on what a client can make the server store before anyone has looked at it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit:
    """ASGI middleware that ends a request body at the first byte over `max_bytes`.

    Django spools a body whole before its first line of code runs. Here the body is cut one byte after
    the limit, so that the view's own count still sees that it is too large and says so in the envelope.
    """

    def __init__(self, application: Application, max_bytes: int) -> None:
        self.application = application
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        left = self.max_bytes + 1

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            while left == 0 and message["type"] == "http.request":
                message = await receive()  # the rest is dropped as it comes; the answer is on its way
            if message["type"] == "http.request" and (body := message.get("body", b"")):
                kept = body[:left]
                left -= len(kept)
                return {**message, "body": kept, "more_body": message.get("more_body", False) and left > 0}
            return message

        await self.application(scope, bounded, send)
