"""Moodle's CodeRunner: the steps of all attempts at a quiz, as its "Download quiz attempts" page exports them.

A step has a row for each variable that it set, so `attemptstepid` folds its rows into one event. The time is
`timestamp`, in seconds since 1970: `datetime` is in the server's zone. A quiz that grades at its end has its scores
in the steps that finish it: such a step is the hand-in where it earned more than any before.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from sys import intern
from typing import IO

import msgspec

from feedback.events.context import Context, Question
from feedback.events.faults import Faults, Line
from feedback.events.formats.archives import is_archive
from feedback.events.formats.columns import plain
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
)
_KINDS = {"submit": "submission", "precheck": "run", "finish": "finish", "help": "hint", "tryagain": "view"}
_NOTHING = ("null", "none", "-")
# What fractions of thirds and sevenths are off by in the database.
_TOLERANCE = 1e-5
_MOST_POINTS = 1_000_000
_INTEGER_DIGITS = 20
# Of the behaviour's own bookkeeping, such as `-_rawfraction` and `_testoutcome`.
_HIDDEN = ("-_", "_")
_WINDOW = (("start", "timestart"), ("end", "timefinish"))
# Headings in their plain form: what tells a step, and what it set.
_STEP, _VARIABLE = "attemptstepid", "qasdname"
_OF_STEP = itemgetter("student_id", "attempt", "slot", "step", "created_time")
_in_order = attrgetter("time", "number")


class _Asked(msgspec.Struct, gc=False):
    """A question as an attempt was asked it, and its maximum mark as the row at `line` writes it."""

    line: Line
    attempt: str
    name: str
    slot: str
    mark: str


class _Step(msgspec.Struct, gc=False):
    """One step at one question; `number` is its id, which tells the order within a second.

    `action` is the button (`submit` of `-submit`), empty where none was pressed; `answered` says that an answer was
    set. Where a step has two buttons, a precheck was the one that was pressed.
    """

    line: Line
    time: datetime
    number: int
    asked: _Asked
    score: str
    state: str
    action: str = ""
    answered: bool = False

    def take(self, variable: str) -> None:
        """Take in the name of something that the step set."""
        if not variable.startswith(("-", "_")):
            self.answered = self.answered or bool(variable)
        elif variable == "-precheck" or (not self.action and not variable.startswith(_HIDDEN)):
            self.action = intern(variable[1:])


def read_coderunner(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, quiz = Gathering(limits, faults, stream, options), _Quiz()
    for line, row in records(_table(source, faults, options), _WANTED, options, limits, faults, stream):
        quiz.take(row, line, gathering)
    units, best = _Units(quiz.asked.values()), dict[tuple[str, str], float]()
    for student_id, steps in quiz.students():
        for step in sorted(steps, key=_in_order):
            _add(student_id, step, units, best, gathering)
    stream.context = beside(Context(questions=units.questions(gathering)), stream.context)
    yield from gathering.students(DESCRIBED)


def _table(source: IO[bytes], faults: Faults, options: SourceOptions) -> Table:
    if is_archive(source):
        table = workbook_table(source, faults, options.max_bytes)
    else:
        table = text_table(source, faults, escape_of(source, faults))
    return Table(_folded(table.rows, faults))


def _folded(rows: Iterator[tuple[int, list[str]]], faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """The rows, those of one step that follow each other as one, with the names of all that it set, a line each.

    A row that is not as wide as the header stays by itself, so that what is wrong with it is found.
    """
    at, header = next(rows, (1, []))
    yield at, header
    names = [plain(cell) for cell in header]
    if not {_STEP, _VARIABLE} <= set(names):
        yield from rows
        return
    step, variable, width = names.index(_STEP), names.index(_VARIABLE), len(header)
    first, same, others = list[str](), "", list[str]()
    for number, row in rows:
        if same and len(row) == width and row[step] == same:
            faults.spend(1)
            others.append(row[variable])
            continue
        if first:
            yield at, _with_names(first, variable, others)
        at, first, others = number, row, []
        same = row[step] if len(row) == width and row != header else ""
    if first:
        yield at, _with_names(first, variable, others)


def _with_names(row: list[str], variable: int, others: list[str]) -> list[str]:
    if others:
        row[variable] = "\n".join((row[variable], *others))
    return row


def _integer(text: str) -> int:
    return int(text) if len(text) < _INTEGER_DIGITS and text.isdecimal() else 0


class _Quiz:
    """The steps by student, in the order of their first rows, and what each attempt was asked."""

    def __init__(self) -> None:
        self.asked = dict[tuple[str, str, str], _Asked]()
        self._steps = dict[int | str, _Step]()
        self._of_student = dict[str, list[_Step]]()
        self._attempts = set[str]()

    def take(self, row: Record, line: Line, gathering: Gathering) -> None:
        """Take in a step, or what a later row says of one."""
        try:
            student_id, attempt, slot, identity, seconds = _OF_STEP(row)
        except KeyError:
            gathering.leave_out("rows that are no step of a student")
            return
        number = _integer(identity)
        step = self._steps.get(number or identity)
        if step is None:
            key = attempt, row.get("unit", ""), slot
            asked = self.asked.get(key) or self._first_asked(key, row, line, gathering)
            time = epoch_in(seconds, "timestamp", (line,), gathering)
            if time is None:
                return
            score, state = intern(row.get("score", "")), intern(row.get("state", ""))
            step = self._steps[number or identity] = _Step(line, time, number, asked, score, state)
            self._of_student.setdefault(student_id, []).append(step)
        for variable in row.get("variable", "").split("\n"):
            step.take(variable)

    def _first_asked(self, key: tuple[str, str, str], row: Record, line: Line, gathering: Gathering) -> _Asked:
        attempt, name, slot = key
        if attempt not in self._attempts:
            self._attempts.add(attempt)
            _take_attempt(row, line, gathering)
        attempt, name, slot, mark = map(intern, (attempt, name, slot, row.get("mark", "")))
        asked = self.asked[attempt, name, slot] = _Asked(line, attempt, name, slot, mark)
        return asked

    def students(self) -> Iterator[tuple[str, list[_Step]]]:
        """Each student with the steps, which are forgotten as they are given: they are most of the memory."""
        self._steps.clear()
        for student_id in list(self._of_student):
            yield student_id, self._of_student.pop(student_id)


class _Units:
    """What a question is called: by its name, and by its slot too where one attempt has the name twice.

    Where a slot draws one of several questions, and none of them is in another slot, they are versions of one.
    """

    def __init__(self, asked: Collection[_Asked]) -> None:
        of_attempt, doubled = dict[tuple[str, str], str](), set[str]()
        for one in asked:
            if of_attempt.setdefault((one.attempt, one.name), one.slot) != one.slot:
                doubled.add(one.name)
        self._units, self._marks, self._slots = dict[tuple[str, str], str](), dict[str, _Asked](), dict[str, set[str]]()
        for one in asked:
            unit = f"{one.name} (slot {one.slot})" if one.name in doubled else one.name or one.slot
            self._units[one.name, one.slot] = unit
            self._marks.setdefault(unit, one)
            self._slots.setdefault(one.slot, set()).add(one.name)

    def of(self, step: _Step) -> str:
        return self._units[step.asked.name, step.asked.slot]

    def questions(self, gathering: Gathering) -> tuple[Question, ...]:
        points = dict(self._points(gathering))
        groups = dict(self._groups(points))
        titles = {unit: name for (name, _), unit in self._units.items()}
        return tuple(
            msgspec.structs.replace(question, group=groups.get(str(question.unit)))
            for question in questions_of(titles, points)
        )

    def _points(self, gathering: Gathering) -> Iterator[tuple[str, float]]:
        for unit, asked in self._marks.items():
            points = _number(asked.mark, "mark", asked.line, gathering)
            if points is not None and 0 < points <= _MOST_POINTS:
                yield unit, points

    def _groups(self, points: Mapping[str, float]) -> Iterator[tuple[str, str]]:
        slots = Counter(name for names in self._slots.values() for name in names)
        for slot, names in self._slots.items():
            alike = {points.get(name) for name in names}
            alone = all(name and slots[name] == 1 for name in names)
            if len(names) > 1 and alone and len(alike) == 1:
                yield from ((unit_text(name), f"Slot {slot}") for name in names)


def _add(student_id: str, step: _Step, units: _Units, best: dict[tuple[str, str], float], gathering: Gathering) -> None:
    key = step.asked.attempt, step.asked.slot
    fraction = _number(step.score, "fraction", step.line, gathering)
    share = None if fraction is None else min(1.0, max(0.0, fraction))
    kind = gathering.options.kind_for(step.action) or _kind_of(step, share, best.get(key, -1.0))
    if kind is None:
        gathering.leave_out("steps that are no student's, such as marks given by hand and regrades")
        return
    score = share if kind == "submission" else None
    if score is not None:
        best[key] = max(best.get(key, 0.0), score)
    gathering.add(Action(student_id, units.of(step), kind, step.time, score), (step.line,))


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
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        if text.casefold() in _NOTHING:
            return None
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
