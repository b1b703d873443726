"""Reports in every language: nothing stays English, nothing is lost in print, nothing is too wide."""

import csv
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import combinations
from typing import Any

import msgspec
import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser

from feedback.analysis import AnalysisSettings, ClassFindings, Failure, Findings, analyse, analyse_class
from feedback.contract.formats import Format
from feedback.contract.languages import LANGUAGES
from feedback.events import NO_CONTEXT, Student
from feedback.rendering import RenderOptions, class_table, render, render_class
from feedback.rendering.blocks import Advice, Cell, Chart, Document, Key, QuestionRows
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.cohort.document import class_document
from feedback.rendering.student.document import student_document
from tests.harness import courses
from tests.harness.browser import WCAG
from tests.harness.documents import Parsed, pages_by_poppler, pdf_text, running_text, word_boxes
from tests.harness.exams import NO_TIMES, UNUSUAL, exam
from tests.harness.logs import student

OTHERS = [language for language in LANGUAGES if language != "en"]
COURSE = courses.course_class(12)
STUDENTS = {who.student_id: who for who in (exam(), NO_TIMES, student(), *UNUSUAL, *COURSE[:3])}
# Not words: drawings, addresses, names of ours; and what only a page or only assistive technology says.
_NOT_SHOWN = {"svg", "href", "tone", "drawing", "phone", "summary", "id", "language", "paper", "foot", "colon", "date"}
_NOT_SHOWN_OF = {
    Chart: {"title", "description"},
    Cell: {"svg", "href", "tone"},
    Key: {"svg"},
    Advice: {"label"},
}


def found(language: str, who: Student) -> Findings:
    context = courses.CONTEXT if who in COURSE else NO_CONTEXT
    return analyse(who, context, settings=AnalysisSettings(language=language))


def found_of_class(language: str) -> ClassFindings:
    settings = AnalysisSettings(language=language)
    students = (analyse(exam(60, seed=seed), settings=settings) for seed in range(24))
    return analyse_class(students, [Failure("lost", None, "–")])


def found_of_course(language: str) -> ClassFindings:
    return analyse_class(found(language, who) for who in COURSE)


def documents(language: str) -> Iterator[Document]:
    for who in STUDENTS.values():
        yield student_document(found(language, who), RenderOptions(), Legible(Coverage.FONTS))
    for of_class in (found_of_class(language), found_of_course(language)):
        yield class_document(of_class, RenderOptions(), Legible(Coverage.FONTS), [], 500, [])


