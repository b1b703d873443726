"""Fairness: one owner's uploads, however many, do not hold up another's."""

import time
from collections import Counter, deque
from collections.abc import Callable
from uuid import UUID

import pytest

from feedback.queue import (
    claims,
    doorbell,
    fairness,
    worker,
)
from feedback.store.models import Report, Submission
from feedback.submissions import tasks
from tests.harness.in_process import Caller, class_of, student


class Queue:
    """The broker's part in one process: hints in the order sent, those of singles first, each taken by one worker."""

    def __init__(self) -> None:
        self.lanes: dict[str, deque[UUID]] = {doorbell.INTERACTIVE: deque(), doorbell.BULK: deque()}

    def send(self, submission_id: UUID, queue: str, enough: int | None = None) -> bool:
        if enough is not None and len(self.lanes[queue]) >= enough:
            return True
        self.lanes[queue].append(submission_id)
        return True

    def work(self, most: int = 10_000) -> int:
        """Take hints until there are none; returns how many."""
        for number in range(most):
            lane = self.lanes[doorbell.INTERACTIVE] or self.lanes[doorbell.BULK]
            if not lane:
                return number
            tasks.produce(str(lane.popleft()))
        return most

    def __len__(self) -> int:
        return sum(map(len, self.lanes.values()))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    found = Queue()
    monkeypatch.setattr(doorbell, "send", found.send)
    monkeypatch.setattr(tasks, "_turns", fairness.Turns())
    monkeypatch.setattr(fairness, "FRESH_SECONDS", 0.0)
    return found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The owner of each submission worked on, in order; making a report takes a hundredth of a second, a slice five."""
    clock, worked = [0.0], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    real = worker.produce

    def timed(submission_id: UUID, seconds: float = 0.04) -> bool:
        worked.append(Submission.objects.get(pk=submission_id).owner)
        return real(submission_id, seconds)

    def store(made: list[claims.Made], original: Callable[[list[claims.Made]], int] = claims.store) -> int:
        clock[0] += 0.01 * len(made)
        return original(made)

    def handful(*_: object) -> int:
        return claims.CHUNK  # the pace of this machine is no part of what is asked here

    monkeypatch.setattr(worker, "_handful", handful)
    monkeypatch.setattr(worker, "produce", timed)
    monkeypatch.setattr(claims, "store", store)
    return worked


def unfinished(owner: str) -> int:
    return Report.objects.filter(submission__owner=owner).exclude(state="SUCCESS").count()


@pytest.mark.usefixtures("made")
def test_a_single_is_made_at_once_though_another_owner_has_sent_many(calling: Caller, queue: Queue) -> None:
    flood, other = calling("flood"), calling("other")
    for number in range(60):
        flood.submit("html", student(f"student-{number}"))
    other.submit("html", student("ada"))
    queue.work(3)

    assert unfinished("key:other") == 0
    queue.work()
    assert unfinished("key:flood") == 0
    assert len(queue) == 0


@pytest.mark.usefixtures("made")
def test_a_class_gets_its_share_though_singles_of_another_owner_keep_coming(calling: Caller, queue: Queue) -> None:
    flood, other = calling("flood"), calling("other")
    other.submit("html", class_of(24))
    for number in range(80):
        flood.submit("html", student(f"student-{number}"))
        if number >= 40:
            queue.work(1)

    # In the order of the queues, singles first, no hint of the class would have been looked at yet.
    assert queue.lanes[doorbell.INTERACTIVE]
    assert unfinished("key:other") < 25
    queue.work()
    assert (unfinished("key:flood"), unfinished("key:other"), len(queue)) == (0, 0, 0)


@pytest.mark.usefixtures("made")
def test_three_owners_get_equal_time_whatever_they_sent(calling: Caller, queue: Queue) -> None:
    for name, classes in (("a", 12), ("b", 3), ("c", 1)):
        caller = calling(name)
        for number in range(classes):
            caller.submit("html", [student(f"{name}-{number}-{index}") for index in range(40)])
    queue.work(9)

    shares = Counter(Report.objects.filter(state="SUCCESS").values_list("submission__owner", flat=True))
    assert set(shares) == {"key:a", "key:b", "key:c"}
    assert max(shares.values()) - min(shares.values()) <= claims.CHUNK
    queue.work()
    assert not Report.objects.exclude(state="SUCCESS").exists()
    assert len(queue) == 0


def test_one_owner_alone_is_worked_for_in_the_order_of_the_hints(
    calling: Caller, queue: Queue, made: list[str]
) -> None:
    caller = calling("a")
    caller.submit("html", class_of(3))
    caller.submit("html", student())
    assert queue.work() <= 3
    assert len(made) <= 3


@pytest.mark.usefixtures("made")
def test_a_hint_for_what_was_erased_is_forgotten(calling: Caller, queue: Queue) -> None:
    a, b, c = calling("a"), calling("b"), calling("c")
    gone = a.submit("html", student())
    b.submit("html", student())
    c.submit("html", student())
    a.client.delete(gone)
    queue.work()

    assert len(queue) == 0
    assert not Report.objects.exclude(state="SUCCESS").exists()


def test_who_comes_late_does_not_catch_up_on_what_it_did_not_ask_for(
    calling: Caller, queue: Queue, made: list[str]
) -> None:
    a, b, late = calling("a"), calling("b"), calling("late")
    a.submit("html", class_of(60))
    b.submit("html", class_of(60))
    queue.work(10)
    late.submit("html", class_of(60))
    made.clear()
    queue.work(9)

    assert Counter(made)["key:late"] <= 4
