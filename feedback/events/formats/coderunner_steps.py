"""The steps in CodeRunner's export of the attempts at a quiz: its rows, folded, and kept in little memory."""

from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter

import msgspec

from feedback.events.faults import Faults, Line
from feedback.events.formats.columns import plain
from feedback.events.formats.gathering import Gathering
from feedback.events.formats.records import Record
from feedback.events.formats.source_numbers import is_none
from feedback.events.formats.source_times import epoch_in

# Headings in their plain form: what tells a step, and what it set.
_STEP, _VARIABLE = "attemptstepid", "qasdname"
_OF_STEP = itemgetter("student_id", "attempt", "slot", "step", "created_time")
_WINDOW = (("start", "timestart"), ("end", "timefinish"))
# Of the behaviour's own bookkeeping, such as `-_rawfraction` and `_testoutcome`.
_HIDDEN = ("-_", "_")
_INTEGER_DIGITS = 20
# Rows of one step as one: more of them come as another row of the same step.
_MOST_FOLDED = 100


class Asked(msgspec.Struct, gc=False):
    """A question as an attempt was asked it, and its maximum mark as the row at `line` writes it."""

    line: Line
    attempt: str
    name: str
    slot: str
    mark: str


class Step(msgspec.Struct, gc=False):
    """One step at one question; `number` is its id, which tells the order within a second.

    `action` is the button (`submit` of `-submit`), empty where none was pressed; `answered` says that an answer was
    set. Where a step has two buttons, a precheck was the one that was pressed.
    """

    line: Line
    time: datetime
    number: int
    asked: Asked
    score: str
    state: str
    action: str = ""
    answered: bool = False

    def take(self, variable: str, texts: dict[str, str]) -> None:
        """Take in the name of something that the step set; `texts` has each action once."""
        if not variable.startswith(("-", "_")):
            self.answered = self.answered or bool(variable)
        elif variable == "-precheck" or (not self.action and not variable.startswith(_HIDDEN)):
            self.action = texts.setdefault(variable[1:], variable[1:])


def folded(rows: Iterator[tuple[int, list[str]]], faults: Faults) -> Iterator[tuple[int, list[str]]]:
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
        if same and len(others) < _MOST_FOLDED and len(row) == width and row[step] == same:
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


class Quiz:
    """The steps by student, in the order of their first rows, and what each attempt was asked."""

    def __init__(self) -> None:
        self.asked = dict[tuple[str, str, str], Asked]()
        self._steps = dict[int | str, Step]()
        self._of_student = dict[str, list[Step]]()
        self._attempts = set[str]()
        # Each text that steps have in common once. (Python's own `intern` keeps it for good in some releases.)
        self._texts = dict[str, str]()

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
            score, state = self._shared(row.get("score", "")), self._shared(row.get("state", ""))
            step = self._steps[number or identity] = Step(line, time, number, asked, score, state)
            self._of_student.setdefault(student_id, []).append(step)
        for variable in row.get("variable", "").split("\n"):
            step.take(variable, self._texts)

    def _shared(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _first_asked(self, key: tuple[str, str, str], row: Record, line: Line, gathering: Gathering) -> Asked:
        attempt, name, slot = key
        if attempt not in self._attempts:
            self._attempts.add(attempt)
            _take_attempt(row, line, gathering)
        attempt, name, slot, mark = map(self._shared, (attempt, name, slot, row.get("mark", "")))
        asked = self.asked[attempt, name, slot] = Asked(line, attempt, name, slot, mark)
        return asked

    def students(self) -> Iterator[tuple[str, list[Step]]]:
        """Each student with the steps, which are forgotten as they are given: they are most of the memory."""
        self._steps.clear()
        for student_id in list(self._of_student):
            yield student_id, self._of_student.pop(student_id)


def _take_attempt(row: Record, line: Line, gathering: Gathering) -> None:
    """The student's name, and the window from the start of the attempt to its end, which an open one has not."""
    student_id = row["student_id"]
    gathering.name("", student_id, f"{row.get('first_name', '')} {row.get('last_name', '')}")
    start, end = (_moment(row.get(name, ""), heading, line, gathering) for name, heading in _WINDOW)
    if start is not None and end is not None and start < end:
        gathering.window("", student_id, start, end)


def _moment(text: str, heading: str, line: Line, gathering: Gathering) -> datetime | None:
    if text == "0" or is_none(text):
        return None
    return epoch_in(text, heading, (line,), gathering)


def _integer(text: str) -> int:
    return int(text) if len(text) < _INTEGER_DIGITS and text.isdecimal() else 0
