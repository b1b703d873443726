"""The rows of another platform's table, by field: columns found by name, the file's encoding by a look at it."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from feedback.events.faults import Faults, Line
from feedback.events.formats.cells import rows_of
from feedback.events.formats.columns import columns_of, plain
from feedback.events.formats.source import SourceOptions
from feedback.events.limits import Limits
from feedback.events.reading import StudentStream

# A table as a database exports it has far more columns than one of ours; each costs a cell a row.
MAX_COLUMNS = 400
_CHUNK = 1 << 18
_SEPARATORS = ",;\t|"

Record = dict[str, str]
# For each field the headings that mean it, the preferred one first, in their plain form.
Headings = Mapping[str, Sequence[str]]


class Wanted:
    """What a source reads of a table, and which of it no table can lack."""

    def __init__(self, described: str, headings: Headings, required: Sequence[str]) -> None:
        self.described, self.headings, self.required = described, headings, required


def records(
    source: IO[bytes], wanted: Wanted, options: SourceOptions, limits: Limits, faults: Faults, stream: StudentStream
) -> Iterator[tuple[Line, Record]]:
    """(its line, the cells that are not empty by field) of each row of a rewound table.

    A header without a required field is a fault that names the columns there are. Raises TooLarge.
    """
    rows = rows_of(source, faults, encoding=_encoding_of(source, faults), separators=_SEPARATORS)
    line, header = next(rows, (1, []))
    fields = _fields_of(header, Line(line), wanted, options, faults)
    if fields:
        stream.columns = columns_of(header, fields)
    for number, (line, row) in enumerate(rows if fields else (), start=1):
        limits.check_rows(number)
        faults.spend(4 + (len(row) >> 2))
        if row == header:
            continue  # daily files joined, each with its header
        if len(row) > len(fields) and any(cell.strip() for cell in row[len(fields) :]):
            faults.add((Line(line),), f"{len(row)} cells, the header has {len(fields)}; put such a cell in quotes")
            continue
        record = {field: text for field, cell in zip(fields, row, strict=False) if field and (text := cell.strip())}
        if record:
            yield Line(line), record


def _fields_of(header: list[str], line: Line, wanted: Wanted, options: SourceOptions, faults: Faults) -> list[str]:
    """The field of each column, "" where it is not read; none at all, with the fault recorded, where one lacks."""
    if len(header) > MAX_COLUMNS:
        faults.add((line,), f"{len(header):,} columns; at most {MAX_COLUMNS} are read, leave out the others")
        return []
    names, fields, before = [plain(cell) for cell in header], [""] * len(header), faults.count
    for field, given in options.columns.items():
        if field not in wanted.headings:
            faults.add((line, field), f"nothing of a {wanted.described} is read as {field}; leave this column out")
        elif given not in names:
            faults.add((line, field), f"no column is called {given}; {_columns_there(header)}")
    for field, headings in wanted.headings.items():
        chosen = options.columns.get(field)
        found = next((name for name in ([chosen] if chosen else headings) if name in names), None)
        if found is not None:
            fields[names.index(found)] = field
        elif field in wanted.required and not chosen:
            faults.add(
                (line, field),
                f"no column of this {wanted.described} has it (expected {' or '.join(headings)}); "
                f"{_columns_there(header)}, name yours by column={field}=HEADER",
            )
    return fields if faults.count == before else []


def _columns_there(header: Sequence[str]) -> str:
    shown = ", ".join(cell.strip() for cell in header[:20] if cell.strip() and cell.isprintable())
    return f"the columns are {shown[:400]}" if shown else "the file has no header row"


def _encoding_of(source: IO[bytes], faults: Faults) -> str | None:
    """cp1252 where the rewound content is neither UTF-8 nor UTF-16 with a mark; None where `rows_of` knows it."""
    decoder, first = codecs.getincrementaldecoder("utf-8")(), True
    try:
        while chunk := source.read(_CHUNK):
            faults.spend(1 + (len(chunk) >> 10))
            if first and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return None
            decoder.decode(chunk)
            first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        source.seek(0)
    return None
