"""What a file of another platform holds, shown before any report is made of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from feedback.analysis.kinds import kind_of
from feedback.analysis.units import Unit, unit_of
from feedback.events import OWN, SOURCES, Origin, Roster, Student, StudentStream
from feedback.events.formats import table
from feedback.events.formats.columns import plain
from feedback.events.formats.registry import FORMATS
from feedback.events.formats.source_options import FIELDS
from feedback.events.kinds import KINDS
from feedback.events.reading import Columns, notes_about
from feedback.web.choices import MOST_WORDS, Choices

# The source whose columns are for the person to name: the platforms' own have names of their own.
TABLE = table.FORMAT.name
_OWN_LABEL, _OWN_DESCRIBED = "Our own format", "a log in our own format"
KIND_LABELS = {
    "view": "looks at a question",
    "start": "starts",
    "finish": "ends",
    "hint": "hints",
    "focus_lost": "left the window",
    "compile_error": "compile errors",
    "compile": "compilations",
    "run": "runs and tests",
    "submission": "submissions",
    "save": "saves",
    "other": "others",
}
COLUMN_LABELS = {
    "student_id": "Student",
    "namespace": "Course",
    "name": "Name",
    "unit": "Question",
    "type": "What happened",
    "created_time": "Time",
    "score": "Score",
    "max_score": "Highest score",
}
# Stands in `seen` for a table that could not be read: its form asks for columns alone.
REFUSED = "refused"
# A longer one is a text, and no name that anyone looks for.
_HEADING_CHARACTERS = 200
# Of what the reader notices, what the page says in its own way.
_SAID_ELSEWHERE = ("source", "left_out", "times_without_zone", "columns_ignored")


class Tally:
    """Counts what a file holds while its students pass by."""

    def __init__(self) -> None:
        self.students = self.events = 0
        self.types = Counter[str | None]()
        self._units = set[Unit]()

    def among(self, stream: StudentStream) -> StudentStream:
        """The same stream; iterate this one."""
        return stream.of(self._watched(iter(stream)))

    def _watched(self, students: Iterable[Student]) -> Iterator[Student]:
        for student in students:
            self.students += 1
            self.events += len(student.events)
            self.types.update(event.type for event in student.events)
            self._units.update(unit_of(unit) for unit in {event.unit for event in student.events})
            yield student

    @property
    def questions(self) -> int:
        return len(self._units)

    def kinds(self, choices: Choices) -> list[tuple[str, int]]:
        """How many events there are of each kind that occurs or was chosen, in the order of the kinds."""
        counts = Counter[str]()
        for name, number in self.types.items():
            counts[choices.kind_of(name or "") or kind_of(name)] += number
        return [(KIND_LABELS[kind], counts[kind]) for kind in KINDS if counts[kind]]

    def unknown(self) -> dict[str, int]:
        """How often each word comes that is not known here, the most frequent first."""
        found = {name: n for name, n in self.types.items() if name and name != "other" and kind_of(name) == "other"}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


class Word(msgspec.Struct, frozen=True):
    """A word of the file's own for what happened, how often it comes, and the kind that was chosen for it."""

    text: str
    events: int
    kind: str


class Preview(msgspec.Struct, frozen=True):
    """What the page shows. `seen` stands for the file and how it was read; `problem` says why it could not be."""

    source: str
    described: str
    seen: str
    choices: Choices
    students: int = 0
    events: int = 0
    questions: int = 0
    kinds: Sequence[tuple[str, int]] = ()
    words: Sequence[Word] = ()
    more_words: int = 0
    left_out: Sequence[tuple[int, str]] = ()
    notes: Sequence[str] = ()
    asks_zone: bool = False
    has_roles: bool = False
    columns: Sequence[tuple[str, str, str]] = ()  # field, its label, the heading it is read from
    headings: Sequence[str] = ()
    recalled: bool = False
    problem: bool = False


def preview_of(roster: Roster, tally: Tally, seen: str, choices: Choices, *, recalled: bool) -> Preview:
    """Of a file that was read."""
    unknown = tally.unknown()
    words = [Word(word, number, choices.kind_of(word)) for word, number in islice(unknown.items(), MOST_WORDS)]
    zoneless = roster.assumed_zone is not None or any(note.code == "times_without_zone" for note in roster.notes)
    notes = [note.message for note in (*notes_about(roster.keys, False), *roster.notes)]
    said = {note.message for note in roster.notes if note.code in _SAID_ELSEWHERE}
    return msgspec.structs.replace(
        _about(roster.source, seen, choices, roster.columns),
        students=tally.students,
        events=tally.events,
        questions=tally.questions,
        kinds=tally.kinds(choices),
        words=words,
        more_words=len(unknown) - len(words),
        left_out=[(number, reason[:1].upper() + reason[1:]) for reason, number in roster.left_out.items()],
        notes=list(dict.fromkeys(note for note in notes if note not in said)),
        asks_zone=zoneless,
        recalled=recalled,
    )


def preview_of_refused(origin: Origin, columns: Columns | None, choices: Choices) -> Preview | None:
    """Of a table that cannot be read as it is, but may be once its columns are named; None of anything else."""
    if origin.source != TABLE or columns is None:
        return None
    return msgspec.structs.replace(_about(TABLE, REFUSED, choices, columns), problem=True)


def _about(source: str, seen: str, choices: Choices, columns: Columns | None) -> Preview:
    format_ = FORMATS.get(source)
    return Preview(
        source=source,
        described=format_.described if format_ else _OWN_DESCRIBED,
        seen=seen,
        choices=choices,
        has_roles=bool(format_ and format_.roles),
        columns=_columns(columns, choices) if columns and source == TABLE else (),
        headings=_offered(columns) if columns else (),
    )


def _offered(columns: Columns) -> list[str]:
    """The headings that a field may be read from: each of them stands on the page once for each field."""
    return [heading for heading in (*columns.used, *columns.ignored) if len(heading) <= _HEADING_CHARACTERS]


def _columns(columns: Columns, choices: Choices) -> list[tuple[str, str, str]]:
    """Each field with its label and the heading that it is read from, as the table writes it; "" for none."""
    used = {field: heading for heading, field in columns.used.items()}
    there = {plain(heading): heading for heading in (*columns.ignored, *columns.used)}
    chosen = {field: there.get(plain(heading), "") for field, heading in choices.columns.items()}
    read = {field: heading for field, heading in used.items() if choices.columns.get(field) != ""} | chosen
    return [(field, COLUMN_LABELS[field], read.get(field, "")) for field in FIELDS]


def source_labels() -> list[tuple[str, str]]:
    """Every source and how a choice shows it."""
    return [(name, FORMATS[name].label if name in FORMATS else _OWN_LABEL) for name in SOURCES]


def must_be_seen(roster: Roster, tally: Tally) -> bool:
    """Whether a file is shown before reports are made: all but one of our own whose words and zone are known."""
    return roster.source != OWN or bool(tally.unknown()) or roster.assumed_zone is not None
