"""What is submitted, whatever it is given as: bytes that can be sent again where the network fails."""

import io
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
_BY_SUFFIX = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV}
_GZIP_WBITS = 31
_CHUNK_BYTES = 1 << 16
_IN_MEMORY_BYTES = 1 << 20

# A file (its path, or open for reading bytes), a student or an envelope, a class, or students as they come.
Events = str | os.PathLike[str] | bytes | IO[bytes] | Mapping[str, Any] | Iterable[Mapping[str, Any]]


class Body:
    """Content at rest, and its media type. Close it, or use it as a context."""

    def __init__(self, content: IO[bytes], media_type: str, *, ours: bool) -> None:
        self.media_type = media_type
        self._content, self._ours, self._start = content, ours, content.tell()

    def compressed(self) -> Iterator[bytes]:
        """The content from its beginning, as gzip."""
        self._content.seek(self._start)
        deflater = zlib.compressobj(wbits=_GZIP_WBITS)
        while chunk := self._content.read(_CHUNK_BYTES):
            if piece := deflater.compress(chunk):
                yield piece
        yield deflater.flush()

    def close(self) -> None:
        if self._ours:
            self._content.close()

    def __enter__(self) -> "Body":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def body_of(events: Events, media_type: str | None = None) -> Body:
    """The body for what was given; `media_type` where neither the kind of value nor a file's name says it.

    Students that come one by one are written to a temporary file first. Raises OSError for a file that cannot be read,
    TypeError for what cannot be events.
    """
    match events:
        case str() | os.PathLike():
            path = Path(events)
            return Body(path.open("rb"), media_type or _BY_SUFFIX.get(path.suffix.lower(), JSON), ours=True)
        case bytes():
            return Body(io.BytesIO(events), media_type or JSON, ours=True)
        case Mapping():
            return Body(io.BytesIO(_json(events)), JSON, ours=True)
        case list() | tuple():
            return Body(io.BytesIO(_json(list(events))), JSON, ours=True)
    if hasattr(events, "read"):
        return Body(events, media_type or JSON, ours=False)  # type: ignore[arg-type] # it can be read
    return Body(_lines(events), NDJSON, ours=True)


def _lines(students: Iterable[Mapping[str, Any]]) -> IO[bytes]:
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the body closes it
    try:
        for student in students:
            spool.write(_json(student) + b"\n")
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
