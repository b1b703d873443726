"""The sources that a log is read from by name, and which of them a file is, where its content says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import IO, NamedTuple

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import Faults
from feedback.events.formats import ccs, open_edx, prairielearn, progsnap2, table
from feedback.events.formats.archives import is_archive, member
from feedback.events.formats.columns import plain
from feedback.events.formats.json_lines import quietly
from feedback.events.formats.source import SourceOptions, wrong_source
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

Read = Callable[[IO[bytes], Limits, Faults, StudentStream, SourceOptions], Received]
_LOOK_BYTES = 1 << 16


class Source(StrEnum):
    """The platforms' formats, by the name of `--source`. Our own formats are `feedback`."""

    FEEDBACK = "feedback"
    TABLE = "table"
    PRAIRIELEARN = "prairielearn"
    PROGSNAP2 = "progsnap2"
    OPEN_EDX = "open-edx"
    CCS = "ccs"


class _Format(NamedTuple):
    """How a source is read, and the member of an archive that counts; None where an archive of it is not read.

    `table` says that it has columns to name, `roles` that it says who is a student, and `workbook`
    that its reader takes an .xlsx itself.
    """

    read: Read
    described: str
    member: str | None = None
    table: bool = False
    workbook: bool = False
    roles: bool = False


_FORMATS = {
    Source.TABLE: _Format(table.read_table, table.DESCRIBED, table=True, workbook=True),
    Source.PRAIRIELEARN: _Format(
        prairielearn.read_prairielearn, prairielearn.DESCRIBED, prairielearn.TABLE, table=True, roles=True
    ),
    Source.PROGSNAP2: _Format(progsnap2.read_progsnap2, progsnap2.DESCRIBED, progsnap2.TABLE, table=True),
    Source.OPEN_EDX: _Format(open_edx.read_open_edx, open_edx.DESCRIBED),
    Source.CCS: _Format(ccs.read_ccs, ccs.DESCRIBED),
}


def reader_of(source: Source, options: SourceOptions) -> Callable[[IO[bytes], Limits, Faults, StudentStream], Received]:
    """The reader of a source of another platform, which takes what the readers of our own formats take.

    Raises InvalidEvents where `options` name columns or roles of a source that has none.
    """
    format_ = _FORMATS[source]
    _check(options, format_)

    def read(content: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
        with _content(content, format_, options, limits.effort) as plain_content:
            yield from format_.read(plain_content, limits, faults, stream, options)

    return read


def _check(options: SourceOptions, format_: _Format) -> None:
    faults = Faults()
    if options.roles and not format_.roles:
        faults.add(("role",), f"{format_.described} names no roles; leave this option out")
    if not format_.table and (options.columns or options.kinds):
        faults.add(("column",), f"{format_.described} has no columns; leave this option out")
    faults.raise_if_any()


@contextmanager
def _content(content: IO[bytes], format_: _Format, options: SourceOptions, effort: Effort) -> Iterator[IO[bytes]]:
    if format_.workbook or not is_archive(content):
        yield content
    elif format_.member is None:
        raise wrong_source(format_.described, "it is an archive", "unpack it and send the log, plain or as gzip")
    else:
        with member(content, format_.member, options.max_bytes, effort) as one:
            yield one


class _CcsLook(msgspec.Struct):
    type: str
    data: msgspec.Raw
    token: str | None = None
    op: str | None = None


class _EdxLook(msgspec.Struct):
    event_type: str
    event_source: str
    time: str
    context: msgspec.Raw


_ccs_look, _edx_look = msgspec.json.Decoder(_CcsLook), msgspec.json.Decoder(_EdxLook)


def recognised(content: IO[bytes]) -> Source:
    """Which source rewound content is, which is left rewound: our own unless it is another one for certain."""
    head = content.read(_LOOK_BYTES)
    content.seek(0)
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    first = lines[0] if lines else b""
    look = quietly(first, _ccs_look)
    if look is not None and (look.token is not None or look.op is not None):
        return Source.CCS
    if quietly(first, _edx_look) is not None:
        return Source.OPEN_EDX
    if _headings(first) >= prairielearn.SIGNS:
        return Source.PRAIRIELEARN
    if {"eventtype", "eventid", "subjectid"} <= _headings(first) or _has_main_table(head):
        return Source.PROGSNAP2
    return Source.FEEDBACK


def _headings(line: bytes) -> set[str]:
    text = line.decode(errors="replace").replace(";", ",").replace("\t", ",")
    return {plain(cell.strip().strip('"')) for cell in text.split(",")}


def _has_main_table(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and progsnap2.TABLE.encode() in head