def told(part: Any) -> Iterator[str]:
    """Every text that a printed document shows, in its order."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple | list):
        for each in part:
            yield from told(each)
    elif isinstance(part, QuestionRows):
        shown = (True, part.scores, part.times, True)
        yield from (head for head, is_shown in zip(part.heads, shown, strict=True) if is_shown)
        yield from told(part.all_rows)
    elif isinstance(part, msgspec.Struct):
        unseen = _NOT_SHOWN | _NOT_SHOWN_OF.get(type(part), set())
        for name in part.__struct_fields__:
            if name not in unseen:
                yield from told(getattr(part, name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", STUDENTS)
def test_the_pdf_of_a_student_holds_every_text_as_it_was_sent(language: str, who: str) -> None:
    findings = found(language, STUDENTS[who])
    document = student_document(findings, RenderOptions(), Legible(Coverage.FONTS))
    pdf = render(findings, Format.PDF).body
    holds_every_text(pdf, document)
    assert f"Student ID: {findings.student_id}" in pdf_text(pdf)
    if findings.event_order:
        assert "Event Order: " + " -> ".join(findings.event_order) in pdf_text(pdf)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of_class", [found_of_class, found_of_course])
def test_the_pdf_of_a_class_holds_every_text_as_it_was_sent(
    language: str, of_class: Callable[[str], ClassFindings]
) -> None:
    findings = of_class(language)
    document = class_document(findings, RenderOptions(), Legible(Coverage.FONTS), [], 500, [])
    holds_every_text(render_class(findings, Format.PDF).body, document)


def solid(text: str) -> str:
    """Without blanks and hyphens: pdftotext puts a blank behind some letters of Hindi, and drops hyphens."""
    return re.sub(r"[\s-]", "", text)


def holds_every_text(pdf: bytes, document: Document) -> None:
    text = solid(running_text(pages_by_poppler(pdf, "-raw")))
    for said in told((document.kind, document.heading, document.identity, document.lines, document.sections)):
        assert solid(said) in text, said


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_stays_english(language: str) -> None:
    """Of whole sentences and headings; sources have the titles they were published under, and marks stay marks."""
    for theirs, ours in zip(documents(language), documents("en"), strict=True):
        english = {text for text in told(ours.sections) if len(re.findall(r"[A-Za-z]{4,}", text)) > 1}
        same = {text for text in told(theirs.sections) if text in english}
        assert {text for text in same if not re.search(r" \d{4}|Event Order|Moodle", text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_says_what_language_it_is_in_and_numbers_its_pages_in_it(language: str) -> None:
    findings = found(language, exam())
    tags = Parsed(render(findings, Format.HTML).body.decode()).tags
    assert ("html", {"lang": language}) in tags
    own = {} if language == "en" else {"lang": "en"}
    assert ("p", {"class": "identity", **own}) in tags, "which is English in every language"
    pdf = render(findings, Format.PDF).body
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == language
    foot = {
        "en": "Page {} of {}",
        "de": "Seite {} von {}",
        "es": "Página {} de {}",
        "fr": "Page {} sur {}",
        "hi": "पृष्ठ {} / {}",
    }[language]
    pages = pages_by_poppler(pdf)
    for number, page in enumerate(pages, start=1):
        assert foot.format(number, len(pages)) in [line.strip() for line in page.splitlines()]


@pytest.mark.parametrize("language", OTHERS)
def test_the_tables_of_a_class_keep_their_headings_and_codes(language: str) -> None:
    # The reason to look at a student is a sentence for people.
    for name, sentences in (("class-questions.csv", set()), ("class-students.csv", {"look_first"})):
        ours, theirs = (list(csv.reader(table_of(each, name))) for each in ("en", language))
        assert ours[0] == theirs[0]
        said = {ours[0][column] for one, other in zip(ours, theirs, strict=True) for column in differing(one, other)}
        assert said == sentences


def table_of(language: str, name: str) -> list[str]:
    return class_table(found_of_class(language), name).decode("utf-8-sig").splitlines()


def differing(one: list[str], other: list[str]) -> list[int]:
    return [column for column, (cell, same) in enumerate(zip(one, other, strict=True)) if cell != same]


@pytest.mark.parametrize("language", OTHERS)
def test_a_report_takes_at_most_a_page_more_than_in_english(language: str) -> None:
    def pages(in_language: str, who: Student) -> int:
        return len(pages_by_poppler(render(found(in_language, who), Format.PDF).body))

    for who in STUDENTS.values():
        assert pages(language, who) <= pages("en", who) + 1


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_is_printed_over_another(language: str) -> None:
    students = [render(found(language, who), Format.PDF) for who in (exam(), *COURSE[:2])]
    classes = [render_class(of_class(language), Format.PDF) for of_class in (found_of_class, found_of_course)]
    for pdf in (*students, *classes):
        for page in word_boxes(pdf.body):
            over = [(one.name, other.name) for one, other in combinations(page, 2) if one.covers(other)]
            assert over == []


@pytest.mark.browser
@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("what", ["student", "class", "student of a course", "course"])
def test_a_page_is_accessible_and_fits_a_phone(language: str, what: str, browser: Browser) -> None:
    if what in ("class", "course"):
        of_class = found_of_class(language) if what == "class" else found_of_course(language)
        body = render_class(of_class, Format.HTML).body
    else:
        body = render(found(language, exam() if what == "student" else COURSE[0]), Format.HTML).body
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(body.decode())
    for folded in page.locator("summary").all():
        folded.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    results = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
    page.close()
