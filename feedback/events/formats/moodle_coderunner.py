"""Moodle's CodeRunner: the steps of all attempts at a quiz, as its "Download quiz attempts" page exports them.

A step has a row for each variable that it set, so `attemptstepid` folds its rows into one event. The time is
`timestamp`, in seconds since 1970: `datetime` is in the server's zone. A quiz that grades at its end has its scores
in the steps that finish it: such a step is the hand-in where it earned more than any before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import IO

import msgspec

from feedback.events.context import Context, Question
from feedback.events.faults import Faults, Line
from feedback.events.formats.archives import is_archive
from feedback.events.formats.format import Format
from feedback.events.formats.php_csv import escape_of
from feedback.events.formats.records import Record, Table, Wanted, records, text_table
from feedback.events.formats.source import Action, Gathering, SourceOptions, beside, questions_of, unit_text
from feedback.events.formats.source_times import epoch_in
from feedback.events.formats.workbook import workbook_table
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "CodeRunner's export of all attempts at a quiz"
# The headings that no other table has together, in their plain form.
SIGNS = frozenset({"quizattemptid", "attemptstepid", "qasdname", "fraction"})
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "student_id": ("email", "hashedemail"),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "attempt": ("quizattemptid",),
    "start": ("timestart",),
    "end": ("timefinish",),
    "slot": ("slot",),
    "unit": ("qname",),
    "mark": ("mark",),
    "created_time": ("timestamp",),
    "score": ("fraction",),
    "state": ("state",),
    "step": ("attemptstepid",),
    "variable": ("qasdname",),
}
_WANTED = Wanted(
    "table of quiz attempts",
    _HEADINGS,
    ("student_id", "attempt", "slot", "unit", "created_time", "step", "variable"),
    folds=("step", "variable"),
)
_KINDS = {"submit": "submission", "precheck": "run", "finish": "finish", "help": "hint", "tryagain": "view"}
_NOTHING = ("null", "none", "-")
# What fractions of thirds and sevenths are off by in the database.
_TOLERANCE = 1e-5
_MOST_POINTS = 1_000_000
_INTEGER_DIGITS, _ID_BITS = 20, 64
# Of the behaviour's own bookkeeping, such as `-_rawfraction` and `_testoutcome`.
_HIDDEN = ("-_", "_")
_WINDOW = (("start", "timestart"), ("end", "timefinish"))
_REQUIRED = {"student_id", "attempt", "slot", "step", "created_time"}


class _Step(msgspec.Struct, gc=False):
    """One step of one student at one question; `order` is its place by time, and within a second by its id.

    `action` is the button (`submit` of `-submit`), empty where none was pressed; `answered` says that an answer was
    set. Where a step has two buttons, a precheck was the one that was pressed.
    """

    line: Line
    order: int
    time: datetime | None
    student_id: str
    attempt: str
    slot: str
    unit: str
    score: str
    state: str
    action: str = ""
    answered: bool = False

    def take(self, variable: str) -> None:
        """Take in the name of something that the step set."""
        if not variable.startswith(("-", "_")):
            self.answered = self.answered or bool(variable)
        elif variable == "-precheck" or (not self.action and not variable.startswith(_HIDDEN)):
            self.action = variable[1:]


def read_coderunner(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, quiz = Gathering(limits, faults, stream, options), _Quiz()
    for line, row in records(_table(source, faults, options), _WANTED, options, limits, faults, stream):
        quiz.take(row, line, gathering)
    units, best = _Units(quiz), dict[tuple[str, str], float]()
    for step in sorted(quiz.steps.values(), key=attrgetter("order")):
        _add(step, units, best, gathering)
    stream.context = beside(Context(questions=units.questions(gathering)), stream.context)
    yield from gathering.students(DESCRIBED)


def _table(source: IO[bytes], faults: Faults, options: SourceOptions) -> Table:
    if is_archive(source):
        return workbook_table(source, faults, options.max_bytes)
    return text_table(source, faults, escape_of(source, faults))


def _integer(text: str) -> int:
    return int(text) if len(text) < _INTEGER_DIGITS and text.isdecimal() else 0


class _Quiz:
    """The steps, in the order of their first rows, and the marks of the questions by name and slot."""

    def __init__(self) -> None:
        self.steps = dict[str, _Step]()
        self.marks = dict[tuple[str, str], tuple[Line, str]]()
        self._attempts = set[str]()
        # One copy of the texts that come in every row.
        self._shared = dict[str, str]()

    def take(self, row: Record, line: Line, gathering: Gathering) -> None:
        """Fold a row into its step."""
        step = self.steps.get(row.get("step", ""))
        if step is None:
            if not row.keys() >= _REQUIRED:
                gathering.leave_out("rows that are no step of a student")
                return
            step = self.steps[row["step"]] = self._step(row, line, gathering)
            gathering.limits.check_events(0, len(self.steps), (line,))
        step.take(row.get("variable", ""))

    def _step(self, row: Record, line: Line, gathering: Gathering) -> _Step:
        shared = self._shared
        student_id, attempt, slot = row["student_id"], row["attempt"], row["slot"]
        unit, score, state = row.get("unit", ""), row.get("score", ""), row.get("state", "")
        student_id, attempt = shared.setdefault(student_id, student_id), shared.setdefault(attempt, attempt)
        slot, unit = shared.setdefault(slot, slot), shared.setdefault(unit, unit)
        score, state = shared.setdefault(score, score), shared.setdefault(state, state)
        self.marks.setdefault((unit, slot), (line, row.get("mark", "")))
        if attempt not in self._attempts:
            self._attempts.add(attempt)
            _take_attempt(row, line, gathering)
        time = epoch_in(row["created_time"], "timestamp", (line,), gathering)
        order = _integer(row["created_time"]) << _ID_BITS | _integer(row["step"])
        return _Step(line, order, time, student_id, attempt, slot, unit, score, state)


class _Units:
    """What a question is called: by its name, and by its slot too where one attempt has the name twice.

    Where a slot draws one of several questions, and none of them is in another slot, they are versions of one.
    """

    def __init__(self, quiz: _Quiz) -> None:
        of_attempt, doubled = dict[tuple[str, str], str](), set[str]()
        for step in quiz.steps.values():
            if of_attempt.setdefault((step.attempt, step.unit), step.slot) != step.slot:
                doubled.add(step.unit)
        self._units = {
            (name, slot): f"{name} (slot {slot})" if name in doubled else name or slot for name, slot in quiz.marks
        }
        self._slots = dict[str, dict[str, None]]()
        for name, slot in quiz.marks:
            self._slots.setdefault(slot, {})[name] = None
        self._marks = {self._units[key]: mark for key, mark in quiz.marks.items()}

    def of(self, step: _Step) -> str:
        return self._units[step.unit, step.slot]

    def questions(self, gathering: Gathering) -> tuple[Question, ...]:
        points = dict(self._points(gathering))
        groups = dict(self._groups(points))
        titles = {unit: name for (name, _), unit in self._units.items()}
        return tuple(
            msgspec.structs.replace(question, group=groups.get(str(question.unit)))
            for question in questions_of(titles, points)
        )

    def _points(self, gathering: Gathering) -> Iterator[tuple[str, float]]:
        for unit, (line, mark) in self._marks.items():
            points = _number(mark, "mark", line, gathering)
            if points is not None and 0 < points <= _MOST_POINTS:
                yield unit, points

    def _groups(self, points: Mapping[str, float]) -> Iterator[tuple[str, str]]:
        slots = Counter(name for names in self._slots.values() for name in names)
        for slot, names in self._slots.items():
            alike = {points.get(name) for name in names}
            alone = all(name and slots[name] == 1 for name in names)
            if len(names) > 1 and alone and len(alike) == 1:
                yield from ((unit_text(name), f"Slot {slot}") for name in names)


def _add(step: _Step, units: _Units, best: dict[tuple[str, str], float], gathering: Gathering) -> None:
    place, key = (step.line,), (step.attempt, step.slot)
    fraction = _number(step.score, "fraction", step.line, gathering)
    share = None if fraction is None else min(1.0, max(0.0, fraction))
    kind = gathering.options.kind_for(step.action) or _kind_of(step, share, best.get(key, -1.0))
    if kind is None:
        gathering.leave_out("steps that are no student's, such as marks given by hand and regrades")
        return
    score = share if kind == "submission" else None
    if score is not None:
        best[key] = max(best.get(key, 0.0), score)
    gathering.add(Action(step.student_id, units.of(step), kind, step.time, score), place)


def _kind_of(step: _Step, share: float | None, best: float) -> str | None:
    """The kind of event that a step is; None where it is no student's."""
    action = step.action
    if action == "finish" and step.state != "gaveup" and share is not None and share > best + _TOLERANCE:
        return "submission"
    if action:
        return _KINDS.get(action, None if action in ("comment", "mark") else action)
    return "save" if step.answered and not step.state.startswith("mangr") else None


def _take_attempt(row: Record, line: Line, gathering: Gathering) -> None:
    """The student's name, and the window from the start of the attempt to its end, which an open one has not."""
    student_id = row["student_id"]
    gathering.name("", student_id, f"{row.get('first_name', '')} {row.get('last_name', '')}")
    start, end = (_moment(row.get(name, ""), heading, line, gathering) for name, heading in _WINDOW)
    if start is not None and end is not None and start < end:
        gathering.window("", student_id, start, end)


def _moment(text: str, heading: str, line: Line, gathering: Gathering) -> datetime | None:
    if text in ("", "0") or text.casefold() in _NOTHING:
        return None
    return epoch_in(text, heading, (line,), gathering)


def _number(text: str, heading: str, line: Line, gathering: Gathering) -> float | None:
    if not text or text.casefold() in _NOTHING:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if abs(number) <= _MOST_POINTS:  # which no NaN is
        return number
    gathering.faults.add((line, heading), f"expected a number, got {text[:40]}")
    return None


FORMAT = Format(
    name="moodle-coderunner",
    label="Moodle CodeRunner",
    described=DESCRIBED,
    read=read_coderunner,
    recognises=lambda look: look.headings >= SIGNS,
    table=True,
    workbook=True,
)
