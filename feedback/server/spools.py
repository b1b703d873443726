"""A body at rest before it takes a thread: in memory while it is small, else in a file that has no name."""

import asyncio
import io
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.core.exceptions import RequestAborted

IN_MEMORY_BYTES = 64 << 10
# Writing may wait for the disk, which the event loop must not.
_writers = ThreadPoolExecutor(4, thread_name_prefix="spool")


async def at_rest(receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> IO[bytes]:
    """The whole body, rewound; the caller closes it. Raises RequestAborted where the client goes, and OSError."""
    body: IO[bytes] = io.BytesIO()
    size, more = 0, True
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > IN_MEMORY_BYTES:
                body = await _in_thread(_written, body, chunk)
            else:
                body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


def _written(body: IO[bytes], chunk: bytes) -> IO[bytes]:
    if isinstance(body, io.BytesIO):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.write(body.getvalue())
        body = file
    body.write(chunk)
    return body


async def _in_thread(do: Callable[..., IO[bytes]], *arguments: object) -> IO[bytes]:
    return await asyncio.get_running_loop().run_in_executor(_writers, do, *arguments)
