"""The formats a report comes in."""

from enum import StrEnum
from typing import Literal, get_args

# What is printed on: ISO 216 or ANSI.
Paper = Literal["a4", "letter"]
PAPERS: tuple[Paper, ...] = get_args(Paper)


class Format(StrEnum):
    """A document format: its value is the name in addresses, folders and file suffixes."""

    HTML = "html"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        return "text/html" if self is Format.HTML else "application/pdf"

    @property
    def suffix(self) -> str:
        """With the dot: `.html`, `.pdf`."""
        return f".{self.value}"
