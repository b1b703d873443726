"""Tables as PHP's `fputcsv` wrote them for years: a quote behind a backslash stands as it is, which is no CSV."""

from collections import Counter
from typing import IO

from feedback.events.faults import Faults
from feedback.events.formats.records import text_table
from feedback.events.spool import content_of

_ESCAPED_QUOTE = b'\\"'


def escape_of(source: IO[bytes], faults: Faults) -> str | None:
    r"""The backslash where quotes in cells stand as `\"`, as older PHP writes them, which is no CSV; else None.

    The programs of students have such pairs of their own, so a table that reads well as CSV is CSV. The content is
    left rewound.
    """
    holds_one = content_of(source).find(_ESCAPED_QUOTE) >= 0
    source.seek(0)
    if not holds_one or (as_csv := _oddities(source, None, faults)) == (0, 0):
        return None
    return "\\" if _oddities(source, "\\", faults) < as_csv else None


def _oddities(source: IO[bytes], escape: str | None, faults: Faults) -> tuple[int, int]:
    """How many faults a table has, read so, and how many rows that are not as wide as its header."""
    aside, widths = Faults(faults.spend), Counter[int]()
    rows = text_table(source, aside, escape).rows
    _, header = next(rows, (1, []))
    widths.update(len(cells) for _, cells in rows)
    source.seek(0)
    return aside.count, widths.total() - widths[len(header)]
