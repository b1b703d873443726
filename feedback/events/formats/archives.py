"""One file out of a ZIP or tar archive, in bounded memory: named members alone, nothing is ever unpacked to a path."""

import functools
import io
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import IO, Any, cast

from feedback.events.effort import Effort
from feedback.events.faults import InvalidEvents, TooLarge
from feedback.events.limits import Limits
from feedback.events.spool import CHUNK_BYTES, MAX_RATIO, spool

_SMALL_BYTES = 8 << 20
# The list of a ZIP's members is read into memory whole, in one piece of work: some 40,000 members.
_DIRECTORY_BYTES = 4 << 20
# What a tar says of one member beside its block, a long name or attributes, is read in one piece of work: in older
# releases of Python (CVE-2024-6232) its time grows with the square of the length, here to 20 ms.
_HEADER_BYTES = 4 << 10
# Attributes of all members of a tar: Python gives each member a copy of them.
_SHARED_ATTRIBUTES = 100
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x07"
_END_BYTES = 22
_COMMENT_BYTES = 1 << 16
_TAR_MAGIC = slice(257, 262)
_MOST_NAMED = 10
_DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, struct.error, ValueError),
    # Of a tar: headers for one member without an end, and sizes that no file has.
    *(RecursionError, OverflowError),
)

Member = tuple[str, Callable[[], IO[bytes]]]


def is_archive(source: IO[bytes]) -> bool:
    """Whether rewound content, which is left rewound, is a ZIP or tar archive."""
    head = source.read(512)
    source.seek(0)
    return head.startswith(b"PK\x03\x04") or head[_TAR_MAGIC] == b"ustar"


def member(source: IO[bytes], name: str, max_bytes: int, limits: Limits) -> tuple[str, IO[bytes]]:
    """The file called `name`, a pattern as of a shell, in whatever folder: its path in the archive, and its content,
    spooled and rewound, which the caller closes.

    Raises InvalidEvents where it is not there, is there twice, is encrypted or damaged, or where a path leads out of
    the archive; TooLarge where it unpacks to more than `max_bytes` or to more than any log's ratio.
    """
    effort = limits.effort
    with _as_refusals():
        pattern = name.casefold()
        found = [one for one in _members(source, effort) if fnmatchcase(PurePosixPath(one[0]).name.casefold(), pattern)]
        if len(found) != 1:
            raise _refused(_missing(name, source, effort) if not found else _ambiguous(name, len(found)))
        with found[0][1]() as packed:
            chunks = _chunks(packed, source.seek(0, io.SEEK_END), effort, source)
            return found[0][0], spool(limits.counted(chunks), max_bytes)


def names_in(source: IO[bytes], effort: Effort) -> list[str]:
    """The paths of an archive's files; it is left rewound. Raises InvalidEvents and TooLarge as `member` does."""
    try:
        with _as_refusals():
            return [name for name, _ in _members(source, effort)]
    finally:
        source.seek(0)


@contextmanager
def _as_refusals() -> Iterator[None]:
    """Raise what Python's readers of archives raise as InvalidEvents."""
    try:
        yield
    except NotImplementedError:  # a RuntimeError, as is a RecursionError
        raise _refused("it is packed in a way that is not read here; pack it again as an ordinary ZIP") from None
    except _DAMAGED as fault:
        raise _refused(f"it is damaged ({type(fault).__name__}); pack it again") from None
    except RuntimeError:
        raise _refused("it is encrypted; pack it without a password") from None


def _members(source: IO[bytes], effort: Effort) -> Iterator[Member]:
    """Name and opener of each regular file, less what macOS adds. Raises InvalidEvents at a path that leads out."""
    if source.read(4) == b"PK\x03\x04":
        check_directory(source)
        archive = zipfile.ZipFile(source)
        effort.look()
        for info in archive.infolist():
            effort.spend(4)
            if _is_wanted(info.filename) and not info.is_dir():
                yield info.filename, functools.partial(archive.open, info)
        return
    source.seek(0)
    headers = _Headers(source, effort)
    tar = tarfile.open(fileobj=cast(IO[bytes], headers), mode="r:")  # noqa: SIM115 - a member is opened after the list; nothing is held
    for entry in tar:
        effort.look()
        if len(tar.pax_headers) > _SHARED_ATTRIBUTES:
            raise _refused(f"it has more than {_SHARED_ATTRIBUTES} attributes of its own; pack the folder again")
        cast(Any, tar).members.clear()  # it would keep all of them
        entry.pax_headers = {}
        if entry.isreg() and _is_wanted(entry.name):
            yield entry.name, functools.partial(_content, tar, entry)


class _Headers:
    """A tar of which nothing but headers is read as long as its members are listed."""

    def __init__(self, source: IO[bytes], effort: Effort) -> None:
        self._source, self._effort = source, effort
        self.tell, self.seek = source.tell, source.seek
        self.most = _HEADER_BYTES

    def read(self, size: int = -1) -> bytes:
        """Raises InvalidEvents where more is asked for than any export's header has."""
        if not 0 <= size <= self.most:
            raise _refused(f"a header in it has more than {_HEADER_BYTES:,} bytes; pack the folder again")
        self._effort.spend(1 + (size >> 3))
        return self._source.read(size)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    cast(_Headers, tar.fileobj).most = sys.maxsize
    return tar.extractfile(entry) or io.BytesIO()


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    if not path.parts:  # it is the folder itself, or was nothing but a NUL
        return False
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _refused("a path in it leads out of the archive; pack the folder again")
    return "__MACOSX" not in path.parts and not path.name.startswith("._")


def check_directory(source: IO[bytes]) -> None:
    """Raise TooLarge where the list of members is longer than any export's, before it is read."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - _END_BYTES - _COMMENT_BYTES))
    tail = source.read()
    source.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        raise _refused("it is damaged or cut short; send it again, whole")
    if tail[max(0, at - 20) : at].startswith(_END64):
        raise _refused("it is a ZIP64 archive; pack the files that count alone")
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if length > _DIRECTORY_BYTES:
        raise TooLarge("The archive has too many members. Pack the files that count alone.")


def _chunks(packed: IO[bytes], archive_bytes: int, effort: Effort, source: IO[bytes]) -> Iterator[bytes]:
    given = 0
    while chunk := packed.read(CHUNK_BYTES):
        effort.spend(1 + (len(chunk) >> 10))
        given += len(chunk)
        if given > _SMALL_BYTES + MAX_RATIO * archive_bytes:
            raise TooLarge(f"The archive unpacks to more than {MAX_RATIO} times its size, which no event log does.")
        yield chunk
    source.seek(0)


def _missing(name: str, source: IO[bytes], effort: Effort) -> str:
    source.seek(0)
    names = names_in(source, effort)
    shown = ", ".join(one for one in names[:_MOST_NAMED] if one.isprintable())[:400] or "no file"
    return f"there is no {name} in it ({shown}); send the archive as it was exported"


def _ambiguous(name: str, times: int) -> str:
    return f"{name} is in it {times} times; send one export at a time"


def _refused(why: str) -> InvalidEvents:
    return InvalidEvents(f"The archive cannot be read: {why}. Nothing was stored.", {"body": [why]})
