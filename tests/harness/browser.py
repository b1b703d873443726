"""Chromium, for the tests that look at a page as a reader does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.harness import environment

# What axe is to look for: WCAG 2.2 at level AA, and all that it includes.
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium with a profile of its own."""
    environment.refuse_when_fast("A browser")
    path = next((found for name in _CHROMIUM if (found := which(name))), None)
    assert path, "Chromium is not installed; `make install-test-tools` installs it or says how."
    # Its sandbox does not start for root, as in most containers.
    sandbox = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *sandbox])
        yield running
        running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module.

    For no longer: while it runs, so does its event loop in this thread, where neither `asyncio.run` nor Django's
    database layer would work in the tests that follow.
    """
    with chromium() as running:
        yield running
