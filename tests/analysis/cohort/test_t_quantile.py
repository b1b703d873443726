"""Student's t against a printed table, and against the distribution integrated step by step."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.analysis.cohort.t_quantile import two_sided_t

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: upper critical values, here for two sides. It prints
# 318.313 where tan(0.499 π), which is exact for one degree of freedom, is 318.309.
TABLE = {
    1: (6.314, 12.706, 31.821, 63.657, 318.309),
    2: (2.920, 4.303, 6.965, 9.925, 22.327),
    3: (2.353, 3.182, 4.541, 5.841, 10.215),
    4: (2.132, 2.776, 3.747, 4.604, 7.173),
    5: (2.015, 2.571, 3.365, 4.032, 5.893),
    7: (1.895, 2.365, 2.998, 3.499, 4.785),
    10: (1.812, 2.228, 2.764, 3.169, 4.144),
    19: (1.729, 2.093, 2.539, 2.861, 3.579),
    30: (1.697, 2.042, 2.457, 2.750, 3.385),
    60: (1.671, 2.000, 2.390, 2.660, 3.232),
    100: (1.660, 1.984, 2.364, 2.626, 3.174),
}
CONFIDENCES = (0.90, 0.95, 0.98, 0.99, 0.998)


@pytest.mark.parametrize("degrees", TABLE)
def test_it_agrees_with_the_printed_table(degrees: int) -> None:
    for confidence, printed in zip(CONFIDENCES, TABLE[degrees], strict=True):
        assert two_sided_t(confidence, degrees) == pytest.approx(printed, abs=0.00051)


def density(t: float, degrees: int) -> float:
    scale = math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2) / math.sqrt(degrees * math.pi)
    return scale * math.pow(1 + t * t / degrees, -(degrees + 1) / 2)


@settings(max_examples=30)
@given(st.floats(0.5, 0.999), st.integers(1, 200))
def test_the_area_within_it_is_the_confidence(confidence: float, degrees: int) -> None:
    t, steps = two_sided_t(confidence, degrees), 4000
    # Simpson's rule over an angle, so that heavy tails need no long way.
    top = math.atan(t)
    heights = [density(math.tan(top * i / steps), degrees) / math.cos(top * i / steps) ** 2 for i in range(steps + 1)]
    area = (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])) * top / steps / 3
    assert 2 * area == pytest.approx(confidence, abs=1e-7)


def test_with_many_degrees_it_is_the_normal_distribution_s() -> None:
    assert two_sided_t(0.95, 20_000) == pytest.approx(1.960083, abs=1e-6)
