"""The tracking log of Open edX: one JSON object a line, of all that users and browsers did.

A check of a problem is written by the server and by the browser; the server's counts. The unit is the whole usage
key. Lines that are no work on a problem, which are nearly all, are left out and counted together.
"""

from typing import IO

import msgspec

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults, Line
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.json_lines import entries, quietly
from feedback.events.formats.source_context import as_points, beside, short
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "an Open edX tracking log"
# The kind of each event type, and whether the browser writes it (all else counts from the server alone).
_KINDS = {
    "problem_check": ("submission", False),
    "save_problem_success": ("save", False),
    "edx.problem.hint.demandhint_displayed": ("hint", False),
    "showanswer": ("hint", False),
    "problem_show": ("view", True),
}


class _Module(msgspec.Struct):
    usage_key: str | None = None
    display_name: str | None = None


class _Where(msgspec.Struct):
    course_id: str | None = None
    user_id: int | str | None = None
    module: _Module | None = None


class _Line(msgspec.Struct):
    event_type: str | None
    event_source: str | None = None
    username: str | None = None
    time: str | None = None
    context: _Where | None = None
    event: msgspec.Raw = msgspec.Raw(b"null")


class _Event(msgspec.Struct):
    problem_id: str | None = None
    problem: str | None = None
    module_id: str | None = None
    grade: float | None = None
    max_grade: float | None = None
    success: str | bool | None = None


_line = msgspec.json.Decoder(_Line)
_event = msgspec.json.Decoder(_Event)
_text = msgspec.json.Decoder(str)


class _Log:
    """What the lines say of the course and its problems, beside the students."""

    def __init__(self) -> None:
        self.courses = dict[str, None]()
        self.titles = dict[str, str]()
        self.points = dict[str, float]()


def read_open_edx(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, log = Gathering(limits, faults, stream, options), _Log()
    for line, entry in entries(source, _line, gathering):
        kind, from_browser = _KINDS.get(entry.event_type or "", (None, False))
        if kind is None:
            gathering.leave_out("lines that are no work on a problem")
        elif (entry.event_source == "browser") is not from_browser:
            gathering.leave_out("copies that the browser wrote" if not from_browser else "copies that the server wrote")
        else:
            _take(entry, kind, line, log, gathering)
    course = next(iter(log.courses)) if len(log.courses) == 1 else None
    own = Context(
        exam=Exam(course=short(course or "")),
        questions=gathering.questions(log.titles, log.points, known=course is not None),
    )
    stream.context = beside(own, stream.context)
    yield from gathering.students(DESCRIBED)


def _take(entry: _Line, kind: str, line: Line, log: _Log, gathering: Gathering) -> None:
    where, event = entry.context or _Where(), _event_of(entry)
    student_id = entry.username or ("" if where.user_id is None else str(where.user_id))
    unit = (where.module and where.module.usage_key) or event.problem_id or event.problem or event.module_id
    if not student_id or not unit:
        gathering.leave_out("lines without a user" if not student_id else "lines without a problem's key")
        return
    time = time_in(entry.time, "time", (line,), gathering) if entry.time else None
    score = _score(event) if kind == "submission" else None
    gathering.add(Action(student_id, unit, kind, time, score, where.course_id or ""), (line,))
    if where.course_id:
        log.courses[where.course_id] = None
    title = where.module.display_name if where.module else None
    log.titles[unit] = title or log.titles.get(unit, "")
    if kind == "submission" and (most := as_points(event.max_grade)):
        log.points[unit] = most


def _event_of(entry: _Line) -> _Event:
    """The event: an object from the server, the text of one from the browser; an empty one where it is neither."""
    raw = bytes(entry.event)
    text = quietly(raw, _text) if raw.startswith(b'"') else raw
    return quietly(text, _event) or _Event() if text else _Event()


def _score(event: _Event) -> float | None:
    """The share of the points; without points, what `success` says."""
    if event.max_grade is not None and event.grade is not None and event.max_grade > 0:
        return min(1.0, max(0.0, event.grade / event.max_grade))
    return {"correct": 1.0, "incorrect": 0.0}.get(str(event.success))


class _Sign(msgspec.Struct):
    """The members that every line has, and no line of ours."""

    event_type: str
    event_source: str
    time: str
    context: msgspec.Raw


_sign = msgspec.json.Decoder(_Sign)

FORMAT = Format(
    name="open-edx",
    label="Open edX",
    described=DESCRIBED,
    read=read_open_edx,
    recognises=lambda look: look.names(b'"event_source"') and quietly(look.first, _sign) is not None,
)
