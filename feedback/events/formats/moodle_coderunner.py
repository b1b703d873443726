"""Moodle's CodeRunner: the steps of all attempts at a quiz, as its "Download quiz attempts" page exports them.

A step has a row for each variable that it set, so `attemptstepid` folds its rows into one event. The time is
`timestamp`, in seconds since 1970: `datetime` is in the server's zone. A quiz that grades at its end has its scores
in the steps that finish it: such a step is the hand-in where it earned more than any before.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter
from typing import IO

import msgspec

from feedback.events.context import Context, Question
from feedback.events.faults import Faults
from feedback.events.formats.archives import is_archive
from feedback.events.formats.coderunner_steps import Asked, Quiz, Step, folded
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.php_csv import escape_of
from feedback.events.formats.records import Table, Wanted, records, text_table
from feedback.events.formats.source_context import as_points, beside, questions_of, unit_text
from feedback.events.formats.source_numbers import number_in
from feedback.events.formats.source_options import SourceOptions
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
# What fractions of thirds and sevenths are off by in the database.
_TOLERANCE = 1e-5
_in_order = attrgetter("time", "number")


def read_coderunner(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, quiz = Gathering(limits, faults, stream, options), Quiz()
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
    return Table(folded(table.rows, faults))


class _Units:
    """What a question is called: by its name, and by its slot too where one attempt has the name twice.

    Where a slot draws one of several questions, and none of them is in another slot, they are versions of one.
    """

    def __init__(self, asked: Collection[Asked]) -> None:
        of_attempt, doubled = dict[tuple[str, str], str](), set[str]()
        for one in asked:
            if of_attempt.setdefault((one.attempt, one.name), one.slot) != one.slot:
                doubled.add(one.name)
        self._units, self._marks, self._slots = dict[tuple[str, str], str](), dict[str, Asked](), dict[str, set[str]]()
        for one in asked:
            unit = f"{one.name} (slot {one.slot})" if one.name in doubled else one.name or one.slot
            self._units[one.name, one.slot] = unit
            self._marks.setdefault(unit, one)
            self._slots.setdefault(one.slot, set()).add(one.name)

    def of(self, step: Step) -> str:
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
            if points := as_points(number_in(asked.mark, "mark", (asked.line,), gathering)):
                yield unit, points

    def _groups(self, points: Mapping[str, float]) -> Iterator[tuple[str, str]]:
        slots = Counter(name for names in self._slots.values() for name in names)
        for slot, names in self._slots.items():
            alike = {points.get(name) for name in names}
            alone = all(name and slots[name] == 1 for name in names)
            if len(names) > 1 and alone and len(alike) == 1:
                yield from ((unit_text(name), f"Slot {slot}") for name in names)


def _add(student_id: str, step: Step, units: _Units, best: dict[tuple[str, str], float], gathering: Gathering) -> None:
    key = step.asked.attempt, step.asked.slot
    fraction = number_in(step.score, "fraction", (step.line,), gathering)
    share = None if fraction is None else min(1.0, max(0.0, fraction))
    kind = gathering.options.kind_for(step.action) or _kind_of(step, share, best.get(key, -1.0))
    if kind is None:
        gathering.leave_out("steps that are no student's, such as marks given by hand and regrades")
        return
    score = share if kind == "submission" else None
    if score is not None:
        best[key] = max(best.get(key, 0.0), score)
    gathering.add(Action(student_id, units.of(step), kind, step.time, score), (step.line,))


def _kind_of(step: Step, share: float | None, best: float) -> str | None:
    """The kind of event that a step is; None where it is no student's."""
    action = step.action
    if action == "finish" and step.state != "gaveup" and share is not None and share > best + _TOLERANCE:
        return "submission"
    if action:
        return _KINDS.get(action, None if action in ("comment", "mark") else action)
    return "save" if step.answered and not step.state.startswith("mangr") else None


FORMAT = Format(
    name="moodle-coderunner",
    label="Moodle CodeRunner",
    described=DESCRIBED,
    read=read_coderunner,
    recognises=lambda look: look.headings >= SIGNS,
    table=True,
    workbook=True,
)
