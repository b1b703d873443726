"""What a source tells of itself: one `Format` in each module, listed in `registry.py` and nowhere else."""

from collections.abc import Callable
from typing import IO

import msgspec

from feedback.events.faults import Faults, InvalidEvents
from feedback.events.formats.look import Look
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

Read = Callable[[IO[bytes], Limits, Faults, StudentStream, SourceOptions], Received]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's export: how it is called, recognised and read.

    `name` is what callers write (`?source=`, `--source`), `label` what a choice shows, and `described` how a sentence
    names such a file ("a table"). `recognises` says of a look whether the file is this for certain; without it only
    `member` is looked for. `member` is the file of an archive that counts, a pattern as of a shell; None where an
    archive is not read. `table` says that the format has columns to name, `roles` that it says who is a student, and
    `workbook` that its reader takes an archive (an .xlsx) as it is.
    """

    name: str
    label: str
    described: str
    read: Read
    recognises: Callable[[Look], bool] = lambda _: False
    member: str | None = None
    table: bool = False
    workbook: bool = False
    roles: bool = False


def wrong_source(described: str, why: str, cure: str) -> InvalidEvents:
    """The fault of a file that is not what its source says."""
    message = f"{why}; {cure}"
    return InvalidEvents(f"The file cannot be read as {described}: {message}. Nothing was stored.", {"body": [message]})
