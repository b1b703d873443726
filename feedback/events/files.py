"""What a file of events is, by its name and its first bytes: format and compression, wherever files are taken."""

import itertools
import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO

from feedback.events.readers import MediaType
from feedback.events.spool import inflate

_GZIP_MAGIC = b"\x1f\x8b"
_SUFFIXES = {
    ".json": MediaType.JSON,
    ".ndjson": MediaType.NDJSON,
    ".jsonl": MediaType.NDJSON,
    ".csv": MediaType.CSV,
    ".tsv": MediaType.CSV,
}


def plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks of a file, inflated where they are gzip, whatever the file is called. Raises InvalidEvents."""
    first = next(chunks, b"")
    whole = itertools.chain([first], chunks)
    return inflate(whole) if first.startswith(_GZIP_MAGIC) else whole


def media_type_of(name: str, content: IO[bytes]) -> MediaType:
    """The format of rewound content, which is left rewound: by the file's name, else by a look at it."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    known = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    return known or _sniff(content)


def _sniff(content: IO[bytes]) -> MediaType:
    """CSV if the first line that is not blank names its columns; NDJSON if it is a whole object and not the last."""
    texts = (line for line in content if line.strip())
    first, second = next(texts, b""), next(texts, b"")
    content.seek(0)
    if b"student_id" in first and first.lstrip(b"\xef\xbb\xbf \t")[:1] not in (b"{", b"["):
        return MediaType.CSV
    try:
        alone = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        alone = False
    return MediaType.NDJSON if alone and second else MediaType.JSON
