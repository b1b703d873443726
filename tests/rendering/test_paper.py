"""A4 and Letter: what a PDF is laid out for, and what a browser prints a page on."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from feedback.analysis import analyse, analyse_class
from feedback.contract.formats import Format, Paper
from feedback.rendering import RenderOptions, render, render_class
from tests.harness.exams import exam

# In points of 1/72 inch.
SIZES: dict[Paper, tuple[float, float]] = {"a4": (595.28, 841.89), "letter": (612, 792)}


def sizes(pdf: bytes) -> set[tuple[int, int]]:
    """The different media boxes of a PDF, in whole points."""
    boxes = [page.mediabox for page in PdfReader(BytesIO(pdf)).pages]
    return {(round(box.width), round(box.height)) for box in boxes}


def whole(size: tuple[float, float]) -> set[tuple[int, int]]:
    return {(round(size[0]), round(size[1]))}


@pytest.mark.parametrize("paper", SIZES)
def test_every_page_of_a_pdf_is_of_the_paper_asked_for(paper: Paper) -> None:
    options = RenderOptions(paper=paper)
    assert sizes(render(analyse(exam()), Format.PDF, options).body) == whole(SIZES[paper])
    course = analyse_class(analyse(exam(60, seed=seed)) for seed in range(3))
    assert sizes(render_class(course, Format.PDF, options).body) == whole(SIZES[paper])


@pytest.mark.browser
@pytest.mark.parametrize("paper", SIZES)
def test_a_browser_prints_a_page_on_the_paper_asked_for(paper: Paper, browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(render(analyse(exam()), Format.HTML, RenderOptions(paper=paper)).body.decode())
    assert sizes(page.pdf(prefer_css_page_size=True)) == whole(SIZES[paper])
    page.close()
