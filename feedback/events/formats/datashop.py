"""DataShop's export of transactions (Carnegie Mellon's LearnSphere): a row each time a student acts in a tutor.

A problem is the unit. Its steps are graded one by one, so a problem of several steps is worth the share of them that
the student has got right so far. What the tutor does by itself is left out and counted.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import IO
from zoneinfo import ZoneInfo

import msgspec

from feedback.events.context import Context
from feedback.events.faults import Faults, Line
from feedback.events.formats.columns import plain
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.records import Record, Wanted, records, text_table
from feedback.events.formats.source_context import beside, unit_text
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "DataShop's transactions"
TABLE = "ds*_tx_*.txt"
# The headings that no other table has together, in their plain form.
SIGNS = frozenset({"anonstudentid", "problemname", "stepname", "outcome"})
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "student_id": ("anonstudentid",),
    "namespace": (),
    "source_id": ("transactionid",),
    "unit": ("problemname",),
    "step": ("stepname",),
    "created_time": ("time",),
    "zone": ("timezone",),
    "response": ("studentresponsetype",),
    "subtype": ("studentresponsesubtype",),
    "tutor": ("tutorresponsetype",),
    "outcome": ("outcome",),
}
_WANTED = Wanted("table of transactions", _HEADINGS, ("student_id", "unit", "outcome"))
_FIRST = datetime.min.replace(tzinfo=UTC)
# What many rows have alike: one copy of each is kept.
_OFTEN = ("student_id", "unit", "step", "namespace")
_RIGHT, _WRONG = ("correct", "ok"), ("incorrect", "bug", "error")
_HINTS = ("hint", "initialhint", "hintrequest", "hintlevelchange")


class _Row(msgspec.Struct, gc=False):
    """A transaction; `right` says whether the step was got right, where that was graded."""

    line: Line
    action: Action
    step: str
    right: bool | None


def read_datashop(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, rows, zones = Gathering(limits, faults, stream, options), list[_Row](), dict[str, ZoneInfo | None]()
    shared = dict[str, str]()
    for line, row in records(text_table(source, faults), _WANTED, options, limits, faults, stream):
        if why := _why_left_out(row):
            gathering.leave_out(why)
        else:
            for name in _OFTEN:
                row[name] = shared.setdefault(row.get(name, ""), row.get(name, ""))
            rows.append(_row(row, line, zones, gathering))
            limits.check_events(0, len(rows), (line,))
    rows.sort(key=lambda one: one.action.created_time or _FIRST)
    steps = _steps_of(rows)
    right = dict[tuple[str, str, str], set[str]]()
    rows.reverse()
    while rows:  # they are most of the memory: each is forgotten as it becomes an event
        one = rows.pop()
        gathering.add(_scored(one, steps, right), (one.line,))
    cut = {unit: unit for _, unit in steps if unit_text(unit) != unit}
    stream.context = beside(Context(questions=gathering.questions(cut, known=False)), stream.context)
    yield from gathering.students(DESCRIBED)


def _why_left_out(row: Record) -> str | None:
    if "student_id" not in row or "unit" not in row:
        return "rows without a student" if "unit" in row else "rows without a problem"
    if plain(row.get("subtype", "")) == "tutorperformed" or ("response" not in row and "tutor" in row):
        return "of the tutor (no response of the student)"
    return None


def _row(row: Record, line: Line, zones: dict[str, ZoneInfo | None], gathering: Gathering) -> _Row:
    kind, right = _kind_of(row, gathering.options)
    written = row.get("created_time")
    action = Action(
        student_id=row["student_id"],
        unit=row["unit"],
        type=kind,
        created_time=_time(written, row.get("zone", ""), line, zones, gathering) if written else None,
        namespace=row["namespace"],
        source_id=row.get("source_id"),
    )
    return _Row(line, action, row["step"], right if kind == "submission" else None)


def _kind_of(row: Record, options: SourceOptions) -> tuple[str, bool | None]:
    """(kind, whether it was right) by the outcome, else by what the student asked for; a word of nobody's stays."""
    outcome, response = plain(row.get("outcome", "")), plain(row.get("response", ""))
    word = outcome or response
    if word in options.kinds:
        return options.kinds[word], None
    if outcome in _RIGHT or outcome in _WRONG:
        return "submission", outcome in _RIGHT
    if outcome in _HINTS or (not outcome and response in _HINTS):
        return "hint", None
    if outcome == "study":
        return "view", None
    return ("submission", None) if response == "attempt" and not outcome else (row.get("outcome", "other"), None)


def _time(
    written: str, zone: str, line: Line, zones: dict[str, ZoneInfo | None], gathering: Gathering
) -> datetime | None:
    """In the zone of the row; in the source's own where the row has none, or one that is no IANA name."""
    if zone and zone not in zones:
        zones[zone] = _zone(zone, line, gathering)
    return time_in(written, "Time", (line,), gathering, zone=zones.get(zone))


def _zone(name: str, line: Line, gathering: Gathering) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        if gathering.options.zone is None:
            why = f"expected an IANA name such as US/Eastern, got {name[:40]}; say which zone it is by source_tz"
            gathering.faults.add((line, "Time Zone"), why)
        return None


def _steps_of(rows: Iterable[_Row]) -> dict[tuple[str, str], set[str]]:
    """The graded steps of each problem, over all students, by namespace and unit."""
    steps = dict[tuple[str, str], set[str]]()
    for one in rows:
        if one.right is not None:
            steps.setdefault((one.action.namespace, one.action.unit), set()).add(one.step)
    return steps


def _scored(
    one: _Row, steps: Mapping[tuple[str, str], set[str]], right: dict[tuple[str, str, str], set[str]]
) -> Action:
    if one.right is None:
        return one.action
    action = one.action
    mine = right.setdefault((action.namespace, action.student_id, action.unit), set())
    if one.right:
        mine.add(one.step)
    share = len(mine) / len(steps[action.namespace, action.unit])
    return msgspec.structs.replace(action, score=share)


FORMAT = Format(
    name="datashop",
    label="DataShop",
    described=DESCRIBED,
    read=read_datashop,
    recognises=lambda look: look.headings >= SIGNS,
    member=TABLE,
    table=True,
)
