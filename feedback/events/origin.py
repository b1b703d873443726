"""Where a file comes from, as far as its sender says so, and the reading of it, whatever it is."""

from collections.abc import Sequence
from typing import IO

import msgspec

from feedback.events.context import NO_CONTEXT, Context
from feedback.events.context_rules import ANY_NAMES, Names
from feedback.events.effort import Effort
from feedback.events.faults import Faults, InvalidEvents
from feedback.events.files import is_gzip
from feedback.events.formats.look import Look
from feedback.events.formats.source_options import SourceOptions, options_from
from feedback.events.limits import Limits
from feedback.events.readers import MediaType, read_source, read_students
from feedback.events.reading import StudentStream
from feedback.events.sources import OWN, checked_source, recognised
from feedback.events.spool import CHUNK_BYTES, inflate, spool

AUTO = "auto"


class Origin(msgspec.Struct, frozen=True):
    """The source of a file, None for what its content is for certain, and what was said of it beside."""

    source: str | None = None
    options: SourceOptions = SourceOptions()

    def of(self, content: IO[bytes], effort: Effort | None = None) -> str:
        """The source that was named, else the one that rewound content is for certain."""
        return self.source or recognised(Look(content, effort))

    def known(self, content: IO[bytes], effort: Effort | None = None) -> "Origin":
        """The same with the source of rewound content. Raises InvalidEvents for an archive of two exports."""
        return msgspec.structs.replace(self, source=self.of(content, effort))

    def read(
        self,
        content: IO[bytes],
        media_type: MediaType,
        limits: Limits,
        names: Names = ANY_NAMES,
        context: Context = NO_CONTEXT,
    ) -> StudentStream:
        """The students of a file, of whatever source; `media_type` is which of our own formats it is, if it is one.

        Raises InvalidEvents at once for options that the source does not take.
        """
        source = self.of(content, limits.effort)
        if source != OWN:
            return read_source(content, source, self.options, limits, names, context)
        self._check_own()
        return read_students(content, media_type, limits, names, context, self.options)

    def _check_own(self) -> None:
        faults = Faults()
        for name, given in (("column", self.options.columns), ("role", self.options.roles)):
            if given:
                why = "this file is not recognised as a platform’s export; name its source, or leave this option out"
                faults.add((name,), why)
        faults.raise_if_any()


def origin_of(
    source: str | None,
    zone: str | None = None,
    columns: Sequence[str] = (),
    roles: Sequence[str] = (),
    max_bytes: int = SourceOptions().max_bytes,
) -> Origin:
    """The origin from what people write. Raises InvalidEvents that names every option that cannot be read."""
    faults = Faults()
    options = options_from(zone, columns, roles, max_bytes, faults)
    named = None if source in (None, "", AUTO) else checked_source(str(source), faults)
    faults.raise_if_any()
    return Origin(named, options)


def inflated(content: IO[bytes], origin: Origin, max_bytes: int, limits: Limits) -> tuple[IO[bytes], Origin] | None:
    """What a gzip file holds, and its known origin, where that is the export of a platform; None where it is not.

    `content` is left rewound where there is nothing in it.

    Our own formats say by `Content-Encoding` that they are compressed; exports are files as they were downloaded.
    Raises TooLarge, and for damaged gzip of a source that was named InvalidEvents.
    """
    if not is_gzip(content) or origin.source == OWN:
        return None
    try:
        chunks = inflate(iter(lambda: content.read(CHUNK_BYTES), b""), limits.effort)
        inside = spool(limits.counted(chunks), max_bytes)
    except InvalidEvents:
        content.seek(0)
        if origin.source is None:
            return None
        raise
    try:
        known = origin.known(inside, limits.effort)
    except BaseException:
        inside.close()
        raise
    if known.source != OWN:
        return inside, known
    inside.close()
    content.seek(0)
    return None
