"""Which times lie too far from the rest to be trusted."""

from collections.abc import Sequence
from itertools import pairwise

from feedback.analysis.times import SECOND, quartiles
from feedback.events.context import ExamKind

HOUR = 3600 * SECOND
YEAR = 365 * 24 * HOUR
OUTER_FENCE = 3
# Fewer times than this have no quartiles worth the name.
ENOUGH_TIMES = 5


def far_off_hours(kind: ExamKind, hours: float) -> float:
    """From how many hours on a time may be far off: in a course, where weeks lie between times, from a year."""
    return YEAR / HOUR if kind == "course" else hours


def near_range(instants: Sequence[int], far_off_hours: float) -> tuple[float, float]:
    """The range outside which an instant is far off: past Tukey's outer fences and `far_off_hours` from the quartiles.

    The outer fences stand three interquartile ranges beyond the quartiles (Tukey 1977, "Exploratory Data
    Analysis"). `instants` is not empty; microseconds in and out.
    """
    q1, _, q3 = quartiles(instants)
    reach = max(OUTER_FENCE * (q3 - q1), far_off_hours * HOUR)
    return q1 - reach, q3 + reach


def near_part(instants: Sequence[int], far_off_hours: float) -> range:
    """The positions, in sorted `instants`, of those that are not far off.

    From five times on these are the times within `near_range`. Whatever their number, times that are more than a
    year from the others are far off: the fewer of the two sides, and the earlier where both are alike, because a
    clock that was never set shows an early date.
    """
    near = range(len(instants))
    if not instants or instants[-1] - instants[0] <= far_off_hours * HOUR:
        return near
    if len(instants) >= ENOUGH_TIMES:
        low, high = near_range(instants, far_off_hours)
        within = [position for position in near if low <= instants[position] <= high]
        near = range(within[0], within[-1] + 1)
    return _without_other_years(instants, near)


def _without_other_years(instants: Sequence[int], near: range) -> range:
    while len(near) > 1 and instants[near[-1]] - instants[near[0]] > YEAR:
        gaps = [later - earlier for earlier, later in pairwise(instants[near.start : near.stop])]
        widest = max(gaps)
        if widest <= YEAR:
            break
        cut = near.start + gaps.index(widest) + 1
        near = range(cut, near.stop) if cut - near.start <= near.stop - cut else range(near.start, cut)
    return near
