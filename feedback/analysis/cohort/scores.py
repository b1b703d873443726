"""The scores of a class."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from feedback.analysis.cohort import item_statistics
from feedback.analysis.cohort.results import ClassScores, TimeAndScore
from feedback.phrasing.numbers import exceeds, same

_BINS, _FEW_BINS = 20, 8
_NICE = (1, 2, 2.5, 5)


class Score(NamedTuple):
    """What one student earned of what could be earned."""

    earned: float
    possible: float
    seconds: float | None = None

    @property
    def share(self) -> float:
        return self.earned / self.possible if self.possible else 0.0

    @property
    def below_half(self) -> bool:
        return exceeds(self.possible / 2, self.earned)


def scores_of(scores: Sequence[Score]) -> ClassScores | None:
    """The scores of a class; None where nobody has one."""
    if not scores:
        return None
    possible: float | None = scores[0].possible
    if not possible or not all(same(each.possible, possible) for each in scores):
        possible = None
    values = [each.earned if possible else each.share for each in scores]
    width = bin_width(possible or 1.0)
    return ClassScores(
        n=len(scores),
        mean=item_statistics.mean(values),
        standard_deviation=item_statistics.deviation(values),
        median=median(values),
        possible=possible,
        below_half=sum(each.below_half for each in scores),
        bin_width=width,
        histogram=_histogram(values, width, possible or 1.0),
        time_and_score=_time_and_score(scores),
    )


def _time_and_score(scores: Sequence[Score]) -> TimeAndScore | None:
    timed = [(each.seconds, each.share) for each in scores if each.seconds is not None]
    found = item_statistics.correlation([seconds for seconds, _ in timed], [share for _, share in timed])
    return TimeAndScore(len(timed), *found) if found else None


def bin_width(possible: float) -> float:
    """A round width of which `possible` takes at most 20; half of the points are at an edge if 8 are enough for it."""
    exponent = 0.001
    while True:
        fit = [nice * exponent for nice in _NICE if possible / (nice * exponent) <= _BINS]
        if fit:
            halved = [width for width in fit if possible / width >= _FEW_BINS and _whole(possible / 2 / width)]
            return (halved or fit)[0]
        exponent *= 10


def _whole(value: float) -> bool:
    return same(value, round(value))


def _histogram(values: Sequence[float], width: float, possible: float) -> tuple[int, ...]:
    bins = max(-int(-(possible / width - 1e-9) // 1), 1)
    counts = [0] * bins
    for value in values:
        # Within the tolerance of an edge a value belongs to the bin above it; the full score to the last one.
        counts[min(int(value / width + 1e-9), bins - 1)] += 1
    return tuple(counts)
