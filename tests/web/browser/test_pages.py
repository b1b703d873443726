"""Every page in every state somebody may find it in: axe-core finds nothing, light and dark, and it fits a phone.

The pages come from the URL table: a new one fails here until it is shown. PHOTOGRAPHS=folder keeps a picture of each.
"""

import itertools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from django.urls import URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.browser import states
from tests.web.browser.conftest import LONG, Watched
from tests.web.browser.world import World

pytestmark = pytest.mark.browser

PHOTOGRAPHS = os.environ.get("PHOTOGRAPHS")
# Neither what is dark nor what is narrow is made of other elements, so two of the four are enough.
LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 390)]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Does = Callable[[Page], object]


@dataclass(frozen=True)
class Shown:
    """What is to be seen at an address of that `name` in the URL table ("error": at any), and how one gets there."""

    name: str
    state: str
    address: Callable[[World], str]
    does: Does = lambda _: None
    status: int = 200
    who: str = "teacher"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.name}, {self.state}" + ("" if self.scripts else ", without scripts")


def at(address: str) -> Callable[[World], str]:
    return lambda _: address


PAGES = [
    Shown("start", "as it opens", at("/"), states.unfold),
    Shown("start", "with faults", at("/"), states.broken_file, 400),
    Shown("start", "with faults", at("/"), states.broken_file, 400, scripts=False),
    Shown("start", "no file chosen", at("/"), states.no_file, 400),
    Shown("start", "a fault about the exam", at("/"), states.step_refused, 400),
    Shown("start", "a log of another platform", at("/"), states.a_foreign_log),
    Shown("start", "a log of another platform", at("/"), states.a_foreign_log, scripts=False),
    Shown("start", "columns that nobody knows", at("/"), states.unknown_columns, 400),
    Shown("start", "pseudonyms", at("/"), states.hidden),
    Shown("start", "a key that can be guessed", at("/"), states.weak_key, 400),
    Shown("login", "as it opens", at("/login"), who="nobody"),
    Shown("login", "wrong password", at("/login"), states.guess, who="nobody"),
    Shown("password", "as it opens", at("/password")),
    Shown("password", "refused", at("/password"), states.wrong_password),
    Shown("recent", "full", at("/submissions")),
    Shown("recent", "full", at("/submissions"), scripts=False),
    Shown("recent", "nothing to see", at("/submissions"), who="newcomer"),
    Shown("webhooks", "of every kind", at("/webhooks")),
    Shown("webhooks", "none of this kind", at("/webhooks?progress=failed"), who="newcomer"),
    Shown("webhooks", "nothing yet", at("/webhooks"), who="newcomer"),
    Shown("submission", "a class", lambda world: world.made, states.unfold),
    Shown("submission", "a class", lambda world: world.made, scripts=False),
    Shown("submission", "a search without a hit", lambda world: f"{world.made}?q=nobody"),
    Shown("submission", "a class to be read only", lambda world: world.page("handed out"), who="reader"),
    Shown("submission", "a class with a failure", lambda world: world.page("failed")),
    Shown("submission", "a class of an earlier version", lambda world: world.page("old")),
    Shown("submission", "in the making", lambda world: world.page("working")),
    Shown("submission", "in the making", lambda world: world.page("working"), scripts=False),
    Shown("submission", "waiting", lambda world: world.page("waiting")),
    Shown("submission", "a failed student", lambda world: world.page("not made")),
    Shown("submission", "a single student", lambda world: world.page("alone"), states.unfold),
    Shown("student", "in a class", lambda world: world.student("made", 5), states.unfold),
    Shown("student", "of an earlier version", lambda world: world.student("old")),
    Shown("student", "failed", lambda world: world.student("failed", 2)),
    Shown("student", "not made yet", lambda world: world.student("working", 3)),
    Shown("student", "a remark was refused", lambda world: world.student("made", 5), states.long_remark, 400),
    Shown("exam", "as it opens", lambda world: f"{world.made}/exam"),
    Shown("exam", "with faults", lambda world: f"{world.made}/exam", states.nonsense, 400),
    Shown("delete", "asking", lambda world: f"{world.made}/delete"),
    Shown("delete", "nothing ticked", lambda world: f"{world.made}/delete", states.untick, 400),
    Shown("handing-out", "nothing yet", lambda world: f"{world.made}/handouts"),
    Shown("handing-out", "before", lambda world: f"{world.page('handed out')}/handouts"),
    Shown("handing-out", "refused", lambda world: f"{world.made}/handouts", states.no_days, 400),
    Shown("handing-out", "with mails", lambda world: f"{world.page('mailed')}/handouts"),
    Shown("handing-out", "with mails", lambda world: f"{world.page('mailed')}/handouts", scripts=False),
    Shown(
        "handing-out",
        "a roster was taken",
        lambda world: f"{world.page('handed out')}/handouts",
        states.roster_that_lacks,
    ),
    Shown(
        "handing-out",
        "a roster was taken",
        lambda world: f"{world.page('handed out')}/handouts",
        states.roster_that_lacks,
        scripts=False,
    ),
    Shown("handing-out", "a roster was refused", lambda world: f"{world.made}/handouts", states.broken_roster, 400),
    Shown("mail", "to be written", lambda world: f"{world.links}/mail", scripts=False),
    Shown("mail", "looked at", lambda world: world.unmailed, states.look_at_first),
    Shown("mail", "refused", lambda world: world.unmailed, states.no_link, 400),
    Shown("mail", "how each stands", lambda world: world.mails),
    Shown("mail", "closed", lambda world: f"{world.closed_links}/mail"),
    Shown("links", "open", lambda world: world.links),
    Shown("links", "closed", lambda world: world.closed_links),
    # A report is shown in a sandbox, where no script runs; what axe finds in one is tests/rendering's to say.
    Shown("link", "open", lambda world: world.link, who="nobody", scripts=False),
    Shown("link", "withdrawn", lambda world: world.withdrawn_link, status=410, who="nobody"),
    Shown("link", "cut short", lambda world: world.link[:-5], status=404, who="nobody"),
    Shown("link", "opened too often", lambda world: world.busy_link, states.open_too_often, 429, who="nobody"),
    Shown("link-pdf", "not made", lambda world: f"{world.link}.pdf", status=404, who="nobody"),
    Shown("api-docs", "an operation of each method unfolded", at("/api/docs/"), states.one_of_each_method),
    Shown("error", "the form was refused", at("/login"), states.without_cookie, 403, who="nobody"),
    Shown("error", "not allowed", lambda world: f"{world.made}/handouts", status=403, who="reader"),
    Shown("error", "not there", at("/nothing"), status=404),
    Shown("error", "not to be opened", at("/sample"), status=405),
    Shown("error", "our fault", lambda world: world.page("broken"), status=500),
]
# What is at an address, but is no page: a file, a part of a page, or only ever sent to.
NO_PAGES = {
    "links-table",
    "findings-table",
    "progress",
    "progress-rows",
    "logout",
    "sample",
    "who-is-who",
    "retry",
    "other-format",
    "withdraw",
    "student-remark",
    "class-roster",
    "security-txt",
    "webhook-replay",
}


