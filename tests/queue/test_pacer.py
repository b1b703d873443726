"""A worker's pace: few claims and few commits, all workers done with a class at once, and no single waits for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.queue import pacer
from feedback.queue.pacer import Pacer


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


def at_pace(seconds: float) -> Pacer:
    found = Pacer(Clock())
    found.learn("html", seconds)
    return found


def test_a_process_that_does_not_know_its_pace_claims_few() -> None:
    assert Pacer(Clock()).batch("html", 100) == pacer.FIRST_BATCH
    assert Pacer(Clock()).share("html", 1_000, 100) == pacer.FIRST_BATCH


def test_a_batch_is_what_fits_into_its_time() -> None:
    assert at_pace(0.01).batch("html", 0.1) == 10
    assert at_pace(0.01).batch("pdf", 0.1) == pacer.FIRST_BATCH, "of another kind nothing is known"


@given(seconds=st.floats(0.0001, 300), window=st.floats(0, 10), left=st.integers(0, 30_000))
def test_every_claim_is_of_one_at_least_and_bounded(seconds: float, window: float, left: int) -> None:
    paced = at_pace(seconds)
    assert 1 <= paced.share("html", left, window) <= paced.batch("html", window) <= pacer.LARGEST_BATCH


def test_the_nearer_the_end_of_a_class_the_less_of_it_one_worker_takes() -> None:
    paced = at_pace(pacer.BATCH_SECONDS)
    assert [paced.share("html", left, 100) for left in (40, 30, 12, 4, 1)] == [10, 8, 3, 1, 1]


def test_but_no_less_than_a_batch_which_is_quickly_made() -> None:
    assert at_pace(pacer.BATCH_SECONDS / 5).share("html", 8, 100) == 5


def test_what_little_is_left_of_a_slice_is_not_spent_on_another_claim() -> None:
    clock = Clock()
    slice_ = Pacer(clock).slice(0.3)
    clock.now += 0.26
    assert not slice_.spent()
    clock.now += 0.01
    assert slice_.spent(), "27 of 30 hundredths"


def test_a_slice_ends_a_little_late_rather_than_release_its_last_document() -> None:
    clock = Clock()
    slice_ = Pacer(clock).slice(0.8)
    clock.now += 0.89
    assert not slice_.over(nothing_due)
    clock.now += 0.02
    assert slice_.over(nothing_due)


def test_a_class_stops_at_the_first_look_that_finds_a_single_due() -> None:
    clock = Clock()
    paced = Pacer(clock)
    slice_ = paced.slice(1.0)
    assert not slice_.over(single_due), "it has not looked yet"
    clock.now += pacer.LOOK_SECONDS
    assert slice_.over(single_due)
    assert slice_.spent()
    assert slice_.over(nothing_due), "over is over"


def test_a_class_looks_no_more_often_than_it_must() -> None:
    clock, looks = Clock(), list[float]()

    def look() -> bool:
        looks.append(clock.now)
        return False

    slice_ = Pacer(clock).slice(1.0)
    for _ in range(100):
        clock.now += 0.01
        slice_.over(look)
    assert len(looks) <= 1.0 / pacer.LOOK_SECONDS


def test_where_singles_keep_coming_a_class_claims_no_more_than_fits_between_two_looks() -> None:
    clock = Clock()
    paced = Pacer(clock)
    assert paced.slice(1.0).class_seconds() == pytest.approx(1.0)
    slice_ = paced.slice(1.0)
    clock.now += pacer.LOOK_SECONDS
    assert slice_.over(single_due)

    again = paced.slice(1.0)
    assert again.class_seconds() == pytest.approx(pacer.LOOK_SECONDS)
    clock.now += pacer.LOOK_SECONDS
    assert not again.over(nothing_due)
    assert paced.slice(1.0).class_seconds() == pytest.approx(1.0)


def test_a_batch_of_singles_may_take_a_little_longer_than_expected_but_not_much() -> None:
    clock = Clock()
    slice_ = Pacer(clock).slice(1.0)
    assert slice_.batch_seconds() == pytest.approx(pacer.BATCH_SECONDS)
    over = slice_.over_after(pacer.BATCH_SECONDS)
    clock.now += pacer.BATCH_SECONDS * 1.2
    assert not over()
    clock.now += pacer.GRACE_SECONDS
    assert over()
