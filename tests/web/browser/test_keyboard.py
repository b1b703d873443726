"""The main job with the keyboard alone: everything is reached, in the order it is read, and one sees where one is."""

import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Error, FileChooser, Page, expect

from tests.web.browser.conftest import CLASS, Visit, write

pytestmark = pytest.mark.browser

SEEN = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    return at.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
NAME = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().replace(/\\s+/g, ' ')"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is focused is called so; every stop on the way can be seen."""
    passed: list[str] = []
    while not passed or not passed[-1].startswith(name):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(NAME))
        assert page.evaluate(SEEN), f"nobody sees that “{passed[-1]}” is focused"
        assert len(passed) < 60, f"“{name}” is not among {passed}"


def chooser_by_key(page: Page) -> FileChooser:
    """Press Space on the file field; once more where a browser that is short of time did not answer to it."""
    for seconds in (15, 30, 60):
        try:
            with page.expect_file_chooser(timeout=seconds * 1000) as chooser:
                page.keyboard.press("Space")
            return chooser.value
        except Error:  # it took too long
            continue
    raise AssertionError("no file can be chosen with the keyboard")


def test_a_class_is_uploaded_watched_searched_and_downloaded_with_the_keyboard(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    page.on("filechooser", lambda _: None)  # so that choosers are caught from here on, well before the key
    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, "The events of one student")
    chooser_by_key(page).set_files(write(tmp_path, [student | {"namespace": "by keyboard"} for student in CLASS]))
    tab_to(page, "web pages and PDFs")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("PDFs only")).to_be_checked()
    tab_to(page, "Show students the class median")
    page.keyboard.press("Space")
    expect(page.get_by_label("Show students the class median")).to_be_checked()
    tab_to(page, "Make the reports")
    page.keyboard.press("Enter")
    expect(page.locator("table.students tbody tr")).to_have_count(19)

    tab_to(page, "Find a student")
    page.keyboard.type("a")
    expect(page.get_by_role("status")).to_have_text(re.compile("of 19"))
    expect(page.locator("#q")).to_be_focused()
    tab_to(page, "Events")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Events")
    expect(page.get_by_role("link", name="Events", exact=True)).to_be_focused()
    tab_to(page, "aiko.tanaka")
    page.keyboard.press("Enter")
    expect(page.locator(".identity")).to_have_text("Student ID: aiko.tanaka")

    tab_to(page, "Download the PDF")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "Student ID: aiko.tanaka" in pypdf.PdfReader(download.value.path()).pages[0].extract_text()
