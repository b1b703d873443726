"""A worker's pace: few claims and few commits, all workers done with a class at once, and no single waits for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.queue import pacer
from feedback.queue.claims import Share
from feedback.queue.pacer import Pacer, Slice


class Clock:
    """A time that nothing but a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def nothing_due() -> bool:
    return False


def single_due() -> bool:
    return True


def at_pace(seconds: float, clock: Clock | None = None) -> Pacer:
    found = Pacer(clock or Clock())
    found.learn("html", [seconds])
    return found


def test_a_process_that_does_not_know_its_pace_claims_few() -> None:
    few = Share(pacer.FIRST_BATCH, pacer.FIRST_BATCH)
    assert Slice(Pacer(Clock()), "html", nothing_due).share() == Slice(Pacer(Clock()), "html").share() == few


def test_a_batch_is_what_fits_into_its_time() -> None:
    assert at_pace(0.01).batch("html", 0.1) == 10
    assert at_pace(0.01).batch("pdf", 0.1) == pacer.FIRST_BATCH, "of another kind nothing is known"


def test_a_pace_is_the_mean_of_the_latest_documents_and_of_none_nothing_is_learnt() -> None:
    paced = at_pace(1.0)
    paced.learn("html", [0.01, 0.03])
    paced.learn("html", [])
    assert paced.batch("html", 0.1) == 5


@given(seconds=st.floats(0.0001, 300), passed=st.floats(0, 10), amid_a_class=st.booleans())
def test_every_claim_is_of_one_at_least_and_bounded(seconds: float, passed: float, amid_a_class: bool) -> None:
    clock = Clock()
    slice_ = Slice(at_pace(seconds, clock), "html", nothing_due if amid_a_class else None)
    clock.now += passed
    most, least = slice_.share()
    assert 1 <= least <= most <= pacer.LARGEST_BATCH


def test_of_a_class_as_much_is_claimed_as_fits_into_the_slice_and_no_less_than_a_batch() -> None:
    clock = Clock()
    slice_ = Slice(at_pace(pacer.BATCH_SECONDS / 5, clock), "html", nothing_due)
    assert slice_.share() == Share(most=50, least=5)
    clock.now += 0.5
    assert slice_.share() == Share(most=25, least=5)


def test_singles_are_claimed_by_the_batch() -> None:
    assert Slice(at_pace(pacer.BATCH_SECONDS / 5), "html").share() == Share(most=5, least=5)


def test_what_little_is_left_of_a_slice_is_not_spent_on_another_claim() -> None:
    clock = Clock()
    slice_ = Slice(Pacer(clock, slice_seconds=0.3), "html")
    clock.now += 0.26
    assert not slice_.spent()
    clock.now += 0.01
    assert slice_.spent(), "27 of 30 hundredths"


def test_a_slice_ends_a_little_late_rather_than_release_its_last_document() -> None:
    clock = Clock()
    slice_ = Slice(Pacer(clock, slice_seconds=0.8), "html", nothing_due)
    clock.now += 0.89
    assert not slice_.over()
    clock.now += 0.02
    assert slice_.over()


def test_a_class_stops_at_the_first_look_that_finds_a_single_due() -> None:
    clock, due = Clock(), [True, False]
    slice_ = Slice(Pacer(clock), "html", lambda: due.pop(0))
    assert not slice_.over(), "it has not looked yet"
    clock.now += pacer.LOOK_SECONDS
    assert slice_.over()
    assert slice_.spent()
    clock.now += pacer.LOOK_SECONDS
    assert slice_.over(), "over is over"


def test_a_class_looks_no_more_often_than_it_must() -> None:
    clock, looks = Clock(), list[float]()

    def look() -> bool:
        looks.append(clock.now)
        return False

    slice_ = Slice(Pacer(clock), "html", look)
    for _ in range(100):
        clock.now += 0.01
        slice_.over()
        slice_.spent()
    assert len(looks) <= 1.0 / pacer.LOOK_SECONDS


def test_where_singles_keep_coming_a_class_claims_no_more_than_fits_between_two_looks() -> None:
    clock = Clock()
    paced = at_pace(pacer.LOOK_SECONDS / 5, clock)
    assert Slice(paced, "html", nothing_due).share().most == pacer.LARGEST_BATCH
    slice_ = Slice(paced, "html", single_due)
    clock.now += pacer.LOOK_SECONDS
    assert slice_.over()

    again = Slice(paced, "html", nothing_due)
    assert again.share() == Share(5, 5)
    clock.now += pacer.LOOK_SECONDS
    assert not again.over()
    assert again.share().most == pacer.LARGEST_BATCH


@pytest.mark.parametrize("passed", [0.0, 0.3])
def test_a_batch_of_singles_may_take_a_little_longer_than_expected_but_not_much(passed: float) -> None:
    clock = Clock()
    slice_ = Slice(Pacer(clock), "html")
    clock.now += passed
    slice_.share()
    clock.now += pacer.BATCH_SECONDS * 1.2
    assert not slice_.over()
    clock.now += pacer.GRACE_SECONDS
    assert slice_.over()
    assert not slice_.spent(), "there may be another batch"
