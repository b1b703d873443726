"""Facility, discrimination and versions against values worked out by hand, and what must always hold."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis.cohort.item_statistics import (
    deviation,
    discrimination_index,
    discriminative_efficiency,
    facility,
    unequal,
)

shares = st.lists(st.floats(0, 1), min_size=20, max_size=60)


def test_a_facility_is_the_mean_with_its_t_interval() -> None:
    # n = 4, mean 0.5, s = 0.4082; t(0.975, 3) = 3.1824; half width 0.6495.
    found = facility([0, 0.5, 0.5, 1])
    assert (found.n, found.mean, found.low, found.high) == (4, 0.5, 0, 1)
    assert found.deviation == pytest.approx(0.408248, abs=1e-6)
    # n = 16, mean 0.5, s = 0.2582; t(0.975, 15) = 2.1314; half width 0.13759.
    narrow = facility([0.25, 0.75] * 8)
    assert narrow.low == pytest.approx(0.36241, abs=1e-5)
    assert narrow.high == pytest.approx(0.63759, abs=1e-5)


def test_one_student_has_no_interval_and_nobody_nothing() -> None:
    assert facility([0.5]) == (1, 0.5, None, None, None)
    assert facility([]) == (0, None, None, None, None)
    assert deviation([0.5]) is None


@given(shares)
def test_a_facility_lies_in_its_interval_and_the_interval_from_0_to_1(values: list[float]) -> None:
    found = facility(values)
    assert found.mean is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1
    assert found.deviation == pytest.approx(statistics.stdev(values), abs=1e-12)


def test_an_item_that_follows_the_rest_discriminates_fully() -> None:
    values = [i / 19 for i in range(20)]
    rest = [3 * value + 1 for value in values]
    assert discrimination_index(values, rest) == pytest.approx(1)
    assert discriminative_efficiency(values, rest) == pytest.approx(1)
    assert discrimination_index(values, rest[::-1]) == pytest.approx(-1)


def test_efficiency_forgives_an_item_of_right_or_wrong() -> None:
    values, rest = [0.0] * 10 + [1.0] * 10, [float(i) for i in range(20)]
    # Correlation of 10 zeros and 10 ones with 0 … 19: 5 / sqrt(0.25 × 33.25) = 0.8671.
    assert discrimination_index(values, rest) == pytest.approx(0.867110, abs=1e-6)
    assert discriminative_efficiency(values, rest) == pytest.approx(1)


def test_few_students_and_constant_scores_say_nothing_about_discrimination() -> None:
    rising = [i / 19 for i in range(20)]
    for statistic in (discrimination_index, discriminative_efficiency):
        assert statistic(rising[:19], rising[:19]) is None
        assert statistic([1.0] * 20, rising) is None
        assert statistic(rising, [0.1 + 0.2, 0.3] * 10) is None


@given(shares, st.randoms(use_true_random=False))
def test_discrimination_is_pearson_s_and_the_same_in_any_order(values: list[float], chance: random.Random) -> None:
    rest = [chance.random() * 6 for _ in values]
    found = discrimination_index(values, rest)
    pairs = list(zip(values, rest, strict=True))
    chance.shuffle(pairs)
    assert discrimination_index([s for s, _ in pairs], [r for _, r in pairs]) == found
    if found is not None:
        assert found == pytest.approx(statistics.correlation(values, rest), abs=1e-6)
        efficiency = discriminative_efficiency(values, rest)
        assert efficiency is not None
        assert efficiency <= 1 + 1e-9
        assert (efficiency > 0) == (found > 0)


HARD, EASY, EVEN = [0.2, 0.3, 0.4] * 10, [0.8, 0.9, 1.0] * 10, [0.5, 0.6, 0.7] * 10


def test_versions_far_from_the_item_differ_and_others_do_not() -> None:
    found = unequal({"a": HARD, "b": EASY, "c": EVEN}, 0.6)
    assert found == {"a": True, "b": True, "c": False}


def test_a_version_needs_students_spread_distance_and_more_than_chance_to_differ() -> None:
    assert unequal({"few": HARD[:19], "enough": HARD[:20]}, 0.6) == {"few": False, "enough": True}
    assert unequal({"constant": [0.2] * 30}, 0.6) == {"constant": False}
    assert unequal({"near": [0.61, 0.59] * 100}, 0.695) == {"near": False}
    assert unequal({"a tenth": [0.61, 0.59] * 100}, 0.7) == {"a tenth": True}
    assert unequal({"chance": [0.0, 1.0] * 12}, 0.65) == {"chance": False}


def test_the_more_versions_are_looked_at_the_more_it_takes() -> None:
    # n = 30, mean 0.5, s = 0.5085: the 95 % interval is 0.5 ± 0.1899, of one among 20 it is 0.5 ± 0.3036.
    version = [0.0, 1.0] * 15
    assert unequal({"a": version}, 0.7)["a"]
    others = {f"other {n}": EVEN for n in range(19)}
    assert not unequal({"a": version, **others}, 0.7)["a"]
