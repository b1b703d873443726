"""Event logs in files: `.json`, `.ndjson` or `.csv`, plain or gzip, and standard input. Several files are one class."""

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from feedback.analysis import known_names
from feedback.events import (
    NO_CONTEXT,
    Context,
    EventsError,
    Faults,
    InvalidEvents,
    Limits,
    MediaType,
    Origin,
    Roster,
    spool,
)
from feedback.events.context_files import read_context, read_questions
from feedback.events.faults import Details
from feedback.events.files import media_type_of, plain
from feedback.events.pseudonyms import Pseudonyms
from feedback.events.spool import CHUNK_BYTES

STANDARD_INPUT = "-"


class UnreadableFiles(Exception):
    """Files that cannot be taken; `lines` name every fault as `file: place: message`."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True)
class Beside:
    """The files that say what only the sender knows, at most one of them given."""

    context: str | None = None
    questions: str | None = None

    def __bool__(self) -> bool:
        return bool(self.context or self.questions)

    def read(self, max_bytes: int) -> Context:
        """Raises UnreadableFiles."""
        if self.context and self.questions:
            raise UnreadableFiles(["--context and --questions: give one of them; a context may have questions"])
        path = self.context or self.questions
        if path is None:
            return NO_CONTEXT
        read = read_context if self.context else read_questions
        try:
            with open_events(path, max_bytes) as (content, _):
                return read(content, known_names(), Limits())
        except (EventsError, OSError) as fault:
            raise UnreadableFiles(unreadable(path, fault)) from None


def read_roster(
    paths: Sequence[str],
    max_bytes: int,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    context: Context = NO_CONTEXT,
    origin: Origin = Origin(),  # noqa: B008 - likewise
    pseudonyms: Pseudonyms | None = None,
) -> Roster:
    """The class that all the files make together, under `pseudonyms` where there are any.

    Each file is held to the limits of one body of the service.

    Raises UnreadableFiles, naming every fault of every file, if anything is wrong anywhere.
    """
    roster, faults, seen = Roster(context=context), list[str](), dict[tuple[str, str], int]()
    for number, path in enumerate(paths):
        try:
            with open_events(path, max_bytes) as (content, media_type):
                stream = with_room(origin, max_bytes).read(content, media_type, limits, known_names(), roster.context)
                for student in stream:
                    if (first := seen.setdefault(student.key, number)) != number:
                        faults.append(f"{shown(path)}: {_duplicate(student.key, paths[first])}")
                    else:
                        roster.add(pseudonyms.student(student) if pseudonyms else student)
                roster.take_context(stream.context)
                roster.notes += stream.notes
                roster.assumed_zone = stream.assumed_zone or roster.assumed_zone
        except (EventsError, OSError) as fault:
            faults += unreadable(path, fault)
    if faults:
        roster.close()
        raise UnreadableFiles(_bounded(faults))
    return roster


def with_room(origin: Origin, max_bytes: int) -> Origin:
    """The origin, with what may be unpacked from an archive."""
    return msgspec.structs.replace(origin, options=msgspec.structs.replace(origin.options, max_bytes=max_bytes))


def _bounded(faults: list[str]) -> list[str]:
    more = len(faults) - Faults.KEPT
    return faults if more <= 0 else [*faults[: Faults.KEPT], f"and {more:,} more"]


def _duplicate(key: tuple[str, str], first: str) -> str:
    namespace, student_id = key
    where = f" of namespace {json.dumps(namespace, ensure_ascii=False)}" if namespace else ""
    who = json.dumps(student_id, ensure_ascii=False)
    return f"student {who}{where} is already in {shown(first)}; give each student once"


@contextlib.contextmanager
def open_events(path: str, max_bytes: int) -> Iterator[tuple[IO[bytes], MediaType]]:
    """A file's content, inflated and seekable, and its format: by its name, else (standard input) by a look at it.

    Raises EventsError for damaged gzip or more than `max_bytes`, OSError for what cannot be opened.
    """
    with _open(path) as raw, spool(plain(_chunks(raw)), max_bytes) as content:
        yield content, media_type_of(path, content)


@contextlib.contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as file:
            yield file


def _chunks(raw: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: raw.read(CHUNK_BYTES), b"")


def unreadable(path: str, fault: EventsError | OSError) -> list[str]:
    """The faults of a file, a line for each place, after the sentence of the error where that says more."""
    if isinstance(fault, OSError):
        lines = [f"cannot be read: {fault.strerror or fault}"]
    elif isinstance(fault, InvalidEvents) and fault.details:
        lines = detail_lines(fault.details)
    else:
        lines = [fault.error, *detail_lines(fault.details)]
    return [f"{shown(path)}: {line}" for line in lines]


def detail_lines(details: Details) -> list[str]:
    """`place: message` for each message of an error's details, and how many were left out."""
    lines = [f"{place}: {message}" for place, found in details.items() if isinstance(found, list) for message in found]
    return lines + [f"and {found:,} more" for found in details.values() if isinstance(found, int)]


def shown(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path
