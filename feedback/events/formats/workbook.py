"""The first sheet of an Excel workbook (.xlsx) as rows of texts, in bounded memory.

openpyxl reads it, read-only: it is maintained, streams the sheet, and takes the values that were stored instead of
computing formulas. What it would read into memory whole is bounded before by the sizes that the ZIP declares, past
which Python's zipfile does not read; Python's XML parser (expat) refuses entities that multiply.
"""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from feedback.events.faults import EventsError, Faults, InvalidEvents, TooLarge
from feedback.events.formats.archives import check_directory
from feedback.events.formats.records import Table
from feedback.events.spool import MAX_RATIO

# It tells of the styles and extensions that it does not keep; nobody asked for them.
warnings.filterwarnings("ignore", module=r"openpyxl\.")
_SMALL_BYTES = 8 << 20
_SHEETS = "xl/worksheets/"
# The texts of all cells and the styles are held in memory while the sheet is read.
_HELD_BYTES = 64 << 20


def workbook_table(source: IO[bytes], faults: Faults, max_bytes: int) -> Table:
    """The first sheet. Raises InvalidEvents where it is no workbook or damaged, TooLarge past the limits."""
    import openpyxl  # noqa: PLC0415 - it takes longer to import than most files to read, and few are workbooks

    try:
        check_directory(source)
        _check_sizes(source, max_bytes)
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a sheet may claim a million rows and have none
    except EventsError:
        raise
    except Exception as fault:  # a damaged workbook breaks in whatever part of the library meets it
        raise _refused(fault) from None
    return Table(_rows(sheet.iter_rows(values_only=True), faults))


def _check_sizes(source: IO[bytes], max_bytes: int) -> None:
    with zipfile.ZipFile(source) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        packed = sum(info.compress_size for info in archive.infolist())
    held = sum(size for name, size in sizes.items() if not name.startswith(_SHEETS))
    total = sum(sizes.values())
    if held > _HELD_BYTES or total > min(max_bytes, _SMALL_BYTES + MAX_RATIO * packed):
        raise TooLarge("The workbook unpacks to more than is read of one. Save its sheet as CSV and send that.")
    source.seek(0)


def _rows(found: Iterator[tuple[Any, ...]], faults: Faults) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(_undamaged(found), start=1):
        faults.spend(2 + len(cells))
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _undamaged(found: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The same rows. What their reader raises is the workbook's fault; what is raised over them passes through."""
    try:
        yield from found
    except Exception as fault:
        raise _refused(fault) from None


def _text(cell: Any) -> str:
    """The cell as a CSV of the sheet would have it, with times in ISO 8601 and whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _refused(fault: Exception) -> InvalidEvents:
    why = f"it is no Excel workbook that can be read ({type(fault).__name__}); save the sheet as CSV and send that"
    return InvalidEvents(f"The events cannot be read: {why}. Nothing was stored.", {"body": [why]})
