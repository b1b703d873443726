"""Tables for spreadsheets and mail merges: CSV (RFC 4180) and .xlsx, in which no text becomes a formula (CWE-1236).

XlsxWriter makes the .xlsx: it is maintained, has no dependencies, writes only (so it brings no parser), and is
given every text as text. In CSV there is no such thing, so every cell is quoted, and what a spreadsheet would take
for a formula gets an apostrophe before it: at the start of a cell, and after anything at which some setting of a
spreadsheet would split it.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
import xlsxwriter

Value = str | int | float | datetime | tuple[str, ...] | None
# Spreadsheets know UTF-8 by this mark.
_MARK = b"\xef\xbb\xbf"
_FORMULA = re.compile("(^|[;,|\t\r\n])(\\s*)(?=[=+\\-@＝＋－＠])")
# An archive is a function of what is in it: no wall clock.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_WIDEST = 60


class Sheet(msgspec.Struct, frozen=True):
    """A table: its name (at most 31 characters, as .xlsx has it), its header, and rows as long as that."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def csv_table(header: Sequence[str], rows: Iterable[Iterable[Value]]) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark; None is an empty cell, times are ISO 8601."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _MARK + text.getvalue().encode()


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Tables as one .xlsx, numbers as numbers and all else as text. Equal sheets give equal bytes."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        heading = book.add_format({"bold": True, "bottom": 1})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            for column, name in enumerate(sheet.header):
                page.write_string(0, column, name, heading)
                page.set_column(column, column, _width([name, *(row[column] for row in sheet.rows)]))
            for line, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, int | float):
                        page.write_number(line, column, value)
                    elif value is not None:
                        page.write_string(line, column, _text(value))
    return target.getvalue()


def guarded(text: str) -> str:
    """Text that a spreadsheet takes for no formula, wherever it splits it."""
    return _FORMULA.sub(r"\1\2'", text)


def _cell(value: Value) -> str | int | float:
    if isinstance(value, int | float):
        return value
    return "" if value is None else guarded(_text(value))


def _text(value: str | datetime | tuple[str, ...]) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return " ".join(value) if isinstance(value, tuple) else value


def _width(values: Iterable[Value]) -> float:
    """Of a column, in characters."""
    longest = max(len(f"{value:.6g}" if isinstance(value, float) else str(value or "")) for value in values)
    return min(longest, _WIDEST) + 2
