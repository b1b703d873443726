"""Files that are no event log but look like one to their owner: recognised, and named with the cure."""

import codecs
from typing import IO

from feedback.events.faults import InvalidEvents

_HEAD_BYTES = 1 << 12
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def refuse_other_files(source: IO[bytes], *, table: bool) -> None:
    """Raise InvalidEvents where the rewound content, which is left rewound, is of a kind that is not read.

    UTF-16 is read in tables alone.
    """
    head = source.read(_HEAD_BYTES)
    source.seek(0)
    if (why := _kind(head, table=table)) is not None:
        raise InvalidEvents(f"The events cannot be read: {why}. Nothing was stored.", {"body": [why]})


def _kind(head: bytes, *, table: bool) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or b"xl/" in head:
            return "it is an Excel workbook (.xlsx); save the sheet as CSV in UTF-8 and send that"
        return "it is a ZIP archive; unpack it and send the file with the events, or compress that with gzip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "it is an old Excel workbook (.xls); save the sheet as CSV in UTF-8 and send that"
    if head.startswith(b"\x1f\x8b"):
        return "it is compressed with gzip; say so by `Content-Encoding: gzip`, or send it plain"
    if head.startswith(_UTF16) and not table:
        return "it is in UTF-16; save it in UTF-8 and send that"
    return None
