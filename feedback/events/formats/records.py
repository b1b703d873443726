"""The rows of another platform's table, by field: columns found by name, the file's encoding by a look at it."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

import msgspec

from feedback.events.faults import Faults, Line
from feedback.events.formats.cells import rows_of
from feedback.events.formats.columns import columns_of, plain
from feedback.events.formats.source_options import SourceOptions
from feedback.events.limits import Limits
from feedback.events.reading import StudentStream

# A table as a database exports it has far more columns than one of ours; each costs a cell a row.
MAX_COLUMNS = 400
_CHUNK = 1 << 18
_MOST_SHOWN = 6
_SEPARATORS = ",;\t|"

Record = dict[str, str]
# For each field the headings that mean it, the preferred one first, in their plain form.
Headings = Mapping[str, Sequence[str]]


class Wanted(msgspec.Struct, frozen=True):
    """What a source reads of a table, and which of it no table can lack.

    In a table of nobody's standard, `loose`, two headings that mean the same field are a fault: neither is preferred.
    """

    described: str
    headings: Headings
    required: Sequence[str]
    loose: bool = False


class Table(msgspec.Struct):
    """The rows of a rewound table as texts, each with its number, and whether its numbers have a decimal comma."""

    rows: Iterator[tuple[int, list[str]]]
    decimal_comma: bool = False


def text_table(source: IO[bytes], faults: Faults, escape: str | None = None) -> Table:
    """A table as text, in UTF-8, UTF-16 with a mark or cp1252; with `;` or tabs between cells, `0,5` is a half.

    `escape` is the character after which a quote does not end its cell, where the file's writer had one.
    """
    table = Table(iter(()))

    def separated_by(separator: str) -> None:
        table.decimal_comma = separator in ";\t"

    encoding = _encoding_of(source, faults)
    table.rows = rows_of(source, faults, encoding=encoding, separators=_SEPARATORS, told=separated_by, escape=escape)
    return table


def records(
    table: Table, wanted: Wanted, options: SourceOptions, limits: Limits, faults: Faults, stream: StudentStream
) -> Iterator[tuple[Line, Record]]:
    """(its line, the cells that are not empty by field) of each row of a table.

    A header without a required field is a fault that names the columns there are. They are told to the stream in any
    case, unless there are too many. Raises TooLarge.
    """
    rows = table.rows
    line, header = next(rows, (1, []))
    faults_before = faults.count
    fields = _fields_of(header, Line(line), wanted, options, faults)
    if len(header) <= MAX_COLUMNS:
        stream.columns = columns_of(header, fields)
    if faults.count > faults_before or not header:
        return
    most = limits.max_rows
    known = [(index, field) for index, field in enumerate(fields) if field]
    for number, (line, row) in enumerate(rows, start=1):
        if number > most:
            limits.check_rows(number)
        faults.spend(4 + (len(row) >> 2))
        if row == header:
            continue  # daily files joined, each with its header
        if len(row) > len(fields) and any(cell.strip() for cell in row[len(fields) :]):
            faults.add((Line(line),), f"{len(row)} cells, the header has {len(fields)}; put such a cell in quotes")
            continue
        cells = row if len(row) >= len(fields) else row + [""] * (len(fields) - len(row))
        record = {field: text for index, field in known if (text := cells[index].strip())}
        if record:
            yield Line(line), record


def _fields_of(header: list[str], line: Line, wanted: Wanted, options: SourceOptions, faults: Faults) -> list[str]:
    """The field of each column, "" where it is not read. What makes a table unreadable is recorded as a fault."""
    fields = [""] * len(header)
    if len(header) > MAX_COLUMNS:
        faults.add((line,), f"{len(header):,} columns; at most {MAX_COLUMNS} are read, leave out the others")
        return fields
    names = [plain(cell) for cell in header]
    _check_chosen(options.columns, header, line, wanted, faults)
    for field, headings in wanted.headings.items():
        chosen = options.columns.get(field)
        if chosen == "":
            continue
        there = [name for name in ([chosen] if chosen else headings) if name in names]
        found = next(iter(there), None)
        if wanted.loose and len(there) > 1 and there[0] != plain(field):
            faults.add((line, field), f"more than one column may be this: {', '.join(there)}; {_name_yours(field)}")
        elif found is not None and names.count(found) > 1:
            faults.add((line, field), f"{names.count(found)} columns are called {found}; keep one")
        elif found is not None and (chosen or not fields[names.index(found)]):  # what the sender chose counts
            fields[names.index(found)] = field
        elif field in wanted.required and not chosen:
            faults.add(
                (line, field),
                f"no column of this {wanted.described} has it (expected {' or '.join(headings[:_MOST_SHOWN])}); "
                f"{_columns_there(header)}; {_name_yours(field)}",
            )
    return fields


def _check_chosen(chosen: Mapping[str, str], header: list[str], line: Line, wanted: Wanted, faults: Faults) -> None:
    """Record a fault for each column that the sender named, or left out, where that cannot be."""
    names = [plain(cell) for cell in header]
    for field, given in chosen.items():
        if field not in wanted.headings:
            faults.add((line, field), f"nothing of a {wanted.described} is read as {field}; leave this column out")
        elif not given and field in wanted.required:
            faults.add((line, field), f"a {wanted.described} cannot do without it; {_columns_there(header)}")
        elif given and given not in names:
            faults.add((line, field), f"no column is called {given}; {_columns_there(header)}")


def _name_yours(field: str) -> str:
    return f"name yours by column {field}=HEADER"


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
