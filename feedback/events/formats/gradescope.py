"""Gradescope's "Download Submissions": `submission_metadata.yml`, alone or in the archive of an assignment.

The export's folder is the unit: an assignment is one question. A submission is each submitter's, and so is every
earlier one of its `:history`. Scores are divided by the sum of the tests' `max_score`; an assignment without tests
has none, so they count only where the sender says the points.

The file is YAML as Ruby writes it, with symbols (`:score`), tags and aliases. It is read a submission at a time. The
results of earlier submissions, test by test, are most of a file and nothing of them is read: their lines never reach
the parser.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO

import msgspec

from feedback.events.context import Context
from feedback.events.faults import Faults, Line
from feedback.events.formats.format import Format, wrong_source
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.source_context import as_points, beside, questions_of
from feedback.events.formats.source_numbers import number_in
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.formats.yaml_members import Node, NotAMappingError, members_of
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "Gradescope's submissions of an assignment"
FILE = "submission_metadata.yml"
_CURE = f"send the archive that Download Submissions gives, or the {FILE} in it"
_ALONE = "assignment"
_SIGN = b"\n  :submitters:"
# Lines below a member of what stands in a list; and such a member that is not read, with them. The first member
# stands behind the dash of the list, so its own line is kept. (A line of blanks fits both branches: so never go back.)
_BELOW = re.compile(rb"(?:(?:     |    -)[^\n]*\n|[ \t\r]*\n)*+")
_UNREAD = re.compile(
    rb"^(?:(?P<first>  - :(?!(?:created_at|score|name|sid|email):)[^\n]*\n)"
    rb"|    :(?!(?:created_at|score|name|sid|email):)[^\n]*\n)"
    rb"(?P<below>(?:(?:     |    -)[^\n]*\n|[ \t\r]*\n)*+)",
    re.MULTILINE,
)
_BLOCK_BYTES = 1 << 16
_LINE_BYTES = 1 << 20
_TIME = re.compile(r"(.*[0-9]) ?(Z|[+-][0-9]{2}:?[0-9]{2})", re.ASCII)
# More than any time or number of an export has. An alias costs its sender three bytes whatever it names, so that a
# long text may be looked at a hundred thousand times.
_SCALAR_CHARACTERS = 64


class _Attempt(msgspec.Struct, gc=False):
    """One submission as it was; `most` is what its tests could earn."""

    line: Line
    submitters: tuple[str, ...]
    time: datetime | None
    points: float | None
    most: float | None


def read_gradescope(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, attempts = Gathering(limits, faults, stream, options), list[_Attempt]()
    unit = stream.folder or _ALONE
    names = set[str]()
    for line, name, node in _entries(source, gathering):
        if name in names:
            gathering.leave_out("repeats of a submission")
            continue
        names.add(name)
        attempts.extend(_attempts(line, name, node, gathering))
        limits.check_events(0, len(attempts), (line,))
    given = next((one.points for one in stream.context.questions if one.unit == unit), None)
    most = max((one.most for one in attempts if one.most), default=None)
    for attempt in attempts:
        _add(attempt, unit, given or attempt.most or most, gathering)
    own = Context(questions=questions_of({}, {unit: points} if (points := as_points(most)) else {}))
    stream.context = beside(own, stream.context)
    yield from gathering.students(DESCRIBED, in_time_order=True)


def _add(attempt: _Attempt, unit: str, most: float | None, gathering: Gathering) -> None:
    score = None
    if attempt.points is not None and most:
        score = min(1.0, max(0.0, attempt.points / most))
    elif attempt.points is not None:
        gathering.leave_out("scores without a maximum (the tests have none: give the points of the question)")
    for student_id in attempt.submitters:
        gathering.add(Action(student_id, unit, "submission", attempt.time, score), (attempt.line,))


def _attempts(line: Line, name: str, node: Node, gathering: Gathering) -> Iterator[_Attempt]:
    """The submission and those before it, each once: the last one stands in its own history too."""
    submitters = _submitters(node, gathering)
    if not submitters:
        gathering.leave_out("entries without a submitter")
        return
    history, most = _member(node, "history"), _most(node, gathering.faults)
    seen = set[str]()
    for part in [node, *(history if isinstance(history, list) else [])]:
        gathering.faults.spend(4)
        if not isinstance(part, dict):
            continue
        written = _time_text(_member(part, "created_at"))
        if written in seen:
            continue
        seen.add(written)
        time = time_in(written, f"{name}: created_at", (line,), gathering) if written else None
        points = number_in(_scalar(_member(part, "score")), f"{name}: score", (line,), gathering)
        yield _Attempt(line, submitters, time, points, most)


def _submitters(node: Node, gathering: Gathering) -> tuple[str, ...]:
    """The ids of all who handed in together, by the school's number, else by e-mail address."""
    found, listed = dict[str, None](), _member(node, "submitters")
    for one in listed if isinstance(listed, list) else ():
        gathering.faults.spend(4)
        texts = (_member(one, "sid"), _member(one, "email"))
        identity = next((text.strip() for text in texts if isinstance(text, str) and text.strip() not in _EMPTY), None)
        if identity is not None:
            found[identity] = None
            name = _member(one, "name")
            gathering.name("", identity, name if isinstance(name, str) and name not in _EMPTY else "")
    return tuple(found)


