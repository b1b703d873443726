"""The path of a claim is as short as docs/lab/claim.md says: a worker is watched while it makes a class."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import FrameType
from typing import NamedTuple

import pytest

from feedback.queue import doorbell
from feedback.queue.pacer import FIRST_BATCH
from feedback.queue.worker import Worker
from feedback.store.models import Document
from feedback.submissions import tasks
from tests.harness.in_process import Submit, class_of
from tests.harness.processes import ROOT

PAGE = (ROOT / "docs" / "lab" / "claim.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+)(?:, return (\d+))? \| `([\w.]+)` \| [^|]+ \| ([^|]*)\|$", re.MULTILINE)
WATCHED = ("submissions.tasks", "queue.", "store.loading")


def file_of(function: str) -> str:
    return re.sub(r"(\.[A-Z]\w*)?\.\w+$", "", function)


def is_private(function: str) -> bool:
    return function.rpartition(".")[2].startswith("_")


class Stop(NamedTuple):
    number: int
    returning: bool
    function: str
    in_passing: list[str]

    @property
    def file(self) -> str:
        return file_of(self.function)


STOPS = [
    Stop(int(n), bool(back), name, re.findall(r"`([\w.]+)`", passing)) for n, back, name, passing in ROW.findall(PAGE)
]


@contextmanager
def watched() -> Iterator[list[str]]:
    """The functions of the queue in the order in which they are first entered."""
    seen: dict[str, None] = {}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        module = str(frame.f_globals.get("__name__", "")).removeprefix("feedback.")
        if event == "call" and module.startswith(WATCHED) and "<" not in (name := frame.f_code.co_qualname):
            seen.setdefault(f"{module}.{name}")

    before = sys.getprofile()
    entered = list[str]()
    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(before)
        entered.extend(seen)


@pytest.fixture
def entered(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(tasks, "_worker", Worker(doorbell.ring))
    submit("html", class_of(2 * FIRST_BATCH))
    with watched() as found:
        while Document.objects.exclude(state="SUCCESS").exists():
            tasks.wake()
    return found


def test_the_stops_are_entered_in_the_order_of_the_page(entered: list[str]) -> None:
    assert [name for name in entered if name in {stop.function for stop in STOPS}] == [stop.function for stop in STOPS]


def test_nothing_else_is_entered_but_what_the_page_says_is_read_in_passing(entered: list[str]) -> None:
    stops, files = {stop.function for stop in STOPS}, {stop.file for stop in STOPS}
    others = [name for name in entered if name not in stops and not (is_private(name) and file_of(name) in files)]
    assert {name.split(".", 2)[2] for name in others} <= {name for stop in STOPS for name in stop.in_passing}


def test_the_page_counts_rightly() -> None:
    files = [stop.file for stop in STOPS]
    returning = [after != before and after in files[:place] for place, (before, after) in enumerate(pairwise(files))]
    assert [stop.number for stop in STOPS] == list(range(1, len(STOPS) + 1))
    assert [stop.returning for stop in STOPS] == [False, *returning]
    assert f"{len(STOPS)} stops and {sum(returning)} returns, in {len(set(files))} files." in PAGE
    assert len(STOPS) <= 15
    assert sum(returning) <= 3
