"""The table of a class's students: searched, sorted and cut into pages by what stands in the address."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.http import urlencode

from feedback.analysis import ClassFindings, ClassRow
from feedback.rendering.words import Words

ROWS = 200
_DIGITS = re.compile("([0-9]+)")


@dataclass(frozen=True)
class Column:
    """What the rows can be sorted by; `descending` says which end is of interest first.

    `meaning` is its definition, and `under` what stands below its name. Both may name `{questions}`, how many
    the class has, and `{gap}`, the minutes of the longest interval that is counted as work.
    """

    name: str
    label: str
    value: Callable[[ClassRow], Any]
    meaning: str = ""
    under: str = ""
    shown: Callable[[Words, Any], str] = Words.number
    descending: bool = True

    @property
    def numeric(self) -> bool:
        return self.descending


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts `s9` before `s10`, and ignores case."""
    parts = enumerate(_DIGITS.split(text.casefold()))
    return [(1, 0, part) if index % 2 == 0 else (0, int(part), part) for index, part in parts if part]


# In the order of what is most worth knowing: a phone shows the first of them.
COLUMNS = (
    Column("student", "Student", lambda row: natural(row.student_id), descending=False),
    Column(
        "submitted",
        "Submitted",
        lambda row: row.questions_submitted,
        "Questions that the student submitted at least once, of those that anyone in the class opened.",
        under="of {questions}",
    ),
    Column(
        "solved",
        "Full score",
        lambda row: row.questions_solved,
        "Questions on which a submission of the student had the full score.",
        under="of {questions}",
    ),
    Column(
        "score",
        "Mean best score",
        lambda row: row.mean_score,
        "The best score on each question that was submitted, averaged over these questions alone. One that was not "
        "submitted does not lower it: read it beside Submitted.",
        under="of what was submitted",
        shown=Words.score,
    ),
    Column(
        "time",
        "Active time",
        lambda row: row.active_seconds,
        "An estimate: the sum of the student’s intervals between events of at most {gap} minutes.",
        shown=Words.duration,
    ),
    Column(
        "submissions",
        "Submissions",
        lambda row: row.submissions,
        "How often the student submitted, over all questions.",
    ),
    Column(
        "events", "Events", lambda row: row.events, "Everything in the student’s log: saves, submissions and others."
    ),
    Column(
        "switches",
        "Switches",
        lambda row: row.switches,
        "How often an event was on another question than the one before it.",
    ),
    Column(
        "insights",
        "Insights",
        lambda row: len(row.insights),
        "How many things the student’s report points out, praise and what is worth a look together.",
    ),
)


def columns_for(findings: ClassFindings) -> list[Column]:
    """Those that say something of this class: without scores, none about scores."""
    return [column for column in COLUMNS if any(column.value(row) is not None for row in findings.rows)]


@dataclass(frozen=True)
class View:
    """What is asked to be seen: a search, a column (as sent where None) and its direction, a page."""

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
        wanted = self.search.casefold()
        return [
            row for row in rows if wanted in row.student_id.casefold() or wanted in (row.namespace or "").casefold()
        ]

    def _sorted(self, rows: list[ClassRow]) -> list[ClassRow]:
        """In order, rows without a value last whichever way, equal ones as they were sent."""
        if self.column is None:
            return rows
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
