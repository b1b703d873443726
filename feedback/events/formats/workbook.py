"""The first sheet of an Excel workbook (.xlsx) as rows of texts, in bounded memory.

openpyxl reads it, read-only: it is maintained, streams the sheet and its texts, and takes the values that were stored
instead of computing formulas. The ZIP that it reads from counts what is read as work, whichever part that is, and gives
no large part in one piece; Python's XML parser (expat) refuses entities that multiply.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import IO, Any, cast
from xml.parsers import expat

from feedback.events.faults import EventsError, Faults, InvalidEvents, TooLarge
from feedback.events.formats.archives import check_directory
from feedback.events.formats.records import Table
from feedback.events.spool import MAX_RATIO

# It tells of the styles and extensions that it does not keep; nobody asked for them.
warnings.filterwarnings("ignore", module=r"openpyxl\.")
_SMALL_BYTES = 8 << 20
_SHEETS = "xl/worksheets/"
_SAVE = "Save its sheet as CSV and send that."
# The texts of all cells are held in memory while the sheet is read.
_HELD_BYTES = 64 << 20
# A part that is no sheet and no list of texts is read in one piece: styles take some 20 µs each.
_PIECE_BYTES = 512 << 10
# Some tens of milliseconds. Excel's own formats and names have 255 characters, and some names a formula.
_SQUARES = 2_000**2


def workbook_table(source: IO[bytes], faults: Faults, max_bytes: int) -> Table:
    """The first sheet. Raises InvalidEvents where it is no workbook or damaged, TooLarge past the limits."""
    # It takes longer to import than most files to read, and few are workbooks.
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - as said

    work = _Work(faults)
    with work.as_refusals():
        check_directory(source)
        _check_sizes(source, max_bytes)
        reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
        reader.archive = _Archive(source, work)
        reader.read()
        sheet = reader.wb.worksheets[0]
        sheet.reset_dimensions()  # a sheet may claim a million rows and have none
    return Table(_rows(sheet.iter_rows(values_only=True), work))


class _Work:
    """What reading a workbook costs, by whatever part of the library does it."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._raised: Exception | None = None

    def spend(self, weight: int) -> None:
        try:
            self._faults.spend(weight)
        except Exception as fault:
            self._raised = fault
            raise

    @contextmanager
    def as_refusals(self) -> Iterator[None]:
        """Raise what the library raises as InvalidEvents: a damaged workbook breaks in whatever part meets it.

        What `spend` raised is no fault of the workbook and passes through.
        """
        try:
            yield
        except Exception as fault:
            if isinstance(fault, EventsError) or fault is self._raised:
                raise
            raise _refused(fault) from None


class _Squared:
    """What openpyxl takes the square of the length of, as its regular expressions do: number formats and names."""

    def __init__(self) -> None:
        self._left, self._name_characters = _SQUARES, 0

    def check(self, part: bytes) -> None:
        """Raise TooLarge where a part that is read whole has more of it than openpyxl may be given."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._count
        with suppress(expat.ExpatError):  # which is no XML, or damaged: openpyxl says so
            parser.Parse(part, True)

    def _begin(self, _name: str, attributes: dict[str, str]) -> None:
        self._name_characters = 0
        self._spend(len(attributes.get("formatCode", "")))

    def _count(self, characters: str) -> None:
        self._name_characters += len(characters)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "definedName":
            self._spend(self._name_characters)

    def _spend(self, characters: int) -> None:
        self._left -= characters * characters
        if self._left < 0:
            raise TooLarge(f"The workbook has longer number formats or names than are read. {_SAVE}")


class _Archive(zipfile.ZipFile):
    """The parts of a workbook. To read one is work that the sender is answerable for."""

    def __init__(self, source: IO[bytes], work: _Work) -> None:
        super().__init__(source)
        self._work, self._squared = work, _Squared()

    def open(self, name: str | zipfile.ZipInfo, *arguments: Any, **options: Any) -> IO[bytes]:
        """The part; also what `read` reads from."""
        part = super().open(name, *arguments, **options)
        size = self.getinfo(name if isinstance(name, str) else name.filename).file_size
        return cast(IO[bytes], _Part(part, size, self._work, self._squared))


class _Part:
    def __init__(self, part: IO[bytes], size: int, work: _Work, squared: _Squared) -> None:
        self._part, self._size, self._work, self._squared = part, size, work, squared
        self.close = part.close

    def __enter__(self) -> "_Part":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        """As a file's. Raises TooLarge where all of a large part is asked for at once, or the time is used up."""
        if size < 0 and self._size > _PIECE_BYTES:
            raise TooLarge(f"The workbook has more styles or names than are read. {_SAVE}")
        chunk = self._part.read(size)
        if size < 0:
            self._squared.check(chunk)
        self._work.spend(1 + (len(chunk) >> 2))  # an element has as few as four characters
        return chunk


def _check_sizes(source: IO[bytes], max_bytes: int) -> None:
    with zipfile.ZipFile(source) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        packed = sum(info.compress_size for info in archive.infolist())
    held = sum(size for name, size in sizes.items() if not name.startswith(_SHEETS))
    total = sum(sizes.values())
    if held > _HELD_BYTES or total > min(max_bytes, _SMALL_BYTES + MAX_RATIO * packed):
        raise TooLarge(f"The workbook unpacks to more than is read of one. {_SAVE}")
    source.seek(0)


def _rows(found: Iterator[tuple[Any, ...]], work: _Work) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(_undamaged(found, work), start=1):
        work.spend(2 + len(cells))
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _undamaged(found: Iterator[tuple[Any, ...]], work: _Work) -> Iterator[tuple[Any, ...]]:
    """The same rows. What their reader raises is the workbook's fault; what is raised over them passes through."""
    with work.as_refusals():
        yield from found


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
