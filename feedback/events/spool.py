"""Bringing a body of any size to rest in a bounded amount of memory before anyone looks at it."""

import io
import mmap
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO

from feedback.events.effort import Effort
from feedback.events.faults import InvalidEvents, TooLarge

IN_MEMORY_BYTES = 1 << 20
CHUNK_BYTES = 1 << 18
# A stream in blocks of 64 KiB, as some tools write it, has 8,192 of them in 512 MiB. Each costs some
# work even when it is empty, so an endless row of them may not pass for a small body.
MAX_MEMBERS = 20_000
# Event logs shrink to a twentieth, made-up ones of identical students to a hundred-and-fortieth.
MAX_RATIO = 400
_SMALL_BYTES = 8 << 20
_GZIP_WBITS = 31


def spool(chunks: Iterable[bytes], max_bytes: int) -> IO[bytes]:
    """Chunks gathered into a file object, rewound: in memory while small, on disk beyond 1 MiB.

    Raises TooLarge once more than `max_bytes` have come, without reading on.
    """
    spooled: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise too_large(max_bytes)
            spooled.write(chunk)
    except BaseException:
        spooled.close()
        raise
    spooled.seek(0)
    return spooled


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than {max_bytes:,} bytes (counted after decompression). "
        "Send the class in parts, or raise FEEDBACK_MAX_BODY_BYTES."
    )


def content_of(source: IO[bytes]) -> "bytes | mmap.mmap":
    """All of a rewound body: of a file its pages, which the system reads and drops as needed, instead of a copy."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if size > IN_MEMORY_BYTES:
        try:
            return mmap.mmap(source.fileno(), size, access=mmap.ACCESS_READ)
        except (OSError, AttributeError):  # it is no file
            pass
    return source.read()


def inflate(chunks: Iterable[bytes], effort: Effort | None = None) -> Iterator[bytes]:
    """The content of a gzip stream (RFC 1952, several members allowed), at most `CHUNK_BYTES` at a time.

    A bomb therefore costs a chunk of memory, not its inflated size. Raises InvalidEvents on a stream
    that is damaged, cut short, or of more than `MAX_MEMBERS` members, TooLarge on one that inflates to more
    than `MAX_RATIO` times its size (small ones aside), or that takes more than `effort` allows.
    """
    effort = effort or Effort()
    inflater, members, taken, given = zlib.decompressobj(_GZIP_WBITS), 0, 0, 0
    try:
        for chunk in chunks:
            pending = chunk
            taken += len(chunk)
            while pending:
                effort.spend(1 + (len(pending) >> 10))
                if inflater.eof or not members:
                    inflater, members = zlib.decompressobj(_GZIP_WBITS), members + 1
                    if members > MAX_MEMBERS:
                        raise _refused(f"it is made of more than {MAX_MEMBERS:,} members")
                if piece := inflater.decompress(pending, CHUNK_BYTES):
                    given += len(piece)
                    if given > _SMALL_BYTES + MAX_RATIO * taken:
                        raise _bomb()
                    yield piece
                pending = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    except zlib.error as fault:
        raise _refused(_in_words(fault, members)) from None
    if not inflater.eof:
        raise InvalidEvents("The gzip body is cut short. Send it again, whole.", {"body": ["cut short"]})


def _bomb() -> TooLarge:
    return TooLarge(
        f"The gzip body inflates to more than {MAX_RATIO} times its size, which no event log does. Send it plain.",
        {"body": [f"inflates to more than {MAX_RATIO} times its size"]},
    )


def _in_words(fault: zlib.error, members: int) -> str:
    """What zlib found: its own words name a step of its work, which says nothing to whoever sent the body."""
    if "header" not in str(fault) and "compression method" not in str(fault):
        return "what it holds is damaged"
    return "what follows its end is none" if members > 1 else "it does not begin like gzip"


def _refused(why: str) -> InvalidEvents:
    return InvalidEvents(
        f"The body is not valid gzip: {why}. Compress it again, or send it plain.", {"body": [f"not valid gzip: {why}"]}
    )
