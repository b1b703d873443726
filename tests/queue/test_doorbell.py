"""Rings: few wait however much is posted, and whichever of them is lost, all the work is done."""

import threading
from collections.abc import Iterator

import pytest
import redis

from feedback.celery import WORK
from feedback.queue import doorbell
from feedback.queue.worker import RAMP_UP, Worker
from feedback.store.models import Document
from feedback.submissions import tasks
from tests.harness.in_process import Submit, class_of, student, work_off


@pytest.fixture(autouse=True)
def quiet(broker: str) -> Iterator[None]:
    assert broker
    doorbell.drop(WORK)
    yield
    doorbell.drop(WORK)


class Lane:
    """The broker's part in one process: rings wait, up to enough of them, each is taken by one worker."""

    def __init__(self) -> None:
        self.waiting = self.taken = self.most = 0

    def ring(self, times: int = 1) -> bool:
        self.waiting = max(self.waiting, min(self.waiting + times, doorbell.ENOUGH))
        self.most = max(self.most, self.waiting)
        return True

    def work(self) -> int:
        """Take rings, and those sent meanwhile, until there are none; how many there were."""
        taken = 0
        while self.waiting:
            self.waiting -= 1
            taken += 1
            tasks.wake()
        return taken


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> Lane:
    found = Lane()
    monkeypatch.setattr(doorbell, "ring", found.ring)
    monkeypatch.setattr(tasks, "_worker", Worker(found.ring))
    return found


def test_a_burst_of_posts_leaves_a_bounded_number_of_rings(submit: Submit) -> None:
    for number in range(30):
        submit("html" if number % 2 else "pdf", student(f"student-{number}"))
    submit("html", class_of(20))

    assert doorbell.waiting() == doorbell.ENOUGH


def test_many_callers_at_once_leave_no_more_rings_than_one() -> None:
    threads = [threading.Thread(target=lambda: [doorbell.ring() for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert doorbell.waiting() == doorbell.ENOUGH


def test_a_ring_names_nobody_and_nothing(submit: Submit, broker: str) -> None:
    task = submit("html", student("ada-the-student")).rsplit("/", 1)[1]
    with redis.Redis.from_url(broker) as client:
        [message] = client.lrange(WORK, 0, -1)

    assert task.encode() not in message
    assert b"ada-the-student" not in message


def test_what_is_posted_while_enough_rings_wait_is_made_all_the_same(submit: Submit, lane: Lane) -> None:
    for number in range(12):
        submit("html", student(f"student-{number}"))
    submit("pdf", class_of(5))
    lane.work()

    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}
    assert lane.most <= doorbell.ENOUGH


def test_the_rings_end_when_the_work_does(submit: Submit, lane: Lane) -> None:
    submit("html", student())
    assert lane.work() == 1


def test_a_single_that_is_posted_while_the_last_ring_is_answered_is_made(
    submit: Submit, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = tasks._worker

    class Late:
        def answer(self) -> bool:
            if Document.objects.count() == 1:
                worker._slice(next(worker._turns.in_order()))
                submit("html", student("late"))
                lane.waiting = 0  # as if enough rings had been waiting, and were taken before it was stored
            return worker.answer()

    monkeypatch.setattr(tasks, "_worker", Late())
    submit("html", student())
    lane.work()

    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_claim_that_leaves_work_wakes_two_others_at_once_and_one_that_does_not_wakes_nobody(submit: Submit) -> None:
    rings: list[tuple[int, int]] = []
    worker = Worker(lambda times: rings.append((times, Document.objects.filter(state="RUNNING").count())))
    submit("html", class_of(60))
    worker.answer()
    assert [times for times, _ in rings] == [RAMP_UP]
    assert rings[0][1] > 0, "before it made the first document"

    work_off(worker)
    rings.clear()
    submit("html", student())
    assert not worker.answer()
    assert rings == []


def test_asking_how_many_rings_wait_takes_no_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doorbell.waiting() == 0
    monkeypatch.delattr(redis.Redis, "__init__")

    assert doorbell.waiting() == 0


def test_messages_of_the_edition_before_are_dropped_by_the_sweep(submit: Submit, broker: str, lane: Lane) -> None:
    submit("html", student())
    with redis.Redis.from_url(broker) as client:
        for queue in ("interactive", "bulk"):
            client.lpush(queue, "{}", "{}")
    lane.waiting = 0
    tasks.sweep()

    assert [doorbell.waiting(queue) for queue in ("interactive", "bulk")] == [0, 0]
    lane.work()
    assert Document.objects.get().state == "SUCCESS"
