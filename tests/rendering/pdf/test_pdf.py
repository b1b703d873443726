"""What a PDF declares, and what its structure holds."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from feedback.analysis import analyse, analyse_class
from feedback.contract.formats import Format
from feedback.events import Student
from feedback.rendering import RenderOptions, render, render_class
from feedback.rendering.pdf import typeset
from tests.harness.documents import pages_by_poppler, pages_by_pypdf, pdf_of, word_boxes
from tests.harness.exams import MANY_QUESTIONS, NO_EVENTS, UNUSUAL, exam
from tests.harness.logs import student, submission


def opened(typeset: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(typeset))


def listed(value: Any) -> list[Any]:
    """What a key that holds one thing or an array of things holds."""
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def elements(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every element of the structure tree."""
    waiting = [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        waiting.extend(child for child in listed(element.get("/K", [])) if isinstance(child, pikepdf.Dictionary))


def of_kind(document: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [element for element in elements(document) if str(element.S) == kind]


def attribute(element: pikepdf.Object, name: str) -> str | None:
    return next((str(each[name]) for each in listed(element.get("/A", [])) if name in each), None)


def class_pdf() -> bytes:
    findings = analyse_class(analyse(exam(60, seed=seed)) for seed in range(3))
    return render_class(findings, Format.PDF, RenderOptions(), ["a.html", "b.html", "c.html"]).body


@pytest.fixture(params=["student", "class"])
def document(request: pytest.FixtureRequest) -> pikepdf.Pdf:
    return opened(pdf_of(exam()) if request.param == "student" else class_pdf())


def test_it_declares_pdf_ua_1_and_pdf_a_2a_at_once(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"


def test_it_is_marked_and_has_a_structure_tree_and_a_language(document: pikepdf.Pdf) -> None:
    assert document.Root.MarkInfo.Marked
    assert document.Root.Lang == "en"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert len(list(elements(document))) > 50


def test_every_figure_says_what_it_shows(document: pikepdf.Pdf) -> None:
    figures = of_kind(document, "/Figure")
    assert figures
    assert all(len(str(figure.Alt)) > 20 for figure in figures)


def test_the_labels_of_a_drawing_belong_to_its_figure() -> None:
    document = opened(pdf_of(exam(questions=8)))
    figures = of_kind(document, "/Figure")
    # Of the timeline at least its eight questions.
    assert [len(listed(figure.K)) >= 8 for figure in figures] == [True]


def test_a_row_is_as_high_as_its_words_need() -> None:
    names = ["q1", "A rather long name of a question, in words", "WWWWMMMM", "mmmm", "q2"]
    who = student(*(submission(name, 60 * n, n / 4) for n, name in enumerate(names)), student_id="rows")
    lines = [words for page in pages_by_poppler(pdf_of(who)) for words in page.splitlines()]
    assert {"q1", "WWWWMMMM", "mmmm", "q2"} <= set(lines)
    assert "A rather long name of a question, in words" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("log", [exam(150), MANY_QUESTIONS, *UNUSUAL], ids=lambda log: log.student_id)
def test_no_word_is_printed_over_another(log: Student) -> None:
    for page in word_boxes(pdf_of(log)):
        assert [(one.name, two.name) for one, two in combinations(page, 2) if one.covers(two)] == []


def test_every_header_of_a_table_is_scoped_to_its_column(document: pikepdf.Pdf) -> None:
    headers = of_kind(document, "/TH")
    assert len(headers) >= 9
    assert {attribute(header, "/Scope") for header in headers} == {"/Column"}


def test_bookmarks_name_every_section(document: pikepdf.Pdf) -> None:
    with document.open_outline() as outline:
        names = [section.title for section in outline.root[0].children]
    assert "How to read this" in names
    assert len(names) == len(of_kind(document, "/H2"))


def test_the_title_is_the_student(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        assert metadata["dc:title"] in {"Feedback report: exam-7", "Class report: A class of 3 students"}
    assert str(document.docinfo.Title) in {"Feedback report: exam-7", "Class report: A class of 3 students"}


def test_its_date_is_that_of_the_last_event() -> None:
    assert str(opened(pdf_of(exam(events=4, seed=1))).docinfo.CreationDate).startswith("D:20240721")


def test_without_a_time_its_date_is_the_first_of_2000() -> None:
    assert str(opened(pdf_of(NO_EVENTS)).docinfo.CreationDate).startswith("D:20000101")


@pytest.mark.parametrize("student", [exam(), *UNUSUAL], ids=lambda student: student.student_id)
def test_the_same_findings_give_the_same_bytes(student: Student) -> None:
    findings = analyse(student)
    for each in Format:
        first, _, again = (render(who, each, RenderOptions()) for who in (findings, analyse(MANY_QUESTIONS), findings))
        assert first == again


def test_a_student_of_150_events_fits_two_pages() -> None:
    for questions, seed in ((4, 1), (8, 2), (8, 3), (11, 4), (12, 5)):
        assert len(opened(pdf_of(exam(150, questions, seed))).pages) <= 2


def test_no_text_of_a_student_s_report_is_smaller_than_eight_points_on_paper() -> None:
    sizes = set[float]()

    def note(text: str, page: list[float], line: list[float], _font: object, size: float) -> None:
        if text.strip():
            sizes.add(round(size * abs(line[3] * page[3]), 2))

    for body in (pdf_of(exam()), pdf_of(exam(90, scores=False))):
        for each in PdfReader(BytesIO(body)).pages:
            each.extract_text(visitor_text=note)
    assert 8 <= min(sizes) < max(sizes)


def test_the_foot_is_page_n_of_m_on_a_line_of_its_own() -> None:
    typeset = pdf_of(exam(380, 12))
    for pages in (pages_by_poppler(typeset), pages_by_pypdf(typeset)):
        assert len(pages) > 1
        for number, page in enumerate(pages, start=1):
            assert page.splitlines().count(f"Page {number} of {len(pages)}") == 1


def test_the_artifact_has_a_safe_name_and_its_type() -> None:
    artifact = render(analyse(exam(5)), Format.PDF, RenderOptions())
    assert (artifact.filename, artifact.media_type) == ("exam-7.pdf", "application/pdf")
    assert artifact.body.startswith(b"%PDF-1.7")


def test_it_is_set_wherever_the_program_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / 'Prüfung "2" 試験'
    shutil.copytree(typeset._TEMPLATE.parent, place)
    monkeypatch.setattr(typeset, "_TEMPLATE", place / typeset._TEMPLATE.name)

    assert "Student ID: ada" in " ".join(pages_by_poppler(pdf_of(student())))
