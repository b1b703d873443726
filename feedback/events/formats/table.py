"""Any spreadsheet with a row an event: CSV of every kind or .xlsx, its columns found by name or named by the sender.

A row counts where it names a student and a question, so neither a footer nor a sum becomes a student.
"""

from typing import IO

from feedback.events.context import Context
from feedback.events.faults import Faults, Line
from feedback.events.formats.archives import is_archive
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.look import Look
from feedback.events.formats.records import Record, Wanted, records, text_table
from feedback.events.formats.source_context import as_points, beside
from feedback.events.formats.source_numbers import number_in
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.formats.table_headings import HEADINGS
from feedback.events.formats.workbook import workbook_table
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "a table"
_WANTED = Wanted("table", HEADINGS, ("student_id", "unit"), loose=True)


def read_table(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, points = Gathering(limits, faults, stream, options), dict[str, float]()
    table = workbook_table(source, faults, options.max_bytes) if is_archive(source) else text_table(source, faults)
    for line, row in records(table, _WANTED, options, limits, faults, stream):
        if "student_id" not in row or "unit" not in row:
            gathering.leave_out("rows without a student" if "student_id" not in row else "rows without a question")
        else:
            _add(row, line, gathering, points, table.decimal_comma)
    stream.context = beside(Context(questions=gathering.questions({}, points)), stream.context)
    yield from gathering.students(DESCRIBED)


def _add(row: Record, line: Line, gathering: Gathering, points: dict[str, float], decimal_comma: bool) -> None:
    place, written, word = (line,), row.get("created_time"), row.get("type", "")
    most = _number(row, "max_score", line, gathering, decimal_comma)
    if said := as_points(most):
        points[row["unit"]] = said
    gathering.name(row.get("namespace", ""), row["student_id"], row.get("name", ""))
    gathering.add(
        Action(
            student_id=row["student_id"],
            unit=row["unit"],
            type=word,
            created_time=time_in(written, "created_time", place, gathering, day_first=True) if written else None,
            score=_share(row, most, line, gathering, decimal_comma),
            namespace=row.get("namespace", ""),
        ),
        place,
    )


def _share(row: Record, most: float | None, line: Line, gathering: Gathering, decimal_comma: bool) -> float | None:
    """The score as a share of the points; None, with the fault recorded, where it is none."""
    given = _number(row, "score", line, gathering, decimal_comma)
    if given is None:
        return None
    if most is None and row["score"].endswith("%"):
        most = 100
    if most is not None and most <= 0:
        gathering.faults.add((line, "max_score"), f"expected a number above 0, got {row['max_score'][:40]}")
        return None
    share = given / (most or 1)
    if not -1e-9 <= share <= 1 + 1e-9:
        cure = "" if most else "; name the column with the most there is by column max_score=HEADER"
        gathering.faults.add(
            (line, "score"), f"expected a number from 0 to {most or 1:g}, got {row['score'][:40]}{cure}"
        )
        return None
    return share


def _number(row: Record, field: str, line: Line, gathering: Gathering, decimal_comma: bool) -> float | None:
    text = row.get(field, "").removesuffix("%").strip()
    return number_in(text, field, (line,), gathering, decimal_comma=decimal_comma)


def _is_workbook(look: Look) -> bool:
    """Of text there are tables of all kinds, and ours are among them: none is this one for certain."""
    return "workbook.xml" in look.members and "[content_types].xml" in look.members


FORMAT = Format(
    name="table",
    label="Any spreadsheet",
    described=DESCRIBED,
    read=read_table,
    recognises=_is_workbook,
    table=True,
    workbook=True,
)
