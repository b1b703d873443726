"""Which times lie too far from the rest to be trusted."""

from collections.abc import Sequence

from feedback.analysis.times import SECOND, quartiles

HOUR = 3600 * SECOND
OUTER_FENCE = 3


def near_range(instants: Sequence[int], far_off_hours: float) -> tuple[float, float]:
    """The range outside which an instant is far off: past Tukey's outer fences and `far_off_hours` from the quartiles.

    The outer fences stand three interquartile ranges beyond the quartiles (Tukey 1977, "Exploratory Data
    Analysis"). `instants` is not empty; microseconds in and out.
    """
    q1, _, q3 = quartiles(instants)
    reach = max(OUTER_FENCE * (q3 - q1), far_off_hours * HOUR)
    return q1 - reach, q3 + reach
