"""What a file of events is, by its name and its first bytes: format and compression, wherever files are taken."""

import itertools
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO

import msgspec

from feedback.events.effort import Effort
from feedback.events.readers import MediaType
from feedback.events.spool import inflate

# How far a look goes: lines, and bytes of each.
_LINES, _LINE_BYTES = 1_000, 1 << 24
_any_value = msgspec.json.Decoder(msgspec.Raw)
_GZIP_MAGIC = b"\x1f\x8b"
_SUFFIXES = {
    ".json": MediaType.JSON,
    ".ndjson": MediaType.NDJSON,
    ".jsonl": MediaType.NDJSON,
    ".csv": MediaType.CSV,
    ".tsv": MediaType.CSV,
}


def plain(chunks: Iterator[bytes], effort: Effort | None = None) -> Iterator[bytes]:
    """The chunks of a file, inflated where they are gzip, whatever the file is called. Raises as `inflate`."""
    first = next(chunks, b"")
    whole = itertools.chain([first], chunks)
    return inflate(whole, effort) if first.startswith(_GZIP_MAGIC) else whole


def is_gzip(content: IO[bytes]) -> bool:
    """Whether rewound content, which is left rewound, begins like gzip."""
    magic = content.read(len(_GZIP_MAGIC))
    content.seek(0)
    return magic == _GZIP_MAGIC


def media_type_of(name: str, content: IO[bytes]) -> MediaType:
    """The format of rewound content, which is left rewound: by the file's name, else by a look at it."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    known = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    return known or _sniff(content)


def _sniff(content: IO[bytes]) -> MediaType:
    """CSV if the first line that is not blank names its columns; NDJSON if it is a whole object and not the last."""
    lines = itertools.islice(iter(lambda: content.readline(_LINE_BYTES), b""), _LINES)
    texts = (line for line in lines if line.strip())
    first, second = next(texts, b""), next(texts, b"")
    content.seek(0)
    if b"student_id" in first and first.lstrip(b"\xef\xbb\xbf \t")[:1] not in (b"{", b"["):
        return MediaType.CSV
    return MediaType.NDJSON if second and _is_object(first.removeprefix(b"\xef\xbb\xbf")) else MediaType.JSON


def _is_object(line: bytes) -> bool:
    try:
        _any_value.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return False
    return line.lstrip()[:1] == b"{"
