"""A ZIP that is sent while it is written: one part at a time in memory, and no connection held in between."""

import io
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import close_old_connections

# An archive is a function of what is in it: no wall clock.
DATE = (2000, 1, 1, 0, 0, 0)


async def at_the_clients_speed(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The parts for a response. Between two of them no connection to the database is held, so a slow client costs none.

    `parts` yields nothing that is empty.
    """
    while part := await sync_to_async(_next)(parts):
        yield part


def _next(parts: Iterator[bytes]) -> bytes:
    try:
        return next(parts, b"")
    finally:
        close_old_connections()


class Sink(io.RawIOBase):
    """Where zipfile writes, and from where the parts are taken; not seekable, so it never goes back."""

    def __init__(self) -> None:
        self._parts = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type] # whatever the buffer protocol offers
        self._parts += view
        return view.nbytes

    def take(self) -> bytes:
        part = bytes(self._parts)
        self._parts.clear()
        return part
