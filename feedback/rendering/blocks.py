"""What a document is made of, whatever it is a document of: the one view model of both renderers.

A document is a heading, a few lines under it, and sections of blocks. All text is final: formatted,
translated, and legible in the format it is for. Renderers add nothing but form.
"""

from datetime import datetime
from typing import Literal

import msgspec


class Block(msgspec.Struct, frozen=True, tag_field="block", tag=str.lower):
    """One part of a section."""


class Paragraph(Block, frozen=True):
    """Running text; `muted` text is an aside."""

    text: str
    muted: bool = False


class KeyFigure(msgspec.Struct, frozen=True):
    """A number that stands out: what it is, the number, and what it rests on."""

    label: str
    value: str
    detail: str = ""


class KeyFigures(Block, frozen=True):
    """The few numbers a document opens with."""

    items: tuple[KeyFigure, ...]


class Chart(Block, frozen=True):
    """A drawing: an SVG (DESIGN section 6 has its rules), its title, and what it shows in words."""

    id: str
    svg: str
    title: str
    description: str
    caption: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column of a table; `width` is its share of the line, numbers are set flush right."""

    label: str
    width: float = 1
    numeric: bool = False


class Cell(msgspec.Struct, frozen=True):
    """A cell with more than text: a link, or a drawing that repeats what the row's other cells say."""

    text: str = ""
    href: str = ""
    svg: str = ""


class Table(Block, frozen=True):
    """Rows under column headers; the first cell of a row is its header. Every row is as long as `columns`."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]


class Term(msgspec.Struct, frozen=True):
    """A name, what it means, and where that comes from."""

    name: str
    text: str
    source: str = ""


class Terms(Block, frozen=True):
    """Definitions."""

    items: tuple[Term, ...]


class Notes(Block, frozen=True):
    """A list of remarks."""

    items: tuple[str, ...]


class EventOrder(Block, frozen=True):
    """The line `Event Order: Q6 -> Q2`: its label and its aliases."""

    label: str
    aliases: tuple[str, ...]


AnyBlock = Paragraph | KeyFigures | Chart | Table | Terms | Notes | EventOrder


class Section(msgspec.Struct, frozen=True):
    """A part of a document with a heading of the second level."""

    id: str
    heading: str
    blocks: tuple[AnyBlock, ...]


class Document(msgspec.Struct, frozen=True):
    """A whole document. `kind` stands over the heading; `date` is that of its content, never of its making."""

    language: Literal["en"]
    title: str
    kind: str
    heading: str
    lines: tuple[str, ...]
    date: datetime | None
    sections: tuple[Section, ...]
