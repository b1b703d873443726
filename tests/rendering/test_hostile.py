"""Text that means something to HTML, Typst, CSS or a terminal comes out as the plain text it is."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.analysis import Failure, analyse, analyse_class
from feedback.contract.formats import Format
from feedback.events import Student
from feedback.rendering import RenderOptions, render, render_class
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.pdf.typeset import _main
from tests.harness.documents import Parsed, folded, html_of, pages_by_pypdf, pdf_of, pdf_text, running_text
from tests.harness.exams import HOSTILE_TEXTS, exam, on_units
from tests.harness.logs import save, student, submission


def squeezed(text: str) -> str:
    """Without any white space: a long word is broken over lines."""
    return "".join(text.split())


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=ascii)
def test_hostile_ids_and_units_leave_both_documents_whole(text: str) -> None:
    who = student(submission(text, 0, 0.5), save("q1", 60), student_id=text, namespace=text)
    page = Parsed(html_of(who))
    on_screen, in_print = Legible(Coverage.BROWSER)(text), Legible(Coverage.FONTS)(text)
    assert page.headings[0] == "Feedback report"
    assert f"Student ID: {folded(on_screen)}" in page.text
    assert folded(page.text).count(folded(on_screen)) >= 2
    order = page.text.partition("Event Order: ")[2].partition(" How to read this")[0]
    assert order in {"Q1 -> Q2", "Q2 -> Q1"}
    printed = running_text(pages_by_pypdf(pdf_of(who)))
    assert "How to read this" in printed
    if in_print.isascii():
        assert squeezed(printed).count(squeezed(in_print)) >= 3


def test_no_text_becomes_a_tag_an_attribute_or_a_request() -> None:
    allowed = {tag for tag, _ in Parsed(html_of(exam())).tags}
    page = html_of(on_units(*HOSTILE_TEXTS))
    assert {tag for tag, _ in Parsed(page).tags} <= allowed
    assert "script" not in allowed
    assert not [name for _, attributes in Parsed(page).tags for name in attributes if name.startswith("on")]
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_a_unit_of_thousands_of_digits_is_shortened_and_says_so() -> None:
    who = student(submission(int("9" * 4000), 0, 1.0))
    for text in (Parsed(html_of(who)).text, " ".join(pages_by_pypdf(pdf_of(who)))):
        assert "9999…(4,000characters)" in squeezed(text)


def test_a_class_of_hostile_students_and_failures_comes_out_as_text() -> None:
    who = [student(save("q1", 0), student_id=text, namespace=text) for text in HOSTILE_TEXTS]
    failures = [Failure(text + "!", text, text) for text in HOSTILE_TEXTS]
    findings = analyse_class(map(analyse, who), failures)
    page = Parsed(render_class(findings, Format.HTML, RenderOptions(), ["html/a.html"] * len(who)).body.decode())
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script>" in page.text
    text = pdf_text(render_class(findings, Format.PDF, RenderOptions(), ["html/a.html"] * len(who)).body)
    assert '#eval("1")' in text


def test_a_long_word_stays_inside_the_page() -> None:
    pages = pages_by_pypdf(pdf_of(student(save("W" * 200, 0), student_id="W" * 200, namespace="W" * 200)))
    longest = max(len(word) for page in pages for line in page.splitlines() for word in line.split())
    assert longest <= 60
    assert squeezed(running_text(pages)).count("W" * 200) == 3


@pytest.mark.parametrize(
    "control", ["\u202a", "\u202e", "\u2067", "\u200f", "\u061c", "\ufeff", "\x00", "\x1b", "\u2028"]
)
def test_a_control_character_shows_as_its_code_point_and_is_named_in_the_notes(control: str) -> None:
    who = student(save("q1", 0), student_id=f"a{control}b")
    code = f"U+{ord(control):04X}"
    for text in (Parsed(html_of(who)).text, pdf_text(pdf_of(who))):
        assert f"Student ID: a⟨{code}⟩b" in text
        assert code in text.partition("Notes on the data")[2]
        assert control not in text


any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def test_no_word_of_a_student_is_typst_source() -> None:
    data = json.dumps({"title": "#eval(1)", "unit": '")\n#panic('}).encode()
    source = _main(data, "/a folder/data.json").decode()
    assert "eval" not in source
    assert "panic" not in source
    assert source.splitlines()[1].startswith('#report(json("/a folder/data.json"), (')


@settings(max_examples=60)
@given(any_text, any_text, any_text)
def test_no_text_makes_a_report_impossible(student_id: str, namespace: str, unit: str) -> None:
    findings = analyse(Student(student_id, [submission(unit, 0, 0.5), save("q1", 60)], namespace))
    assert render(findings, Format.PDF).body.startswith(b"%PDF-")
    assert Parsed(render(findings, Format.HTML).body.decode()).text.count("Student ID: ")
