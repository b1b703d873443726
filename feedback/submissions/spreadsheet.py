"""Tables for spreadsheets and mail merges: CSV (RFC 4180) in UTF-8, with the mark by which spreadsheets know it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime


def table(header: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def cell(value: object) -> object:
    """A value as a spreadsheet reads it; text that it would take for a formula is quoted (CWE-1236)."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return "" if value is None else value
