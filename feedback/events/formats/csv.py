"""CSV as spreadsheets and databases write it (RFC 4180): a header row, then an event a row.

The columns are the fields of the contract, in any order; others are ignored. A student's rows need not
stand together, and a row that names a student and nothing else is a student without events. An empty cell
is an absent field. The separator is what the header row uses: comma, semicolon or tab.
"""

import csv
import itertools
import re
from collections.abc import Iterator
from typing import IO

import msgspec

from feedback.events.faults import Faults, Line, Place
from feedback.events.limits import MAX_COLUMNS, Limits
from feedback.events.model import Event, Student
from feedback.events.reading import Received, StudentStream
from feedback.events.strict_decoder import event_from, student_from

_STUDENT = ("student_id", "namespace")
_EVENT = tuple(field.name for field in msgspec.structs.fields(Event))
_COLUMNS = (*_STUDENT, *_EVENT)
_REQUIRED = ("student_id", "unit")
_SEPARATORS = ",;\t"
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
# Which an offset may carry out of the years 1 to 9999: for the careful path to judge.
_SUSPECT_DAYS = ("0001-01-01", "9999-12-31")
# Rows of a few fields are far shorter; a file without line ends is not read into memory whole.
_LINE_BYTES = 1 << 20

Row = dict[str, str]


def read_csv(source: IO[bytes], limits: Limits, faults: Faults, _stream: StudentStream) -> Received:
    """The students in the order of their first rows, each with the place of that row, once all rows are read."""
    gathered = dict[tuple[str, str], tuple[Place, Student]]()
    events = 0
    for number, (line, row) in enumerate(_rows(source, faults), start=1):
        limits.check_rows(number)
        here, key = (Line(line),), (row.get("namespace", ""), row.get("student_id", ""))
        if key not in gathered and (student := student_from(_student(row), here, 0, faults)):
            gathered[key] = here, student
            limits.check_students(len(gathered))
        if any(name in row for name in _EVENT):
            event = _event(row, here, faults)  # of nobody, too: all that is wrong with a row is said at once
            events += 1
            place, student = gathered.get(key, (here, None))
            if student and event:
                student.events.append(event)
            limits.check_events(len(student.events) if student else 0, events, place)
    if not gathered and not faults:
        faults.add((), f"it is empty; send a header row ({','.join(_COLUMNS)}) and an event a row")
    yield from gathered.values()


def _student(row: Row) -> dict[str, object]:
    return {name: row[name] for name in _STUDENT if name in row} | {"events": []}


def _event(row: Row, place: Place, faults: Faults) -> Event | None:
    fields = _fields(row)
    if row.get("created_time", "").lstrip()[:10] not in _SUSPECT_DAYS:
        try:
            return msgspec.convert(fields, Event)
        except msgspec.ValidationError:
            pass  # the careful path says what is wrong, or knows more forms of a time
    return event_from(fields, place, 0, faults)


def _fields(row: Row) -> dict[str, object]:
    """The fields of an event as JSON would hold them; a score that is no number stays the text it is."""
    fields: dict[str, object] = {name: row[name] for name in _EVENT if name in row}
    if "created_time" in row:
        fields["created_time"] = row["created_time"].strip()
    if "score" in row and _NUMBER.fullmatch(score := row["score"].strip()):
        fields["score"] = float(score.replace(",", "."))  # some spreadsheets write a decimal comma
    return fields


def _rows(source: IO[bytes], faults: Faults) -> Iterator[tuple[int, Row]]:
    """(number of its first line, the cells that are not empty, by the columns we know) of each row."""
    cells = _cells(source, faults)
    line, header = next(cells, (1, []))
    columns = _columns(header, line, faults)
    for line, row in cells if columns else ():
        faults.spend(4 + len(row))
        if any(row[len(columns) :]):
            much = f"{len(row)} cells, the header has {len(columns)}; put a cell that holds the separator in quotes"
            faults.add((Line(line),), much)
        elif known := {name: cell for name, cell in zip(columns, row, strict=False) if name in _COLUMNS and cell}:
            yield line, known


def _columns(header: list[str], line: int, faults: Faults) -> list[str]:
    """The names of the header row; none of them, with the faults recorded, where it cannot be used."""
    names = [cell.strip().lower() for cell in header[: MAX_COLUMNS + 1]]
    before = faults.count
    if len(header) > MAX_COLUMNS:
        faults.add((Line(line),), f"{len(header):,} columns; at most {MAX_COLUMNS} are read, leave out the others")
        return []
    for name in _COLUMNS:
        if names.count(name) > 1:
            faults.add((Line(line), name), "two columns have this name; keep one")
        elif header and name in _REQUIRED and name not in names:
            faults.add((Line(line), name), f"no column has this name; the header row must name {', '.join(_REQUIRED)}")
    return names if faults.count == before else []


def _cells(source: IO[bytes], faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, all cells) of each row that is not blank, the header's too."""
    lines = _lines(source, faults)
    blank, header = next(((number, line) for number, line in enumerate(lines) if line.strip()), (0, ""))
    reader = csv.reader(itertools.chain([header], lines), delimiter=max(_SEPARATORS, key=header.count), strict=True)
    first = blank + 1
    try:
        for cells in reader:
            if cells:
                yield first, cells
            first = blank + reader.line_num + 1
    except csv.Error as fault:
        faults.add((Line(first),), f"not CSV: {fault}")


def _lines(source: IO[bytes], faults: Faults) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: source.readline(_LINE_BYTES), b""), start=1):
        faults.spend(1)
        if len(line) == _LINE_BYTES:
            faults.add((Line(number),), f"longer than {_LINE_BYTES:,} bytes; end each row with a new line")
            return
        if b"\0" in line:
            faults.add((Line(number),), "a NUL character (U+0000) is not accepted; remove it")
            return
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as fault:
            faults.add((Line(number),), f"not UTF-8 at byte {fault.start}; save the file as CSV in UTF-8")
            return
