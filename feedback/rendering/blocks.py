"""What a document is made of, whatever it is a document of: the one view model of both renderers.

A document is a heading, a few lines under it, and sections of blocks. All text is final: formatted,
translated, and legible in the format it is for. Renderers add form and nothing else.
"""

from datetime import datetime

import msgspec

from feedback.contract.formats import Paper
from feedback.rendering.charts.svg import Drawing


class Block(msgspec.Struct, frozen=True, tag_field="block", tag=str.lower):
    """One part of a section; `kind` names it and its template."""

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()


class Paragraph(Block, frozen=True):
    """Running text."""

    text: str


class Links(Block, frozen=True):
    """Files that belong to the document: what each is, and its address relative to the document's."""

    items: tuple[tuple[str, str], ...]


class KeyFigure(msgspec.Struct, frozen=True):
    """A number that stands out: what it is, the number, and what it rests on.

    One of the `tone` "score" is a score, and has the colour of scores; "low" is something to look at.
    """

    label: str
    value: str
    detail: str = ""
    tone: str = ""


class KeyFigures(Block, frozen=True):
    """The few numbers a document opens with."""

    items: tuple[KeyFigure, ...]


class Result(Block, frozen=True):
    """The first figure of a student's report: `value` stands large, `rest` beside it, `detail` below.

    A `scored` one has the colour of scores.
    """

    value: str
    rest: str
    detail: str = ""
    scored: bool = False


class Lead(Block, frozen=True):
    """The one sentence that says what mattered most, larger than running text."""

    text: str


class QuestionRow(msgspec.Struct, frozen=True):
    """One question of the table on page one; `…_share` are the lengths of its bars, None where there is no bar.

    `alias` is its name in the event order, where that is another one. A `low` row is where to start, which `note` says.
    """

    label: str
    alias: str = ""
    title: str = ""
    score: str = ""
    score_share: float | None = None
    time: str = ""
    time_share: float | None = None
    tries: str = ""
    low: bool = False
    note: str = ""
    href: str = ""
    link: str = ""


class QuestionRows(Block, frozen=True):
    """The table of page one: a row a question with bars; without scores, or times, it has no such column.

    `heads` name the columns: question, score, time, tries. `total` is the last row.
    """

    caption: str
    heads: tuple[str, str, str, str]
    rows: tuple[QuestionRow, ...]
    scores: bool
    times: bool
    total: QuestionRow | None = None

    @property
    def all_rows(self) -> tuple[QuestionRow, ...]:
        """The rows, and the total as the last of them."""
        return self.rows if self.total is None else (*self.rows, self.total)


class Point(msgspec.Struct, frozen=True):
    """What went well, or what to do next: a bold part and what stands behind it."""

    bold: str
    text: str


class KeepNext(Block, frozen=True):
    """What to keep and what to do next, under their two words."""

    keep_label: str
    next_label: str
    keep: tuple[Point, ...]
    next: tuple[Point, ...]


class Quote(Block, frozen=True):
    """Words from somebody else: `lead` says whose they are, `lines` are the words."""

    lead: str
    lines: tuple[str, ...]


class Advice(msgspec.Struct, frozen=True):
    """An insight: what was done, two readings of it, one thing to try, one question; each with its lead-in.

    `tone` is `praise` or `suggestion`, and `label` says it in words.
    """

    tone: str
    label: str
    title: str
    did: str
    readings: tuple[str, ...]
    leads: tuple[tuple[str, str], ...]


class Insights(Block, frozen=True):
    """What stands out, most important first; `colon` is what sets a lead off from what follows on the same line."""

    items: tuple[Advice, ...]
    readings_lead: str
    colon: str


class Key(msgspec.Struct, frozen=True):
    """An entry of a legend: a drawing of the mark, and what it stands for."""

    svg: str
    text: str


class Chart(Block, frozen=True):
    """A drawing by the rules of `charts`, what it is, and what it shows, in words.

    A `narrow` one is drawn for half a page's width, and fits a phone as it is; `phone` is another drawing of the same
    for the width of a phone.
    """

    drawing: Drawing
    title: str
    description: str
    caption: str = ""
    legend: tuple[Key, ...] = ()
    narrow: bool = False
    phone: Drawing | None = None

    @property
    def svg(self) -> str:
        return self.drawing.svg


class Column(msgspec.Struct, frozen=True):
    """A column of a table; `width` is its share of the line, numbers are set flush right."""

    label: str
    width: float = 1
    numeric: bool = False


class Cell(msgspec.Struct, frozen=True):
    """A cell with more than text: a link, or a drawing that repeats what the row's other cells say.

    A cell of the `tone` "low" stands out as something to look at.
    """

    text: str = ""
    href: str = ""
    svg: str = ""
    tone: str = ""


class Table(Block, frozen=True):
    """Rows under column headers; the first cell of a row is its header. Every row is as long as `columns`.

    `summary` folds the table away behind that text where a format can.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    summary: str = ""


class Step(msgspec.Struct, frozen=True):
    """One visit on the way through the questions: when it began, where that is worth saying, and what it came to."""

    at: str
    question: str
    detail: str


class Path(Block, frozen=True):
    """The visits in order; `summary` folds a long path away behind that text where a format can."""

    steps: tuple[Step, ...]
    summary: str = ""


class Term(msgspec.Struct, frozen=True):
    """A name, what it means or amounts to, and where that comes from."""

    name: str
    text: str
    source: str = ""


class Terms(Block, frozen=True):
    """Names and what they mean; `summary` folds them away behind that text where a format can."""

    items: tuple[Term, ...]
    small: bool = False
    summary: str = ""


class Notes(Block, frozen=True):
    """A list of remarks."""

    items: tuple[str, ...]


class EventOrder(Block, frozen=True):
    """`Event Order: Q6 -> Q2`, broken into lines that fit a printed page and never inside a `Qn ->`."""

    lines: tuple[str, ...]


AnyBlock = (
    Paragraph
    | Result
    | Lead
    | Links
    | QuestionRows
    | KeepNext
    | Quote
    | KeyFigures
    | Insights
    | Chart
    | Table
    | Path
    | Terms
    | Notes
    | EventOrder
)


class Section(msgspec.Struct, frozen=True):
    """A part of a document under a heading of the second level (the first part has none).

    Two `half` ones in a row may stand side by side. A `folded` one stands behind its heading on a screen, and in the
    appendix on paper.
    """

    id: str
    heading: str
    blocks: tuple[AnyBlock, ...]
    half: bool = False
    folded: bool = False


class Document(msgspec.Struct, frozen=True):
    """A whole document. `kind` stands over the heading; `date` is that of its content, never of its making.

    `identity` stands small under the heading: whose document it is. `language` is a BCP 47 tag. A `wide`
    document is mostly tables and takes the room a screen has. `foot` stands on each printed page: what is before,
    between and after its number and that of all pages.
    """

    language: str
    title: str
    kind: str
    heading: str
    lines: tuple[str, ...]
    date: datetime | None
    sections: tuple[Section, ...]
    foot: tuple[str, str, str]
    paper: Paper = "a4"
    wide: bool = False
    identity: str = ""