_EMPTY = ("", "~", "null")


def _member(node: Node, name: str) -> Node:
    """The member `:name` of a mapping, as Ruby writes a symbol, or `name`; None where there is none."""
    if not isinstance(node, dict):
        return None
    return node.get(f":{name}", node.get(name))


def _scalar(node: Node) -> str:
    """A time or number as written; what is longer than any, or no scalar, as something that is neither."""
    if node is None:
        return ""
    if not isinstance(node, str):
        return "a list or a mapping"
    return node if len(node) <= _SCALAR_CHARACTERS else f"{node[:_SCALAR_CHARACTERS]}…"


def _time_text(node: Node) -> str:
    """The time as written, without the blank before its zone; Ruby's times with a zone are mappings."""
    if isinstance(node, dict):
        node = next((node[name] for name in ("utc", "time") if name in node), None)
    text = _scalar(node)
    found = _TIME.fullmatch(text)
    return f"{found[1]}{found[2]}" if found else text


def _most(node: Node, faults: Faults) -> float | None:
    """What all tests of a submission can earn together; None where there are none, or one that does not say."""
    tests = _member(_member(node, "results"), "tests")
    if not isinstance(tests, list) or not tests:
        return None
    total = 0.0
    for test in tests:
        faults.spend(2)
        text = _scalar(_member(test, "max_score"))
        try:
            total += max(0.0, float(text)) if text not in _EMPTY else 0.0
        except ValueError:
            return None
    return as_points(total)


def _entries(source: IO[bytes], gathering: Gathering) -> Iterator[tuple[Line, str, Node]]:
    """(its line, its folder, its content) of each submission. Raises InvalidEvents for what is no such file."""
    try:
        yield from members_of(_WithoutEarlierResults(source, gathering.faults), gathering.faults)
    except NotAMappingError:
        raise wrong_source(DESCRIBED, "it is no mapping of submissions", _CURE) from None


class _WithoutEarlierResults:
    """The file as the parser reads it: of earlier submissions, lines that nothing is read of are blank.

    Ruby writes a symbol for each member of a submission, and indents what stands below it further, its texts of several
    lines too, but for lists.
    """

    def __init__(self, source: IO[bytes], faults: Faults) -> None:
        self._source, self._faults = source, faults
        # Whether the last block ended below a member that is not read, and where in it the last such one ended.
        self._below, self._end = False, 0

    def read(self, size: int = _BLOCK_BYTES) -> bytes:
        """Whole lines, some more than `size` bytes of them."""
        block = self._source.read(max(size, _BLOCK_BYTES))
        block += self._source.readline(_LINE_BYTES) if block and not block.endswith(b"\n") else b""
        self._faults.spend(1 + (len(block) >> 9))
        below = _BELOW.match(block) if self._below else None
        begin = below.end() if below else 0
        self._end = -1
        rest = _UNREAD.sub(self._blank, block[begin:])
        self._below = (self._end if rest else 0) == len(block) - begin
        return b"\n" * block.count(b"\n", 0, begin) + rest

    def _blank(self, found: re.Match[bytes]) -> bytes:
        self._end = found.end()
        return (found["first"] or b"\n") + b"\n" * found["below"].count(b"\n")


FORMAT = Format(
    name="gradescope",
    label="Gradescope",
    described=DESCRIBED,
    read=read_gradescope,
    recognises=lambda look: not look.is_json and _SIGN in look.head,
    member=FILE,
)
