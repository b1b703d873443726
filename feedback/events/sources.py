"""The sources that a log is read from by name, and which of them a file is, where its content says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import IO

from feedback.events.faults import Faults, InvalidEvents
from feedback.events.formats.archives import is_archive, member
from feedback.events.formats.format import Format, wrong_source
from feedback.events.formats.look import Look
from feedback.events.formats.registry import FORMATS
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.other_files import refuse_other_files
from feedback.events.reading import Received, StudentStream

# Our own formats, together.
OWN = "feedback"
SOURCES = (OWN, *FORMATS)


def checked_source(name: str, faults: Faults) -> str | None:
    """The name of a source; None, with a fault that lists the known, where it is none."""
    if name in SOURCES:
        return name
    faults.add(("source",), f"no source is called {name[:40]}; expected one of {', '.join(SOURCES)}")
    return None


def reader_of(source: str, options: SourceOptions) -> Callable[[IO[bytes], Limits, Faults, StudentStream], Received]:
    """The reader of a source of another platform, which takes what the readers of our own formats take.

    Raises InvalidEvents where `options` name columns or roles of a source that has none.
    """
    format_ = FORMATS[source]
    _check(options, format_)

    def read(content: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
        with _content(content, format_, options, limits) as (plain_content, stream.folder):
            yield from format_.read(plain_content, limits, faults, stream, options)

    return read


def _check(options: SourceOptions, format_: Format) -> None:
    faults = Faults()
    if options.roles and not format_.roles:
        faults.add(("role",), f"{format_.described} names no roles; leave this option out")
    if not format_.table and options.columns:
        faults.add(("column",), f"{format_.described} has no columns; leave this option out")
    faults.raise_if_any()


@contextmanager
def _content(
    content: IO[bytes], format_: Format, options: SourceOptions, limits: Limits
) -> Iterator[tuple[IO[bytes], str]]:
    """What is read, and the name of the folder it was in where that was an archive's."""
    archive = is_archive(content)
    if not archive:
        refuse_other_files(content, table=format_.table)
    if format_.workbook or not archive:
        yield content, ""
    elif format_.member is None:
        raise wrong_source(format_.described, "it is an archive", "unpack it and send the log, plain or as gzip")
    else:
        path, one = member(content, format_.member, options.max_bytes, limits)
        with one:
            yield one, PurePosixPath(path.replace("\\", "/")).parent.name


def recognised(look: Look) -> str:
    """Which source a file is: our own unless it is another one for certain.

    Raises InvalidEvents for an archive of two exports, or that is damaged, and TooLarge.
    """
    if look.is_ours:
        return OWN
    if look.is_archive:
        return _of_archive(look)
    return next((one.name for one in FORMATS.values() if one.recognises(look)), OWN)


def _of_archive(look: Look) -> str:
    found = [one for one in FORMATS.values() if one.recognises(look) or _has_member(look, one)]
    if len(found) > 1:
        exports = " and ".join(one.label for one in found)
        why = f"the archive holds exports of {exports}; send one at a time, or name the one that counts as the source"
        raise InvalidEvents(f"The events cannot be read: {why}. Nothing was stored.", {"body": [why]})
    return found[0].name if found else OWN


def _has_member(look: Look, format_: Format) -> bool:
    pattern = (format_.member or "").casefold()
    return bool(pattern) and any(fnmatchcase(name, pattern) for name in look.members)
