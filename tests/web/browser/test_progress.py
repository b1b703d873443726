"""The page of an upload in the making, in Chromium: it goes on asking, whatever it is answered."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.harness.processes import Process
from tests.harness.stack import Stack
from tests.web.browser.conftest import CLASS, Visit, write

pytestmark = pytest.mark.browser


@contextmanager
def held(worker: Process) -> Iterator[None]:
    """A worker that stands still, as if nobody had started it."""
    worker.freeze()
    try:
        yield
    finally:
        worker.thaw()


def test_progress_survives_a_reload_and_is_told_to_screen_readers(visit: Visit, service: Stack, tmp_path: Path) -> None:
    students = [student | {"namespace": f"group {group}"} for group in range(9) for student in CLASS]
    page = visit("/")
    page.set_input_files("#events", write(tmp_path, students))
    page.get_by_label("PDFs only").check()
    with held(worker := service.processes["worker"]):
        page.get_by_role("button", name="Make the reports").click()
        expect(page.get_by_text("waiting for a worker")).to_be_visible()
        page.reload()
        bar = page.get_by_role("progressbar", name="PDFs")
        expect(bar).to_have_attribute("max", "171")
        expect(bar).to_have_attribute("value", "0")

        worker.thaw()
        task = page.url.replace("/submissions/", "/assignment/pdf/")
        while service.client.get(task).json()["progress"]["done"] < 171 / 4:
            time.sleep(0.02)
        worker.freeze()
        expect(page.get_by_role("status")).to_have_text(re.compile("^(25|50|75) per cent of the reports are made"))
        expect(page.get_by_text(re.compile("a second, about .* left"))).to_be_visible()
        opened = page.locator("#students tbody a").first
        name = opened.inner_text().splitlines()[0]
        opened.click()
        expect(page.locator(".identity")).to_contain_text(name.split(" group")[0])
        page.go_back()
        expect(bar).to_be_visible()
    expect(page.locator("table.students tbody tr")).to_have_count(171)


@pytest.mark.parametrize(
    ("status", "words"), [(429, "You or your pages asked very often just now."), (503, "The service does not answer")]
)
def test_a_page_that_is_refused_while_it_watches_stays_and_goes_on_asking(
    visit: Visit, service: Stack, tmp_path: Path, status: int, words: str
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=status, body="<main><h1>That was too often</h1></main>", content_type="text/html")

    page = visit("/", expected=(status,))
    page.set_input_files("#events", write(tmp_path, [each | {"namespace": f"refused {status}"} for each in CLASS]))
    page.get_by_label("PDFs only").check()
    with held(service.processes["worker"]):
        page.get_by_role("button", name="Make the reports").click()
        expect(page.get_by_text("waiting for a worker")).to_be_visible()
        page.evaluate("window.same = true")
        page.route(re.compile("/progress"), refuse)
        told = page.locator("#trouble")
        expect(told).to_contain_text(words)
        expect(told).to_contain_text("This page keeps asking.")
        expect(page.get_by_role("progressbar", name="PDFs")).to_be_visible()

        page.unroute_all()
        expect(told).to_be_hidden()
        assert page.evaluate("window.same"), "it was not loaded again"
    expect(page.locator("table.students tbody tr")).to_have_count(19)