def test_every_address_of_the_url_table_is_shown_or_is_no_page() -> None:
    [ours] = [
        included
        for included in get_resolver().url_patterns
        if isinstance(included, URLResolver) and getattr(included.urlconf_module, "__name__", "") == "feedback.web.urls"
    ]
    assert {one.name for one in PAGES} - {"error"} | NO_PAGES == {
        getattr(pattern, "name", None) for pattern in ours.url_patterns
    }


class Browsers:
    """A browser for everyone who looks, with scripts and without: logged in once, files fetched once."""

    def __init__(self, browser: Browser, world: World) -> None:
        self._browser, self._world = browser, world
        self.opened: dict[tuple[str, bool], tuple[BrowserContext, Watched]] = {}

    def of(self, shown: Shown) -> tuple[BrowserContext, Watched]:
        key = shown.who, shown.scripts
        if key not in self.opened:
            self.opened[key] = self._open(*key)
        return self.opened[key]

    def _open(self, who: str, scripts: bool) -> tuple[BrowserContext, Watched]:
        url = self._world.closed.url
        context = self._browser.new_context(base_url=url, java_script_enabled=scripts)
        context.set_default_timeout(LONG)
        watched = Watched(url)
        watched.watch(context)
        if who != "nobody":
            context.add_cookies([{"name": "sessionid", "value": self._world.sessions[who], "url": url}])
        return context, watched


@pytest.fixture(scope="module")
def browsers(browser: Browser, world: World) -> Iterator[Browsers]:
    made = Browsers(browser, world)
    yield made
    for context, _ in made.opened.values():
        context.close()


@pytest.mark.parametrize("shown", PAGES, ids=str)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(browsers: Browsers, world: World, shown: Shown) -> None:
    context, watched = browsers.of(shown)
    watched.expect(shown.status)
    page = context.new_page()
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status))
    page.goto(shown.address(world))
    shown.does(page)
    page.wait_for_load_state("networkidle") if shown.name == "api-docs" else page.wait_for_load_state()

    assert shown.status in answers
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if shown.scripts:  # which axe needs as well
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
    keep(page, str(shown))
    page.close()
    assert watched.complaints == []


def keep(page: Page, name: str) -> None:
    if not PHOTOGRAPHS:
        return
    for width, scheme in itertools.product((390, 1280), SCHEMES):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        path = Path(PHOTOGRAPHS) / (re.sub("[^a-z0-9]+", "-", f"{name}, {width}, {scheme}") + ".png")
        page.screenshot(path=path, full_page=True)
