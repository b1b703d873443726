"""The page as a browser shows it: WCAG 2.2 AA, no request, no script, readable on a phone."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page

from feedback.analysis import Failure, analyse, analyse_class, facts_of, with_comparison
from feedback.contract.formats import Format
from feedback.rendering import (
    RenderOptions,
    render,
    render_class,
    style_source,
)
from tests.harness.browser import WCAG
from tests.harness.courses import CONTEXT, course_class
from tests.harness.documents import pdf_text
from tests.harness.exams import HOSTILE_TEXTS, MANY_QUESTIONS, NO_TIMES, exam, on_units
from tests.harness.extremes import EXTREMES
from tests.harness.logs import student

pytestmark = pytest.mark.browser

CLASS = analyse_class((analyse(exam(60, seed=seed)) for seed in range(12)), [Failure("lost", None, "Too large.")])
STUDENTS = course_class(12)
FACTS = facts_of(STUDENTS, CONTEXT)
COURSE = [analyse(each, CONTEXT, FACTS) for each in STUDENTS]
PAGES = {
    "exam": render(analyse(exam()), Format.HTML),
    "380 events on 40 questions": render(analyse(MANY_QUESTIONS), Format.HTML),
    "no events": render(analyse(student()), Format.HTML),
    "no times": render(analyse(NO_TIMES), Format.HTML),
    "hostile": render(analyse(on_units(*HOSTILE_TEXTS)), Format.HTML),
    "beside the class": render(with_comparison(analyse(exam(60, seed=3)), CLASS.statistics), Format.HTML),
    "course": render(COURSE[0], Format.HTML),
    "a long course": render(analyse(*EXTREMES["a long course"]), Format.HTML),
    "retakes": render(analyse(*EXTREMES["retakes"]), Format.HTML),
    "a course's class": render_class(
        analyse_class(COURSE), Format.HTML, links=[f"html/{n}.html" for n in range(len(COURSE))]
    ),
    "class": render_class(CLASS, Format.HTML, RenderOptions(), [f"html/{n}.html" for n in range(12)]),
}
ADDRESS = "http://report.test/"
# What of the drawings over time stands outside the window, on another word, or too small.
DRAWN = "#timeline, #activity, #calendar, #progress, #weeks-at-work"
CUT = """drawn => [...document.querySelectorAll(drawn)].flatMap(heading => {
    const drawings = [...heading.closest("section").querySelectorAll("figure svg[role]")];
    const drawing = drawings.find(each => each.getClientRects().length);
    if (!drawing) return [];
    const shown = [...drawing.querySelectorAll("text")].filter(text => text.getClientRects().length);
    const places = [drawing, ...shown].map(part => [part.textContent, part.getBoundingClientRect()]);
    const overlap = (one, other) => one !== other && one.left < other.right - 1 && other.left < one.right - 1
        && Math.abs(one.top - other.top) < 6;
    const words = places.slice(1);
    return [
        ...places.filter(([, place]) => place.left < 0 || place.right > innerWidth),
        ...words.filter(([, place]) => words.some(([, other]) => overlap(place, other))),
        ...words.filter(([, place]) => place.height < 11),
    ].map(([name]) => name);
})"""


@pytest.fixture(params=PAGES)
def opened(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """The page under the policy it is served with; whatever breaks the policy or asks for more fails the test."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    policy = f"default-src 'none'; style-src {style_source()}"
    served = {"content-security-policy": policy, "content-type": "text/html; charset=utf-8"}
    page.route("**/*", lambda route: route.fulfill(body=PAGES[request.param].body, headers=served))
    page.on("request", lambda asked: complaints.append(asked.url) if asked.url != ADDRESS else None)
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(ADDRESS)
    # The browser itself asks for an icon.
    assert [complaint for complaint in complaints if not complaint.endswith("favicon.ico")] == []
    yield page
    page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_at_wcag_22_aa(opened: Page, scheme: Literal["light", "dark"], width: int) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 900})
    for folded in opened.locator("summary").all():
        folded.click()
    # axe's own script runs in the page, past the policy, through the debugger.
    results = Axe().run(opened, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
    assert {"color-contrast", "document-title", "html-has-lang"} <= {each["id"] for each in results.response["passes"]}


def test_a_phone_shows_the_page_without_scrolling_sideways(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [390, 540, 600])
def test_a_phone_shows_what_happened_when_as_a_whole_and_in_words_one_can_read(opened: Page, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate(CUT, DRAWN) == []


def test_the_dark_scheme_is_dark_and_print_is_light(opened: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(background) == "rgb(17, 22, 28)"
    opened.emulate_media(color_scheme="dark", media="print")
    assert opened.evaluate(background) == "rgb(255, 255, 255)"


def test_what_is_folded_away_on_a_screen_is_open_in_print(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGES["exam"].body.decode())
    definition = page.get_by_text("counts for the question of the later one")
    assert not definition.is_visible()
    page.get_by_text("How to read this").click()
    assert definition.is_visible()
    page.get_by_text("How to read this").click()
    assert "counts for the question of the later one" in pdf_text(page.pdf())
    page.close()
