"""An upload that is refused on its way: a message beside the button each time, and the chosen file is kept."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browser.conftest import Visit, write
from tests.web.browser.test_pages import keep
from tests.web.browser.world import World

pytestmark = pytest.mark.browser

STUDENT = [{"student_id": "ada", "namespace": "refused", "events": [{"unit": 1, "type": "submission", "score": 1}]}]
NGINX_413 = (
    "<html><head><title>413</title></head><body><center><h1>413 Request Entity Too Large</h1></center></body></html>"
)
Trouble = Callable[[Route], None]


def answer(status: int, body: str, media_type: str) -> Trouble:
    """What stands between browser and service answers instead of the service."""
    return lambda route: route.fulfill(status=status, body=body, content_type=media_type)


def choose(page: Page, tmp_path: Path) -> None:
    page.set_input_files("#events", write(tmp_path, STUDENT, "exam.json"))


def send(page: Page) -> None:
    page.get_by_role("button", name="Make the reports").click()


def chosen(page: Page) -> str:
    return str(page.locator("#events").evaluate("field => field.files[0]?.name"))


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [
        (413, answer(413, NGINX_413, "text/html"), "Compress it with gzip"),
        (413, answer(413, '{"error": "too large", "details": {}}', "application/json"), "status 413"),
        (502, answer(502, "<h1>Bad Gateway</h1>", "text/html"), "status 502"),
        (503, answer(503, '{"error": "no room", "details": {}}', "application/json"), "status 503"),
        (504, answer(504, "", "text/plain"), "status 504"),
        (500, answer(500, "oh", "text/plain"), "status 500"),
        (200, answer(200, "<h1>Welcome to the network. Sign in</h1>", "text/html"), "up to date again"),
    ],
)
def test_an_answer_that_is_not_ours_is_told_beside_the_button(
    visit: Visit, tmp_path: Path, status: int, trouble: Trouble, words: str
) -> None:
    page = visit("/", expected=(status,))
    choose(page, tmp_path)
    page.route(re.compile("/$"), lambda route: trouble(route) if route.request.method == "POST" else route.continue_())
    send(page)

    told = page.get_by_role("alert")
    expect(told).to_contain_text(words)
    expect(told).to_be_in_viewport()
    expect(page.locator("#sending")).to_be_hidden()
    assert chosen(page) == "exam.json"
    keep(page, f"refused-{status}")

    page.unroute_all()
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))


def test_a_connection_that_is_refused_is_told_and_the_same_file_goes_through_later(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("/", lost=True)
    choose(page, tmp_path)
    page.route(re.compile("/$"), lambda route: route.abort("connectionrefused"))
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert chosen(page) == "exam.json"
    page.unroute_all()
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))


def test_a_form_whose_cookie_is_gone_is_renewed_in_place(visit: Visit, tmp_path: Path) -> None:
    page = visit("/", expected=(403,))
    choose(page, tmp_path)
    page.context.clear_cookies()
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("press the button once more")
    assert chosen(page) == "exam.json"
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))


def test_without_scripts_a_form_whose_cookie_is_gone_is_answered_with_a_page(visit: Visit, tmp_path: Path) -> None:
    page = visit("/", expected=(403,), java_script_enabled=False)
    choose(page, tmp_path)
    page.context.clear_cookies()
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("The form could not be accepted")


def test_after_a_log_out_in_another_tab_the_form_stays_and_leads_to_the_log_in(
    visit: Visit, world: World, tmp_path: Path
) -> None:
    page = visit("/login", of=world.closed, expected=(403,))
    ours = {"name": "sessionid", "value": world.sessions["teacher"], "url": world.closed.url}
    page.context.add_cookies([ours])  # type: ignore[list-item] # a SetCookieParam, as written
    page.goto("/")
    choose(page, tmp_path)
    page.context.clear_cookies()
    send(page)

    told = page.get_by_role("alert")
    expect(told).to_contain_text("You are logged out")
    expect(told.get_by_role("link", name="Log in")).to_have_attribute("href", re.compile("/login"))
    assert chosen(page) == "exam.json"
    page.context.add_cookies([ours])  # type: ignore[list-item] # as above
    send(page)
    expect(told).to_contain_text("press the button once more")
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))
