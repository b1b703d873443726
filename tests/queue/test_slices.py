"""A class is worked on in slices of time: few claims and few commits, and all workers done with it at once."""

import time
from collections.abc import Callable
from uuid import UUID

import pytest

from feedback.queue import claims, worker
from feedback.store.models import Report, Submission
from tests.harness.in_process import Submit, class_of, student

Claims = list[int]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which slices end; nothing but a test moves it."""
    now = [1000.0]
    monkeypatch.setattr("feedback.queue.worker.time.monotonic", lambda: now[0])
    monkeypatch.setattr(worker, "LOOK_SECONDS", 1e6)
    monkeypatch.setattr(worker._Slice, "cut_short", False)
    return now


@pytest.fixture
def claimed(monkeypatch: pytest.MonkeyPatch) -> Claims:
    """How many reports each claim brought."""
    sizes = Claims()

    def counted(
        submission_id: UUID, most: int, real: Callable[[UUID, int], list[claims.Claim]] = claims.claim
    ) -> list[claims.Claim]:
        found = real(submission_id, most)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(claims, "claim", counted)
    return sizes


def each_takes(seconds: float, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_pace", {"html": seconds})

    def attempt(*arguments: object, real: Callable[..., claims.Made | None] = worker._attempt) -> claims.Made | None:
        clock[0] += seconds
        return real(*arguments)

    monkeypatch.setattr(worker, "_attempt", attempt)


def task_of(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


def test_what_little_is_left_of_a_slice_is_not_spent_on_another_claim(
    submit: Submit, clock: list[float], claimed: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    each_takes(0.0301, clock, monkeypatch)
    task = task_of(submit("html", class_of(20)))
    monkeypatch.setattr(worker, "_share", lambda *_: 9)

    assert worker.produce(task, seconds=0.3)
    assert claimed == [9], "27 of 30 hundredths were spent"


def test_a_slice_ends_a_little_late_rather_than_hand_back_its_last_report(
    submit: Submit, clock: list[float], claimed: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    each_takes(0.0301, clock, monkeypatch)
    task = task_of(submit("html", class_of(20)))
    monkeypatch.setattr(worker, "_share", lambda *_: 11)

    assert worker.produce(task, seconds=0.3)
    assert claimed == [11]
    assert Report.objects.filter(state="SUCCESS").count() == 11


def test_a_slice_hands_back_what_it_cannot_make_in_time(
    submit: Submit, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    each_takes(0.03, clock, monkeypatch)
    task = task_of(submit("html", class_of(20)))
    monkeypatch.setattr(worker, "_share", lambda *_: 20)

    assert worker.produce(task, seconds=0.3)
    assert Report.objects.filter(state="SUCCESS").count() < 13
    assert not Report.objects.filter(state="RUNNING").exists()


def test_singles_that_take_a_little_longer_than_expected_are_not_handed_back(
    submit: Submit, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    each_takes(worker.HANDFUL_SECONDS / 8, clock, monkeypatch)
    monkeypatch.setattr(worker, "_pace", {"singles": worker.HANDFUL_SECONDS / 10})
    tasks = [task_of(submit("html", student(f"student-{number}"))) for number in range(12)]
    monkeypatch.setattr(claims, "hand_back", lambda claimed: pytest.fail(str(claimed)) if claimed else 0)
    worker.produce(tasks[0], seconds=worker.HANDFUL_SECONDS)

    assert Report.objects.filter(state="SUCCESS").count() == 10


@pytest.mark.usefixtures("clock")
def test_the_nearer_the_end_of_a_class_the_less_of_it_one_worker_takes(
    submit: Submit, claimed: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "HANDFUL_SECONDS", 0)
    monkeypatch.setattr(worker, "_pace", {"html": 0.1})
    task = task_of(submit("html", class_of(40)))

    while worker.produce(task, seconds=100):
        pass
    assert claimed[:4] == [10, 8, 6, 4]
    assert set(Report.objects.values_list("state", flat=True)) == {"SUCCESS"}


@pytest.mark.usefixtures("clock")
def test_but_no_less_than_a_handful_which_is_quickly_made(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_pace", {"html": worker.HANDFUL_SECONDS / 5})
    submit("html", class_of(8))

    assert worker._share(Submission.objects.get(), time.monotonic() + 100) == 5


@pytest.mark.usefixtures("clock")
def test_another_class_is_not_taken_for_one_that_is_nearly_done(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (task_of(submit("html", class_of(number))) for number in (8, 40))
    worker.produce(first)
    monkeypatch.setattr(worker, "_pace", {"html": worker.HANDFUL_SECONDS / 5})

    assert worker._share(Submission.objects.get(id=second), time.monotonic() + 100) == 10


@pytest.mark.usefixtures("clock")
def test_how_far_a_class_has_come_is_known_also_after_the_turn_of_another(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "HANDFUL_SECONDS", 0)
    monkeypatch.setattr(worker, "_pace", {"html": 0.1})
    first, second = (task_of(submit("html", class_of(number))) for number in (40, 12))
    for task, number in ((first, 32), (second, 4)):
        worker._remember(claims.claim(task, number)[-1])

    shares = {task: worker._share(Submission.objects.get(id=task), time.monotonic() + 100) for task in (first, second)}
    assert shares == {first: 2, second: 2}, "a quarter of the eight that are left of each"


def test_claims_of_all_sizes_have_few_statements_put_together(submit: Submit) -> None:
    task = task_of(submit("html", class_of(40)))
    claims._taking_statement.cache_clear()
    for number in (1, 2, 3, 5, 6, 7, 8):
        assert len(claims.claim(task, number)) == number

    assert claims._taking_statement.cache_info().currsize == 4
    assert Report.objects.filter(state="RUNNING", attempts=1, fence=1).count() == 32
