"""The pages in Chromium, on the running service: web, worker, PostgreSQL and Redis. One browser for all of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from tests.harness import stack
from tests.harness.browser import chromium
from tests.harness.processes import ROOT
from tests.web.browser.world import World

CLASS = json.loads((ROOT / "examples" / "class.json").read_bytes())[:19]
LONG = 120_000
expect.set_options(timeout=LONG)
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def made(service: stack.Stack) -> str:
    """The address of a class of 19 whose reports are all made in both formats."""
    tasks = [service.client.post(f"/assignment/{format_}", json=CLASS).json()["task_id"] for format_ in ("html", "pdf")]
    for format_, task in zip(("html", "pdf"), tasks, strict=True):
        assert service.finished(f"/assignment/{format_}/{task}").status_code == 200
    return f"/submissions/{tasks[0]}"


class Watched:
    """What a browser holds against the pages it shows: anything refused, missing, broken, or asked of another site."""

    def __init__(self, ours: str) -> None:
        self.complaints: list[str] = []
        # Statuses that a test sets out to see; a browser notes each of them in its console.
        self.expected: set[int] = set()
        # Whether a test takes the connection away itself.
        self.lost = False
        self._ours = (ours, "data:")

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda found: self.complaints.append(str(found.error)))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expect(self, *statuses: int) -> None:
        """From now on these, and nothing else."""
        self.expected = {status for status in statuses if status >= 400}
        self.complaints.clear()

    def _said(self, message: ConsoleMessage) -> None:
        # Of a status the answer tells more, except of what is asked for behind the page: an icon, a source map.
        known = any(f"status of {status} " in message.text for status in self.expected)
        known |= self.lost and message.text.startswith(("Failed to load resource: net::ERR", "htmx:"))
        if message.type in ("error", "warning") and not known:
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self._ours):
            self.complaints.append(f"{request.url} is not ours")

    def _failed(self, request: Request) -> None:
        # What a reader leaves behind by going elsewhere, and what becomes a download, is given up in order.
        if request.failure != "net::ERR_ABORTED" and not self.lost:
            self.complaints.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.request.method} {response.url}: {response.status}")


@pytest.fixture
def visit(browser: Browser, service: stack.Stack) -> Iterator[Visit]:
    """`visit("/", **context)` opens a page; at the end no browser may have complained, but of what was `expected`."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_page(
        address: str, of: stack.Stack = service, expected: tuple[int, ...] = (), *, lost: bool = False, **options: Any
    ) -> Page:
        context, watched = browser.new_context(base_url=of.url, **options), Watched(of.url)
        watched.lost = lost
        context.set_default_timeout(LONG)
        opened.append((context, watched))
        watched.expect(*expected)
        watched.watch(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    assert [complaint for _, watched in opened for complaint in watched.complaints] == []


@pytest.fixture(scope="session")
def closed(service: stack.Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    """The same service behind a second web process, which asks who one is."""
    mail = {"EMAIL_URL": "smtp://127.0.0.1:9", "FEEDBACK_MAIL_FROM": "exams@example.edu"}
    settings = service.environment | {"FEEDBACK_AUTH": "keys"} | mail
    with stack.Stack(tmp_path_factory.mktemp("closed"), settings) as running:
        running.environment["FEEDBACK_PUBLIC_URL"] = running.url  # what it shows leads to it
        running.start_web()
        yield running


@pytest.fixture(scope="session")
def world(service: stack.Stack, closed: stack.Stack, made: str) -> World:
    """Something of every kind, to be looked at by people with accounts."""
    built = World(service, closed, made)
    closed.processes["web"].until(closed.answers)
    return built


def write(folder: Path, content: object, name: str = "class.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path
