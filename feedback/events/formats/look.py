"""What a file looks like from outside: how a source tells, before anything is read, whether a file is its export."""

import codecs
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO

from feedback.events.effort import Effort
from feedback.events.formats.archives import is_archive, names_in
from feedback.events.formats.columns import plain

_HEAD_BYTES = 1 << 16
_BOM = b"\xef\xbb\xbf"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAID = re.compile(rb"sep=[,;\t|]\s*$", re.IGNORECASE)
_OURS = re.compile(rb'(\[\s{0,80})?\{\s{0,80}"student_id"')
_OPENING = (b"{", b"[")
_OTHER_SEPARATORS = str.maketrans(";\t|", ",,,")


class Look:
    """The first 64 KiB of a file, and of an archive the names of its members. Everything is found out when it is asked.

    Only what a source's own exports have, and no log of ours can have, counts as a sign of it.
    """

    def __init__(self, content: IO[bytes], effort: Effort | None = None) -> None:
        """Of rewound content, which is left rewound after each question."""
        self._content, self._effort = content, effort or Effort()
        self.head = _in_utf8(content.read(_HEAD_BYTES)).removeprefix(_BOM).lstrip(b" \t\r\n")
        content.seek(0)

    @cached_property
    def is_archive(self) -> bool:
        return is_archive(self._content)

    @cached_property
    def first(self) -> bytes:
        """The first line that is not blank, without its end; cut where it is longer than the head."""
        return self.head.partition(b"\n")[0].rstrip(b"\r")

    @property
    def is_json(self) -> bool:
        """Whether it begins like JSON or JSON lines."""
        return self.head.startswith(_OPENING)

    @property
    def is_ours(self) -> bool:
        """Whether it begins like a student or a class of ours, as nearly all bodies do: then nothing else is asked."""
        return _OURS.match(self.head) is not None

    @cached_property
    def headings(self) -> frozenset[str]:
        """The cells of the first line in their plain form; none where the file is no text table."""
        if self.is_json or self.is_archive or self.head.startswith(b"\x1f\x8b"):
            return frozenset()
        line = self.first
        if _SAID.match(line):  # as Excel says what separates its cells
            line = self.head.partition(b"\n")[2].partition(b"\n")[0].rstrip(b"\r")
        return frozenset(plain(cell.strip().strip('"')) for cell in _text(line).translate(_OTHER_SEPARATORS).split(","))

    def names(self, *needed: bytes) -> bool:
        """Whether the head, which must be JSON, holds all of these byte for byte, such as `"actor"`."""
        return self.is_json and all(name in self.head for name in needed)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names of an archive's files without their folders, in lower case; none of what is no archive.

        Raises InvalidEvents and TooLarge for an archive that is damaged or too large to be listed.
        """
        if not self.is_archive:
            return ()
        return tuple(_last_parts(names_in(self._content, self._effort)))


def _in_utf8(head: bytes) -> bytes:
    """A text in UTF-16 with a mark in UTF-8; anything else as it is."""
    return head.decode("utf-16", errors="ignore").encode() if head.startswith(_UTF16) else head


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _last_parts(names: Iterable[str]) -> Iterable[str]:
    return (PurePosixPath(name.replace("\\", "/")).name.casefold() for name in names)
