"""The Big List of Naughty Strings as ids, units and types: no report fails, and its text is the text that was sent.

"Sent" is after the trimming and NFC of the contract, with code points where a character cannot be shown. White space is
left out of the comparison, because long words are broken over lines.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from feedback.analysis import analyse, analyse_class
from feedback.analysis.kinds import kind_of
from feedback.analysis.units import unit_of
from feedback.contract.formats import Format
from feedback.events import Event, InvalidEvents, Student
from feedback.events.normal_form import settled
from feedback.phrasing.phrases import shortened
from feedback.rendering import RenderOptions, render_class
from feedback.rendering.characters import Coverage, Legible
from tests.harness.documents import (
    BIDI_CONTROLS,
    Parsed,
    html_of,
    pages_by_poppler,
    pages_by_pypdf,
    pdf_of,
    running_text,
)
from tests.harness.logs import at, save, student
from tests.harness.reading import read

LIST: list[str] = json.loads((Path(__file__).parents[1] / "data" / "naughty_strings" / "blns.json").read_text())
LONGEST = 200
STRINGS = [text for text in dict.fromkeys(map(settled, LIST)) if 0 < len(text) <= LONGEST]
# A report lists at most 500 questions, and the PDF of a class at most 500 students.
HALVES = (STRINGS[::2], STRINGS[1::2])
READERS: list[Callable[[bytes], list[str]]] = [pages_by_poppler, pages_by_pypdf]

# The font draws ≠ as = with a stroke. The replacement text around it says ≠, which pypdf does not read.
_TWO_GLYPHS = "≠"
# Lam with a mark of another script: where a report has lam in other words too, its glyph stands for two texts. The
# replacement text says which, and again pypdf does not read it.
_ONE_GLYPH = "\u0644\u035c"
# Invisible, and without a glyph of its own: pypdf goes by glyphs.
_NO_GLYPH = "\u034f"


def squeezed(text: str) -> str:
    return "".join(BIDI_CONTROLS.sub("", text).split())


_QUESTIONS = 30


def is_reordered(text: str) -> bool:
    """Whether readers of a PDF may give a text in another order.

    They put lines from right to left into an order of their own, and marks that are drawn over or beside each other
    where they find room.
    """
    return any(
        unicodedata.bidirectional(character) in ("R", "AL", "AN") or unicodedata.category(character)[0] == "M"
        for character in text
    )


def on_screen(text: str) -> str:
    return squeezed(Legible(Coverage.BROWSER)(text))


def on_paper(text: str) -> str:
    return squeezed(Legible(Coverage.FONTS)(text))


def characters(texts: Iterable[str]) -> Counter[str]:
    """How often each character beyond ASCII comes that readers of a PDF do not miss."""
    return Counter(
        character
        for text in texts
        for character in on_paper(text)
        if not character.isascii() and character not in _NO_GLYPH
    )


def with_units(texts: list[str]) -> Student:
    """A submission on each, a minute apart."""
    return student(*(Event(text, "submission", at(60 * n), 0.5) for n, text in enumerate(texts)))


def shown(text: str) -> str:
    """The name of the question of a unit."""
    return unit_of(text).name


def test_a_string_is_read_as_it_was_sent_or_refused_where_it_is_empty_or_too_long() -> None:
    assert len(LIST) > 500
    for text in LIST:
        body = json.dumps({"student_id": text, "events": [{"unit": text, "type": text}]}).encode()
        if 0 < len(settled(text)) <= LONGEST:
            (read_back,) = read(body)
            (event,) = read_back.events
            assert (read_back.student_id, event.unit, event.type) == (settled(text),) * 3
        else:
            with pytest.raises(InvalidEvents) as refused:
                read(body)
            assert {"student_id", "events[0].unit"} <= set(refused.value.details)


@pytest.mark.parametrize("half", HALVES, ids=["even", "odd"])
def test_a_string_is_a_unit_in_the_page(half: list[str]) -> None:
    page = squeezed(Parsed(html_of(with_units(half))).text)
    assert [text for text in half if on_screen(shown(text)) not in page] == []


@pytest.mark.parametrize("half", HALVES, ids=["even", "odd"])
def test_a_string_is_a_unit_in_the_pdf(half: list[str]) -> None:
    # On paper the table of numbers has the first questions alone, so a student gets no more.
    pdfs = [pdf_of(with_units(half[first : first + _QUESTIONS])) for first in range(0, len(half), _QUESTIONS)]
    for reader in READERS:
        printed = squeezed(" ".join(running_text(reader(pdf)) for pdf in pdfs))
        ordered = [text for text in map(shown, half) if not is_reordered(text)]
        reordered = [text for text in half if is_reordered(text)]
        if reader is pages_by_pypdf:
            ordered = [text for text in ordered if _TWO_GLYPHS not in text]
            reordered = [text for text in reordered if _ONE_GLYPH not in text]
        # pdftotext takes a hyphen at the end of a line for one that a word was broken with, and leaves it out.
        dropped = "[-]" if reader is pages_by_poppler else "$^"
        found = re.sub(dropped, "", printed)
        assert [text for text in ordered if re.sub(dropped, "", on_paper(text)) not in found] == [], reader.__name__
        assert not characters(reordered) - Counter(printed), reader.__name__


@pytest.mark.parametrize("half", HALVES, ids=["even", "odd"])
def test_a_string_is_the_id_of_a_student_in_the_report_of_a_class(half: list[str]) -> None:
    findings = analyse_class(analyse(student(save("q1", 0), student_id=text, namespace=text)) for text in half)
    links = [f"html/{n}.html" for n in range(len(half))]
    page = squeezed(Parsed(render_class(findings, Format.HTML, RenderOptions(), links).body.decode()).text)
    assert [text for text in half if on_screen(text) not in page] == []
    # Cells of a table stand beside each other and rows end with a page, so only the characters are counted here.
    pdf = render_class(findings, Format.PDF, RenderOptions(), links).body
    for reader in READERS:
        assert not characters(half) - Counter(running_text(reader(pdf))), reader.__name__


@pytest.mark.parametrize("text", [*STRINGS[::40], *filter(is_reordered, STRINGS)], ids=ascii)
def test_a_string_is_the_id_on_a_report(text: str) -> None:
    log = student(save("q1", 0), student_id=text)
    assert f"StudentID:{on_screen(text)}" in squeezed(Parsed(html_of(log)).text)
    pdf = pdf_of(log)
    for reader in READERS:
        printed = squeezed(running_text(reader(pdf)))
        assert "StudentID:" in printed
        assert not characters([text]) - Counter(printed), reader.__name__
        if not is_reordered(text):
            assert f"StudentID:{on_paper(text)}" in printed, reader.__name__


def test_a_string_is_the_type_of_an_event() -> None:
    unknown = sorted(text for text in STRINGS if kind_of(text) == "other")
    assert len(unknown) > 400
    # A note names up to four types.
    for start in range(0, len(unknown), 4):
        types = unknown[start : start + 4]
        log = student(*(Event("q1", each, at(60 * n)) for n, each in enumerate(types)))
        (note,) = (note for note in analyse(log).data_notes if note.code == "unknown_types")
        assert all(f"“{shortened(each)}”" in note.text for each in types)
        assert note.count == len(types)
    log = student(*(Event("q1", each, at(60 * n)) for n, each in enumerate(STRINGS)))
    assert Parsed(html_of(log)).headings
    assert pdf_of(log).startswith(b"%PDF-")
