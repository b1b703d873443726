"""Reading a roster: a table that says who the students of an upload are.

Three kinds, told apart by their headings alone: Moodle's grading worksheet (`Identifier`, `Full name`, `Email address`,
`ID number`), Canvas's gradebook export (`Student`, `ID`, `SIS User ID`, `SIS Login ID`), and a table of one's own
(`student_id`, `namespace`, `name`, `email`). Columns that none of them has are not read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from feedback.events import Faults, InvalidEvents, Limits, settled
from feedback.events.faults import Line
from feedback.events.formats.columns import plain
from feedback.events.formats.records import text_table
from feedback.events.strict_decoder import inspect

MAX_COLUMNS = 400  # a gradebook has one for each assignment
_LONGEST = 200
# For each field its headings in their plain form, the preferred one first.
_HEADINGS: Mapping[str, Sequence[str]] = {
    "student_id": ("studentid", "idnumber", "sisuserid"),
    "namespace": ("namespace",),
    "name": ("name", "fullname", "studentname", "student"),
    "first_name": ("firstname",),
    "last_name": ("lastname", "surname"),
    "email": ("email", "emailaddress"),
    "login": ("sisloginid",),
    "participant": ("identifier",),
    "canvas_user": ("id",),
    "canvas_file": ("canvasfile",),
}
# Beside these `ID` is Canvas's own number of the user.
_OF_CANVAS = {"section", "sisuserid", "sisloginid"}
# At least one of these is needed: a row is joined to its student by them.
_JOINED_BY = ("student_id", "email", "login", "name", "last_name")
_PARTICIPANT = re.compile(r"[0-9]{1,18}$")
# What Canvas calls a file that was handed in: `lovelaceada_LATE_4711_815_report.pdf`.
_CANVAS_FILE = re.compile(r"_([0-9]{1,18})_([0-9]{1,18})_")
_DIGITS = re.compile(r"[0-9]{1,18}")


class RosterRow(msgspec.Struct, frozen=True):
    """One person of a roster, as far as the row says who that is; "" is not said. `namespace` None is any."""

    line: int
    student_id: str = ""
    namespace: str | None = None
    name: str = ""
    email: str = ""
    login: str = ""
    participant: str = ""
    canvas_user: str = ""
    canvas_file: str = ""


def read_roster(source: IO[bytes], limits: Limits) -> list[RosterRow]:
    """The rows of a rewound table, in their order. Raises InvalidEvents, which names every fault, and TooLarge."""
    faults = Faults(limits.effort.spend)
    rows = list(_rows(source, limits, faults))
    if not rows and not faults:
        faults.add((), "no row names a person; send a header row, and a row a student below it")
    if faults:
        number = "1 fault" if faults.count == 1 else f"{faults.count:,} faults"
        why = (
            f"The roster cannot be read: {number}, named in `details`. Mend that and send it again; nothing was stored."
        )
        raise InvalidEvents(why, faults.details())
    return rows


def _rows(source: IO[bytes], limits: Limits, faults: Faults) -> Iterator[RosterRow]:
    table = text_table(source, faults).rows
    line, header = next(table, (1, []))
    fields, numbers = _fields(header, Line(line), faults), dict[tuple[str, str], int]()
    for number, (line, cells) in enumerate(table if fields else (), start=1):
        limits.check_students(number)
        faults.spend(4 + len(cells))
        record = {field: text for field, cell in zip(fields, cells, strict=False) if field and (text := _text(cell))}
        if record.keys() == {"namespace"} or not record or _is_no_person(fields, record):
            continue
        if (row := _row(Line(line), record, faults)) is not None:
            _check_numbers(row, numbers, faults)
            yield row


def _check_numbers(row: RosterRow, known: dict[tuple[str, str], int], faults: Faults) -> None:
    """A platform's number is one person's: two reports under one number would overwrite one another there."""
    for field in ("participant", "canvas_user"):
        if (number := getattr(row, field)) and (first := known.setdefault((field, number), row.line)) != row.line:
            faults.add((Line(row.line), field), f"{number} is the number of line {first} already; keep one of the two")


def _fields(header: Sequence[str], line: Line, faults: Faults) -> list[str]:
    """The field of each column, "" where it is not read; none at all where the table cannot be used."""
    if len(header) > MAX_COLUMNS:
        faults.add((line,), f"{len(header):,} columns; at most {MAX_COLUMNS} are read, leave out the others")
        return []
    names, fields = [plain(cell) for cell in header], [""] * len(header)
    for field, headings in _HEADINGS.items():
        found = next((heading for heading in headings if heading in names), None)
        if found is None or (field == "canvas_user" and not _OF_CANVAS.intersection(names)):
            continue
        if names.count(found) > 1:
            faults.add((line, field), f"{names.count(found)} columns are called {found}; keep one")
        fields[names.index(found)] = field
    if not faults and not any(field in fields for field in _JOINED_BY):
        faults.add((line,), f"no column says who a row is about; {_EXPECTED}; {_columns_there(header)}")
    return [] if faults else fields


_EXPECTED = (
    "expected those of a Moodle grading worksheet, of a Canvas gradebook, or student_id, namespace, name and email"
)


def _columns_there(header: Sequence[str]) -> str:
    shown = ", ".join(cell.strip() for cell in header[:20] if cell.strip() and cell.isprintable())
    return f"the columns are {shown[:400]}" if shown else "the file has no header row"


def _text(cell: str) -> str:
    """As everything is compared and stored, on one line."""
    return " ".join(settled(cell).split())


def _is_no_person(fields: Sequence[str], record: Mapping[str, str]) -> bool:
    """Of a gradebook, the rows that hold each column's points and settings."""
    return "canvas_user" in fields and "canvas_user" not in record


def _row(line: Line, record: dict[str, str], faults: Faults) -> RosterRow | None:
    before = faults.count
    for field, text in record.items():
        inspect(text, (line, field), 0, faults)
        if why := _fault(field, text):
            faults.add((line, field), why)
    if faults.count > before:
        return None
    if whole := " ".join(record.pop(part) for part in ("first_name", "last_name") if part in record):
        record.setdefault("name", whole)
    if "canvas_user" in record:
        record["name"] = in_spoken_order(record.get("name", ""))
    if file := _CANVAS_FILE.search(record.get("canvas_file", "")):
        record["canvas_user"], record["canvas_file"] = file[1], file[2]
    if participant := _PARTICIPANT.search(record.get("participant", "")):
        record["participant"] = participant[0]
    return RosterRow(int(line), **record)


def _fault(field: str, text: str) -> str:
    """Why a cell cannot be taken; "" where it can."""
    if len(text) > _LONGEST:
        return f"{len(text):,} characters; at most {_LONGEST} are kept"
    if any(unicodedata.category(character) == "Cc" for character in text):
        return "it holds a control character; remove it"
    if field == "email" and not _is_address(text):
        return "not an e-mail address; leave the cell empty where there is none"
    if field == "participant" and not _PARTICIPANT.search(text):
        return "expected Moodle's number, such as Participant 123"
    if field == "canvas_user" and not _DIGITS.fullmatch(text):
        return "expected Canvas's number of the user"
    if field == "canvas_file" and not _CANVAS_FILE.search(text):
        return "expected the name of a file as Canvas's download has it, such as lovelaceada_4711_815_essay.pdf"
    return ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def in_spoken_order(name: str) -> str:
    """`Ada Lovelace` for `Lovelace, Ada`."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and ", " not in first else name
