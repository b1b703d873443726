"""The table of a class's students: searched, sorted and cut into pages by what stands in the address."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.http import urlencode

from feedback.analysis import ClassFindings, ClassRow
from feedback.events import settled
from feedback.phrasing.phrases import NONE
from feedback.rendering.cohort.students import by_score, score_of, submitted_of
from feedback.rendering.words import Words

ROWS = 200
_DIGITS = re.compile("([0-9]+)")


Shown = Callable[[ClassRow, ClassFindings, Words], str]


@dataclass(frozen=True)
class Column:
    """A column of the table: `value` is what rows are sorted by, `shown` what a cell says.

    `descending` says which end is of interest first. `meaning` is the column's definition; it may name `{gap}`, the
    minutes of the longest interval that is counted as work.
    """

    name: str
    label: str
    value: Callable[[ClassRow], Any]
    shown: Shown
    meaning: str = ""
    descending: bool = True
    numeric: bool = True


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts `s9` before `s10`, and ignores case."""
    parts = enumerate(_DIGITS.split(text.casefold()))
    return [(1, 0, part) if index % 2 == 0 else (0, int(part), part) for index, part in parts if part]


def _counted(name: str) -> Shown:
    return lambda row, _, words: words.number(getattr(row, name))


def _score(row: ClassRow) -> float | None:
    return row.score_earned / row.score_possible if row.score_earned is not None and row.score_possible else None


# In the order of what is most worth knowing: a phone shows the first of them.
COLUMNS = (
    Column(
        "student",
        "Student",
        lambda row: natural(row.student_id),
        lambda row, _, words: words.foreign(row.student_id),
        descending=False,
        numeric=False,
    ),
    Column(
        "name",
        "Name",
        lambda row: natural(row.name) if row.name else None,
        lambda row, _, words: words.foreign(row.name) if row.name else NONE,
        "The student’s name, as it was sent with the log.",
        descending=False,
        numeric=False,
    ),
    Column(
        "score",
        "Score",
        _score,
        lambda row, _, words: score_of(row.score_earned, row.score_possible, words),
        "The points that the student’s submissions earned, of those that could be earned. The platform’s own rules of "
        "grading may differ.",
        descending=False,
    ),
    Column(
        "submitted",
        "Submitted",
        lambda row: row.slots_submitted,
        submitted_of,
        "Questions that the student submitted at least once, of those that the student had: the questions of the exam "
        "where they are known, else those in the log, or the usual number of the class where that is more.",
    ),
    Column(
        "solved",
        "Full score",
        lambda row: row.questions_solved,
        _counted("questions_solved"),
        "Questions on which a submission of the student had the full score.",
    ),
    Column(
        "time",
        "Time",
        lambda row: row.seconds,
        lambda row, _, words: words.duration(row.seconds),
        "The student’s time on all questions: in a log of page visits the whole time before each event, else an "
        "estimate, the sum of the intervals of at most {gap} minutes.",
    ),
    Column(
        "submissions",
        "Submissions",
        lambda row: row.submissions,
        _counted("submissions"),
        "How often the student submitted, over all questions; in a log of page visits each visit counts.",
    ),
    Column(
        "events",
        "Events",
        lambda row: row.events,
        _counted("events"),
        "Everything in the student’s log: saves, submissions and others.",
    ),
    Column(
        "switches",
        "Switches",
        lambda row: row.switches,
        _counted("switches"),
        "How often an event was on another question than the one before it.",
    ),
    Column(
        "insights",
        "Insights",
        lambda row: len(row.insights),
        lambda row, _, words: words.number(len(row.insights)),
        "How many things the student’s report points out, praise and what is worth a look together.",
    ),
)


def columns_for(findings: ClassFindings) -> list[Column]:
    """Those that say something of this class: without scores, none about scores."""
    return [column for column in COLUMNS if any(column.value(row) is not None for row in findings.rows)]


@dataclass(frozen=True)
class View:
    """What is asked to be seen: a search, a column and its direction, a page.

    Without a column the lowest score comes first, and without scores the rows stand as they were sent.
    """

    search: str
    column: Column | None
    descending: bool
    page: str

    @classmethod
    def of(cls, query: QueryDict) -> "View":
        name = query.get("sort", "")
        column = next((column for column in COLUMNS if column.name == name.removeprefix("-")), None)
        return cls(query.get("q", "").strip(), column, name.startswith("-"), query.get("page", "1"))

    def select(self, rows: Sequence[ClassRow]) -> Page[ClassRow]:
        return Paginator(self._sorted(self._found(rows)), ROWS).get_page(self.page)

    def _found(self, rows: Sequence[ClassRow]) -> list[ClassRow]:
        wanted = settled(self.search).casefold()
        return [
            row
            for row in rows
            if any(wanted in text.casefold() for text in (row.student_id, row.namespace or "", row.name or ""))
        ]

    def _sorted(self, rows: list[ClassRow]) -> list[ClassRow]:
        """In order, rows without a value last whichever way, equal ones as they were sent."""
        if self.column is None:
            return [rows[place] for place in by_score(rows)]
        valued = [(value, row) for row in rows if (value := self.column.value(row)) is not None]
        without = [row for row in rows if self.column.value(row) is None]
        valued.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _, row in valued] + without

    def direction(self, column: Column) -> str:
        """As `aria-sort` has it: `ascending`, `descending` or `none`."""
        if column is not self.column:
            return "none"
        return "descending" if self.descending else "ascending"

    def sorted_by(self, column: Column) -> str:
        """The query that a click on a column's header leads to: the other way round where it is sorted by it."""
        descending = not self.descending if column is self.column else column.descending
        return self._query(sort=f"-{column.name}" if descending else column.name)

    def at_page(self, number: int) -> str:
        return self._query(sort=self.sort, page=number)

    @property
    def sort(self) -> str:
        return ("-" if self.descending else "") + self.column.name if self.column else ""

    def _query(self, **rest: Any) -> str:
        return "?" + urlencode({name: value for name, value in {"q": self.search, **rest}.items() if value})
