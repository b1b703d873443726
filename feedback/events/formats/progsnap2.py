"""ProgSnap2 (CSSPLICE/ProgSnapToolkit, versions 3 to 8 of the draft and 1.0): the main table of a data set.

MainTable.csv, alone or in an archive of the data set. `Score` (else `Correct`) is read of submissions alone: on
Run.Test it is that of one test, and data sets repeat the last state on hint requests. An event whose `ParentEventID`
is another event's is the same action as that one and is left out, but a submission. A run or a compilation of which
such a part is a compile error is a compile error itself.
"""

from collections.abc import Iterable, Mapping
from typing import IO, NamedTuple

from feedback.events.faults import Faults, Line
from feedback.events.formats.columns import plain
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.records import Record, Wanted, records, text_table
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "ProgSnap2"
TABLE = "MainTable.csv"
# The headings that no other table has together, in their plain form.
SIGNS = frozenset({"eventtype", "eventid", "subjectid"})
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "event_type": ("eventtype",),
    "event_id": ("eventid",),
    "parent": ("parenteventid",),
    "student_id": ("subjectid",),
    "namespace": ("courseid",),
    "term": ("termid",),
    "unit": ("problemid",),
    "assignment": ("assignmentid",),
    "created_time": ("servertimestamp",),
    "client_time": ("clienttimestamp",),
    "score": ("score",),
    "correct": ("correct",),
    "initiator": ("eventinitiator",),
}
_PARTS = Wanted("ProgSnap2 main table", {"parent": _HEADINGS["parent"]}, ())
_WANTED = Wanted("ProgSnap2 main table", _HEADINGS, ("event_type", "event_id", "student_id"))
KINDS = {
    plain(name): kind
    for kind, names in {
        "submission": ("Submit",),
        "save": ("File.Save", "File.Edit"),
        "run": ("Run.Program", "Run.Test", "Debug.Program", "Debug.Test"),
        "compile": ("Compile", "Compile.Warning"),
        "compile_error": ("Compile.Error",),
        "hint": ("X-HintRequest", "Intervention"),
        "view": ("Resource.View", "File.Open", "File.Focus"),
        "start": ("Session.Start", "Project.Open"),
        "finish": ("Session.End", "Project.Close"),
        "other": ("File.Create", "File.Delete", "File.Rename", "File.Copy", "File.Close"),
    }.items()
    for name in names
}
_NOBODY = ("-1", "na", "nan", "null")
_NOTHING = ("na", "nan", "null")
_TRUTH = {"true": 1.0, "false": 0.0}


def read_progsnap2(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering = Gathering(limits, faults, stream, options)
    families = _families(source, limits, options)
    for line, row in records(text_table(source, faults), _WANTED, options, limits, faults, stream):
        if why := _why_left_out(row, families.events):
            gathering.leave_out(why)
        else:
            _add(row, line, gathering, families.failed)
    yield from gathering.students(DESCRIBED)


class _Families(NamedTuple):
    """Ids of events: those that others may be a part of, and those of which a part is a compile error."""

    events: frozenset[str]
    failed: frozenset[str]


def _families(source: IO[bytes], limits: Limits, options: SourceOptions) -> _Families:
    """Of the events of somebody on some question, where any event of the table is a part of another."""
    faults, stream = Faults(limits.effort.spend), StudentStream()
    found, parents, failed = set[str](), dict[str, str](), set[str]()
    some_part = next(records(text_table(source, faults), _PARTS, SourceOptions(), limits, faults, stream), None)
    source.seek(0)
    if some_part is None:
        return _Families(frozenset(), frozenset())
    for _, row in records(text_table(source, faults), _WANTED, options, limits, faults, stream):
        if "event_id" not in row or _why_left_out(row, frozenset()):
            continue
        found.add(row["event_id"])
        if "parent" in row and (kind := _kind_of(row)) in ("compile", "compile_error"):
            parents[row["event_id"]] = row["parent"]
            if kind == "compile_error":
                failed.add(row["event_id"])
    source.seek(0)
    return _Families(frozenset(found), frozenset(_with_ancestors(failed, parents)))


def _with_ancestors(events: Iterable[str], parents: Mapping[str, str]) -> set[str]:
    found = set[str]()
    for event in events:
        above: str | None = event
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return found


def _why_left_out(row: Record, events: frozenset[str]) -> str | None:
    if row.get("student_id", "-1").casefold() in _NOBODY:
        return "of nobody (SubjectID blank or -1)"
    if row.get("initiator", "").startswith("Instructor"):
        return "of an instructor (EventInitiator)"
    if _unit(row) is None:
        return "on no question (ProblemID and AssignmentID blank)"
    parent = row.get("parent", "")
    if parent in events and parent != row.get("event_id") and _kind_of(row) != "submission":
        return "part of another event (ParentEventID)"
    return None


def _add(row: Record, line: Line, gathering: Gathering, failed: frozenset[str]) -> None:
    place = (line,)
    word = row.get("event_type", "")
    kind = gathering.options.kind_for(word) or _kind_of(row) or word
    if kind in ("run", "compile") and row.get("event_id") in failed:
        kind = "compile_error"
    field, heading = (
        ("created_time", "ServerTimestamp") if "created_time" in row else ("client_time", "ClientTimestamp")
    )
    written = row.get(field)
    gathering.add(
        Action(
            student_id=row["student_id"],
            unit=_unit(row) or "",
            type=kind,
            created_time=time_in(written, heading, place, gathering) if written else None,
            score=_score(row, line, gathering) if kind == "submission" else None,
            namespace=" ".join(row[name] for name in ("namespace", "term") if name in row),
            source_id=row.get("event_id"),
        ),
        place,
    )


def _kind_of(row: Record) -> str | None:
    return KINDS.get(plain(row.get("event_type", "")))


def _unit(row: Record) -> str | None:
    named = (row[name] for name in ("unit", "assignment") if name in row)
    return next((name for name in named if name.casefold() not in _NOTHING), None)


def _score(row: Record, line: Line, gathering: Gathering) -> float | None:
    score, correct = row.get("score", "na"), row.get("correct", "na").casefold()
    if score.casefold() in _NOTHING:
        if correct not in _TRUTH and correct not in _NOTHING:
            gathering.faults.add((line, "Correct"), f"expected TRUE, FALSE or NA, got {correct[:40]}")
        return _TRUTH.get(correct)
    try:
        share = float(score)
    except ValueError:
        share = -1
    if not -1e-9 <= share <= 1 + 1e-9:
        gathering.faults.add((line, "Score"), f"expected a number from 0 to 1, got {score[:40]}")
        return None
    return share


FORMAT = Format(
    name="progsnap2",
    label="ProgSnap2",
    described=DESCRIBED,
    read=read_progsnap2,
    recognises=lambda look: look.headings >= SIGNS,
    member=TABLE,
    table=True,
)
