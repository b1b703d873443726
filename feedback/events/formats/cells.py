"""The cells of CSV, whatever a spreadsheet or a database made of its encoding, line ends, separator and quotes."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from typing import IO

from feedback.events.faults import Faults, Line

_SEPARATORS = ",;\t"
_SAID = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_SPACED_QUOTE = re.compile(r'(?:^|[,;\t|]) +"')
# Rows of a few fields are far shorter; a file without line ends is not read into memory whole.
_LINE_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 16
# Within quotes a row goes on over ends of lines. Each cell takes more room than its separator.
_ROW_CHARACTERS = 1 << 20


def rows_of(
    source: IO[bytes],
    faults: Faults,
    *,
    encoding: str | None = None,
    separators: str = _SEPARATORS,
    told: Callable[[str], None] = lambda _: None,
    escape: str | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, all cells) of each row that is not blank, the header's too.

    `encoding` is that of the file where it is known to be another than UTF-8 or UTF-16 with a mark; `told` is called
    with what separates the cells; after the character `escape` a quote does not end its cell.
    """
    lines = _decoded(source, encoding, faults) if encoding else _lines(source, faults)
    blank, header = _first(lines)
    separator = max(separators, key=header.count)
    if said := _SAID.fullmatch(header.strip("\r\n")):  # as Excel writes it, for itself
        separator = said[1]
        more, header = _first(lines)
        blank += more + 1
    told(separator)
    row = _Row(itertools.chain([header], lines))
    reader = csv.reader(
        row,
        delimiter=separator,
        escapechar=escape,
        strict=True,
        skipinitialspace=bool(_SPACED_QUOTE.search(header)),
    )
    first = blank + 1
    try:
        for cells in reader:
            row.characters = 0
            if cells:
                yield first, cells
            first = blank + reader.line_num + 1
    except csv.Error as fault:
        faults.add((Line(first),), _in_words(fault))


class _Row:
    """Lines, as long as one row does not take too many of them: `characters` is how long it is so far."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.characters += len(line)
            if self.characters > _ROW_CHARACTERS:
                raise csv.Error(f"a row of more than {_ROW_CHARACTERS:,} characters, or a quote that is never closed")
            yield line


def _first(lines: Iterator[str]) -> tuple[int, str]:
    """How many lines are blank, and the first that is not."""
    return next(((number, line) for number, line in enumerate(lines) if line.strip()), (0, ""))


def _in_words(fault: csv.Error) -> str:
    if "field larger" in str(fault):
        most = csv.field_size_limit()
        return (
            f"not CSV: a cell of more than {most:,} characters, or a quote that is never closed; leave its column out"
        )
    return f"not CSV: {fault}"


def _lines(source: IO[bytes], faults: Faults) -> Iterator[str]:
    """The lines, each with its end; a lone end of file (Ctrl-Z) as old systems write it is none."""
    start = source.tell()
    head = source.readline(_LINE_BYTES)
    source.seek(start)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _decoded(source, "utf-16", faults)
    elif b"\r" in head.rstrip(b"\r\n") and b'"' not in head:
        yield from _decoded(source, "utf-8-sig", faults)
    else:
        yield from _in_utf8(source, faults)


def _in_utf8(source: IO[bytes], faults: Faults) -> Iterator[str]:
    """The lines, a block at a time: nearly all blocks hold nothing that a single line has to be looked at for."""
    number = 0
    while block := source.read(_BLOCK_BYTES):
        rest = b"" if block.endswith(b"\n") else source.readline(_LINE_BYTES)
        too_long = len(rest) + len(block) - block.rfind(b"\n") > _LINE_BYTES
        text = None if too_long else _plain_text(block + rest, faults, first=number == 0)
        if text is None:
            yield from _one_by_one(io.BytesIO(block + rest), number, faults)
            if faults:
                return
        else:
            yield from io.StringIO(text, newline="\n")
        number += block.count(b"\n") + rest.count(b"\n")


def _plain_text(block: bytes, faults: Faults, *, first: bool) -> str | None:
    """The text of whole lines; None where one of them is a fault, or ends the file as old systems wrote it."""
    faults.spend(1 + block.count(b"\n"))
    if b"\0" in block or b"\x1a" in block:
        return None
    try:
        return block.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        return None


def _one_by_one(lines: IO[bytes], before: int, faults: Faults) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: lines.readline(_LINE_BYTES), b""), start=before + 1):
        faults.spend(1)
        if len(line) == _LINE_BYTES:
            faults.add((Line(number),), f"longer than {_LINE_BYTES:,} bytes; end each row with a new line")
            return
        if b"\0" in line:
            faults.add((Line(number),), _NUL)
            return
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as fault:
            faults.add((Line(number),), f"not UTF-8 at byte {fault.start}; save the file as CSV in UTF-8")
            return
        yield "\n" if text.strip() == "\x1a" else text


_NUL = "a NUL character (U+0000) is not accepted; remove it"


def _decoded(source: IO[bytes], encoding: str, faults: Faults) -> Iterator[str]:
    """Lines that end in a carriage return alone, or are in UTF-16."""
    text, number = io.TextIOWrapper(source, encoding), 0
    try:
        for number, line in enumerate(iter(lambda: text.readline(_LINE_BYTES), ""), start=1):
            faults.spend(1 + (len(line) >> 10))
            if len(line) == _LINE_BYTES:
                faults.add((Line(number),), f"longer than {_LINE_BYTES:,} characters; end each row with a new line")
                return
            if "\0" in line:
                faults.add((Line(number),), _NUL)
                return
            yield "\n" if line.strip() == "\x1a" else line
    except UnicodeError:
        faults.add((Line(number + 1),), f"not {encoding.removesuffix('-sig').upper()}; save the file as CSV in UTF-8")
    finally:
        if not source.closed:  # it may be, where the reading was given up
            text.detach()
