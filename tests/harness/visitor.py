"""Who asks an ASGI application in the test's own process."""

import asyncio

from feedback.server.body_guard import Message


class Visitor:
    """One request, with this body, from somebody who may leave before the answer: `left.set()`."""

    def __init__(self, body: bytes = b"") -> None:
        self.left = asyncio.Event()
        self.got: list[Message] = []
        self._body, self._begun = body, False

    async def receive(self) -> Message:
        if self._begun:
            await self.left.wait()
            return {"type": "http.disconnect"}
        self._begun = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        self.got.append(message)
