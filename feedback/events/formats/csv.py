"""CSV as spreadsheets and databases write it (RFC 4180): a header row, then an event a row.

The columns are the fields of the contract, in any order; others are ignored. A student's rows need not
stand together, and a row that names a student and nothing else is a student without events. An empty cell
is an absent field. The separator is what the header row uses: comma, semicolon or tab. Of `student_name`,
`student_language`, `remark` and `extra_minutes` a student's first row that has one counts.
"""

import re
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from feedback.events.faults import Faults, Line, Place
from feedback.events.formats.cells import rows_of
from feedback.events.formats.columns import columns_of, fields_of
from feedback.events.limits import Limits
from feedback.events.model import Event, ExtraMinutes, Name, Remark, ReportLanguage, Student
from feedback.events.normal_form import settled, settled_score
from feedback.events.reading import Note, Received, StudentStream
from feedback.events.strict_decoder import EXPECTED, REFUSALS, convert_field, event_from, found_instead, student_from

_STUDENT = ("student_id", "namespace")
# What a student has beside events: the field and its type, by the name of the column.
_OF_STUDENT: dict[str, tuple[str, Any]] = {
    "student_name": ("name", Name),
    "remark": ("remark", Remark),
    "extra_minutes": ("extra_minutes", ExtraMinutes),
    # Not `language`: in the logs of many platforms that is the programming language of an event.
    "student_language": ("language", ReportLanguage),
}
_EVENT = tuple(field.name for field in msgspec.structs.fields(Event))
_COLUMNS = (*_STUDENT, *_EVENT)
_REQUIRED = ("student_id", "unit")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
# Which an offset may carry out of the years 1 to 9999: for the careful path to judge.
_SUSPECT_DAYS = ("0001-01-01", "9999-12-31")

Row = dict[str, str]


def read_csv(source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream) -> Received:
    """The students in the order of their first rows, each with the place of that row, once all rows are read."""
    gathered = dict[tuple[str, str], tuple[Place, Student]]()
    more = dict[tuple[str, str], dict[str, Any]]()
    events = 0
    for number, (line, row) in enumerate(_rows(source, faults, stream), start=1):
        limits.check_rows(number)
        here, key = (Line(line),), (row.get("namespace", ""), row.get("student_id", ""))
        if key not in gathered and (student := student_from(_student(row), here, 0, faults)):
            gathered[key] = here, student
            limits.check_students(len(gathered))
        if not _OF_STUDENT.keys().isdisjoint(row):
            _take_fields(row, more.setdefault(key, {}), here, faults)
        if any(name in row for name in _EVENT):
            event = _event(row, here, faults)  # of nobody, too: all that is wrong with a row is said at once
            events += 1
            place, student = gathered.get(key, (here, None))
            if student and event:
                student.events.append(event)
            limits.check_events(len(student.events) if student else 0, events, place)
    if not gathered and not faults:
        faults.add(
            (),
            f"it is empty; send a header row ({','.join(_COLUMNS)}) and an event a row "
            "(curl's -d takes line ends away, --data-binary keeps them)",
        )
    for key, (place, student) in gathered.items():
        yield place, msgspec.structs.replace(student, **more[key]) if more.get(key) else student


def _take_fields(row: Row, fields: dict[str, Any], place: Place, faults: Faults) -> None:
    """Add to a student's fields what the row has of those not known yet."""
    for column, (name, type_) in _OF_STUDENT.items():
        if column not in row or name in fields:
            continue
        value: Any = row[column]
        if name == "extra_minutes" and _NUMBER.fullmatch(value):
            value = float(value.replace(",", "."))
        try:
            fields[name] = convert_field(name, value, type_)
        except REFUSALS:
            faults.add((*place, column), f"{EXPECTED[name]}; {found_instead(row, column)}")


def _student(row: Row) -> dict[str, object]:
    return {name: row[name] for name in _STUDENT if name in row} | {"events": []}


def _event(row: Row, place: Place, faults: Faults) -> Event | None:
    fields = _fields(row)
    if row.get("created_time", "")[:10] not in _SUSPECT_DAYS:
        try:
            return msgspec.convert(fields, Event)
        except msgspec.ValidationError:
            pass  # the careful path says what is wrong, or knows more forms of a time
    return event_from(fields, place, 0, faults)


def _fields(row: Row) -> dict[str, object]:
    """The fields of an event as JSON would hold them; a score that is no number stays the text it is."""
    fields: dict[str, object] = {name: row[name] for name in _EVENT if name in row}
    if "score" in row and _NUMBER.fullmatch(score := row["score"]):
        fields["score"] = settled_score(float(score.replace(",", ".")))  # some spreadsheets write a decimal comma
    return fields


def _rows(source: IO[bytes], faults: Faults, stream: StudentStream) -> Iterator[tuple[int, Row]]:
    """(number of its first line, the cells that are not empty, by the columns we know) of each row."""
    cells = rows_of(source, faults)
    line, header = next(cells, (1, []))
    header = _without_empty_tail(header)
    fields = fields_of(header, line, (*_COLUMNS, *_OF_STUDENT), _REQUIRED, faults)
    if fields:
        _tell(header, fields, stream)
    for line, row in cells if fields else ():
        faults.spend(4 + len(row))
        if len(row) != len(fields) and len(filled := _without_empty_tail(row)) != len(fields):
            if not filled:
                continue
            if len(row) < len(fields) or len(filled) > len(fields):
                faults.add((Line(line),), _other_number(len(filled), len(fields)))
                continue
        known = {name: form for name, cell in zip(fields, row, strict=False) if name and (form := settled(cell))}
        if known:
            yield line, known


def _without_empty_tail(cells: list[str]) -> list[str]:
    last = next((index for index in range(len(cells), 0, -1) if cells[index - 1].strip()), 0)
    return cells[:last]


def _other_number(found: int, expected: int) -> str:
    cells = "1 cell" if found == 1 else f"{found} cells"
    if found < expected:
        return f"{cells}, the header has {expected}; complete the row, or remove it where it is no event"
    return f"{cells}, the header has {expected}; put a cell that holds the separator in quotes"


def _tell(header: list[str], fields: list[str], stream: StudentStream) -> None:
    stream.columns = columns_of(header, fields)
    if stream.columns.ignored:
        stream.notes.append(Note("columns_ignored", f"Columns not read: {', '.join(stream.columns.ignored)}."))
