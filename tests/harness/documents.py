"""Reading what was rendered the way others do: a PDF with pdftotext, a page with a parser."""

import re
import subprocess
from html.parser import HTMLParser
from io import BytesIO
from typing import NamedTuple

from pypdf import PdfReader

from feedback.analysis import analyse
from feedback.contract.formats import Format
from feedback.events import Student
from feedback.rendering import RenderOptions, render

_FOOT = re.compile(r"Page \d+ of \d+|Seite \d+ von \d+|Page \d+ sur \d+|Página \d+ de \d+|पृष्ठ \d+ / \d+")
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def report(student: Student, format: Format, time_zone: str = "UTC") -> bytes:  # noqa: A002 - the word for it
    return render(analyse(student), format, RenderOptions(time_zone)).body


def html_of(student: Student) -> str:
    return report(student, Format.HTML).decode()


def pdf_of(student: Student) -> bytes:
    return report(student, Format.PDF)


def pages_by_poppler(pdf: bytes, *mode: str) -> list[str]:
    """The text of each page, by `pdftotext` in its default mode; with `-raw` in the order of the content."""
    text = subprocess.run(["pdftotext", *mode, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return text.split("\f")[:-1]


class WordBox(NamedTuple):
    """A word on a page, and where its edges are."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "WordBox") -> bool:
        """Whether one is printed over the other: their letters, which take the middle of a box, meet."""
        (top, bottom), (others_top, others_bottom) = self._letters, other._letters
        return min(bottom, others_bottom) > max(top, others_top) and (
            min(self.right, other.right) - max(self.left, other.left) > 1
        )

    @property
    def _letters(self) -> tuple[float, float]:
        height = self.bottom - self.top
        return self.top + 0.35 * height, self.bottom - 0.25 * height


def word_boxes(pdf: bytes) -> list[list[WordBox]]:
    """The words of each page."""
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    word = re.compile(r'<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">(.*?)</word>')
    return [
        [WordBox(name, *map(float, edges)) for *edges, name in word.findall(page)] for page in found.split("<page ")[1:]
    ]


def pages_by_pypdf(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def folded(text: str) -> str:
    return " ".join(text.split())


def running_text(pages: list[str]) -> str:
    """The pages' text as one, their feet removed and white space folded."""
    lines = [line for page in pages for line in page.splitlines() if not _FOOT.fullmatch(line.strip())]
    return folded("\n".join(lines))


def pdf_text(pdf: bytes) -> str:
    return running_text(pages_by_poppler(pdf))


class Parsed(HTMLParser):
    """A page's text, headings, title, and the tags in it."""

    _UNSEEN = frozenset({"style", "title", "desc", "script"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.title = self._text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return folded(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "meta":
            return
        self._open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append("")
        if tag in {"p", "div", "li", "td", "th", "dt", "dd", "text", "tr", "h1", "h2", "h3"}:
            self._text += "\n"

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "svg" not in self._open and "title" in self._open:
            self.title += data
        if not self._UNSEEN & set(self._open):
            self._text += data
        if self._open and self._open[-1] in {"h1", "h2", "h3"}:
            self.headings[-1] += data
