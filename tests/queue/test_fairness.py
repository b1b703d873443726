"""Fairness: one owner's uploads, however many, do not hold up another's."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from feedback.queue import claims, fairness
from feedback.queue.claims import Work
from feedback.queue.fairness import Turns
from feedback.queue.pacer import Pacer
from feedback.queue.render_job import RenderJob
from feedback.queue.worker import Worker
from feedback.store.models import Document, Task
from tests.harness.in_process import Caller, class_of, student, work_off


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class FourBySlice(Pacer):
    """Claims four at a time, and a slice is over when they are made: four hundredths of a second."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, slice_seconds=0.04)

    def batch(self, _kind: str, _seconds: float) -> int:
        return 4


class Watched(Turns):
    """Remembers the owners in the order in which their classes had a turn."""

    served: list[str]

    @contextmanager
    def timed(self, work: Work) -> Iterator[None]:
        if work.upload:  # an owner's singles are asked for first, whether or not there are any
            self.served.append(work.owner)
        with super().timed(work):
            yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock by which a document takes a hundredth of a second to make and all else no time."""
    found = Clock()

    def make(job: RenderJob, claim: claims.Claim, real: Callable[..., claims.Made] = RenderJob.make) -> object:
        found.now += 0.01
        return real(job, claim)

    monkeypatch.setattr(RenderJob, "make", make)
    return found


@pytest.fixture
def turns(clock: Clock) -> Watched:
    found = Watched(clock)
    found.served = []
    return found


@pytest.fixture
def working(clock: Clock, turns: Watched) -> Worker:
    return Worker(ring=int, pacer=FourBySlice(clock), turns=turns)


def unfinished(owner: str) -> int:
    return Document.objects.filter(task__upload__owner=owner).exclude(state="SUCCESS").count()


def test_a_single_is_made_at_once_though_another_owner_has_sent_many(calling: Caller, working: Worker) -> None:
    flood, other = calling("flood"), calling("other")
    for number in range(60):
        flood.submit("html", student(f"student-{number}"))
    other.submit("html", student("ada"))
    working.answer()
    working.answer()

    assert unfinished("key:other") == 0
    work_off(working)
    assert unfinished("key:flood") == 0


def test_a_class_gets_its_share_though_singles_of_another_owner_keep_coming(calling: Caller, working: Worker) -> None:
    flood, other = calling("flood"), calling("other")
    other.submit("html", class_of(24))
    for number in range(120):
        flood.submit("html", student(f"student-{number}"))
        if number >= 90:
            working.answer()

    assert unfinished("key:flood") > 0, "singles of the other are due all the time"
    assert unfinished("key:other") < 25
    work_off(working)
    assert (unfinished("key:flood"), unfinished("key:other")) == (0, 0)


def test_three_owners_get_equal_time_whatever_they_sent(calling: Caller, working: Worker) -> None:
    for name, classes in (("a", 12), ("b", 3), ("c", 1)):
        caller = calling(name)
        for number in range(classes):
            caller.submit("html", [student(f"{name}-{number}-{index}") for index in range(40)])
    for _ in range(9):
        working.answer()

    shares = Counter(Document.objects.filter(state="SUCCESS").values_list("task__upload__owner", flat=True))
    assert set(shares) == {"key:a", "key:b", "key:c"}
    assert max(shares.values()) - min(shares.values()) <= 4
    work_off(working)
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_an_owners_singles_go_before_its_classes(calling: Caller, working: Worker) -> None:
    caller = calling("a")
    caller.submit("html", class_of(3))
    caller.submit("html", student())
    working.answer()

    assert list(Document.objects.filter(state="SUCCESS").values_list("about__student_id", flat=True)) == ["ada"]


def test_the_classes_of_one_owner_take_turns(calling: Caller, working: Worker) -> None:
    caller = calling("a")
    for number in range(3):
        caller.submit("html", [student(f"{number}-{index}") for index in range(40)])
    for _ in range(6):
        working.answer()

    made = Counter[UUID](Document.objects.filter(state="SUCCESS").values_list("task", flat=True))
    assert len(made) == 3
    assert max(made.values()) - min(made.values()) <= 4


def test_work_that_was_erased_is_forgotten(calling: Caller, working: Worker) -> None:
    a, b = calling("a"), calling("b")
    gone = a.submit("html", student())
    b.submit("html", student())
    a.client.delete(gone)
    work_off(working)

    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_an_owner_that_comes_late_does_not_catch_up_on_what_it_did_not_ask_for(
    calling: Caller, working: Worker, turns: Watched
) -> None:
    a, b, late = calling("a"), calling("b"), calling("late")
    a.submit("html", class_of(60))
    b.submit("html", class_of(60))
    for _ in range(10):
        working.answer()
    late.submit("html", class_of(60))
    turns.served.clear()
    for _ in range(9):
        working.answer()

    assert Counter(turns.served)["key:late"] <= 4


def test_what_a_look_found_is_relied_on_for_as_long_as_the_look_is_cheap(
    calling: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    calling("a").submit("html", class_of(3))
    looks: list[float] = []

    def look(real: Callable[[], list[Work]] = claims.waiting) -> list[Work]:
        looks.append(clock.now)
        clock.now += 0.1
        return real()

    monkeypatch.setattr(claims, "waiting", look)
    turns = Turns(clock)
    for _ in range(10):
        assert next(turns.in_order()).owner == "key:a"
        clock.now += 0.3
    assert len(looks) == 2, "within three seconds, of which a look takes a tenth"
    assert fairness._COST == 20


def test_a_worker_whose_view_is_out_of_date_looks_again_before_it_says_that_there_is_no_work(
    calling: Caller, clock: Clock
) -> None:
    turns = Turns(clock)
    calling("a").submit("html", student())
    assert next(turns.in_order()).owner == "key:a"
    turns._fresh_until = float("inf")
    Task.objects.all().delete()
    calling("b").submit("html", student())

    assert list(turns.in_order()) == [Work("key:a"), Work("key:b")]
