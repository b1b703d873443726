"""Statistics of the items of an exam, by the names and formulas of Moodle's quiz statistics.

They go back to classical test theory; Moodle documents them under "Quiz statistics calculations"
(https://docs.moodle.org/dev/Quiz_statistics_calculations). All take plain numbers, and none depends on their order.
"""

from collections.abc import Mapping, Sequence
from math import atanh, fsum, sqrt, tanh
from operator import mul
from typing import NamedTuple

from feedback.analysis.cohort.t_quantile import two_sided_t
from feedback.phrasing.numbers import TOLERANCE, exceeds

CONFIDENCE = 0.95
# Fewer students say too little about how an item discriminates, or whether its versions were equal.
ENOUGH = 20
# Versions this much apart, as a share of the points, are worth a teacher's time.
APART = 0.1


class Facility(NamedTuple):
    """The mean of shares from 0 to 1, its interval, and the standard deviation; None where too few students.

    Moodle: facility index, "the mean score of students on the item", and its standard deviation.
    """

    n: int
    mean: float | None
    low: float | None
    high: float | None
    deviation: float | None


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of a non-empty sample."""
    return fsum(values) / len(values)


def deviation(values: Sequence[float]) -> float | None:
    """The standard deviation with n − 1; None below two values."""
    return sqrt(max(_covariance(values, values), 0.0)) if len(values) > 1 else None


def facility(shares: Sequence[float], confidence: float = CONFIDENCE) -> Facility:
    """The facility with its t interval, mean ± t · s / √n (Student 1908, Biometrika 6), cut off at 0 and at 1."""
    n = len(shares)
    if not n:
        return Facility(0, None, None, None, None)
    middle, spread = mean(shares), deviation(shares)
    if spread is None:
        return Facility(n, middle, None, None, None)
    reach = two_sided_t(confidence, n - 1) * spread / sqrt(n)
    return Facility(n, middle, max(middle - reach, 0.0), min(middle + reach, 1.0), spread)


def discrimination_index(shares: Sequence[float], rests: Sequence[float]) -> float | None:
    """Pearson's correlation of the shares with the points earned in all other items: the item-rest correlation.

    Moodle: discrimination index, r(x, T − x). None for fewer than `ENOUGH` students, and where either is constant.
    """
    if not _vary(shares, rests):
        return None
    return _covariance(shares, rests) / sqrt(_covariance(shares, shares) * _covariance(rests, rests))


def discriminative_efficiency(shares: Sequence[float], rests: Sequence[float]) -> float | None:
    """The covariance of an item with the rest, as a part of the largest that these values could have.

    Moodle: discriminative efficiency, C(x, T − x) / C max, where C max pairs the lowest with the lowest, and so on.
    None where the discrimination index is.
    """
    if not _vary(shares, rests):
        return None
    return _covariance(shares, rests) / _covariance(sorted(shares), sorted(rests))


class Correlation(NamedTuple):
    """Pearson's r with its 95 % interval by Fisher's z (Fisher 1921, Metron 1)."""

    r: float
    low: float
    high: float


def correlation(values: Sequence[float], others: Sequence[float]) -> Correlation | None:
    """None for fewer than `ENOUGH` pairs, and where either is constant."""
    r = discrimination_index(values, others)
    if r is None:
        return None
    z, reach = atanh(max(min(r, 1 - TOLERANCE), TOLERANCE - 1)), 1.959964 / sqrt(len(values) - 3)
    return Correlation(r, tanh(z - reach), tanh(z + reach))


def unequal(versions: Mapping[str, Sequence[float]], item: float) -> dict[str, bool]:
    """Which versions of an item differ from its facility by more than chance and by enough to matter.

    A version differs where at least `ENOUGH` students had it, not all with one score, where its interval leaves the
    item's facility out, and where the two are `APART` or more. The interval's confidence is corrected for the number
    of versions that are looked at (Bonferroni; Dunn 1961, Journal of the American Statistical Association 56).
    """
    confidence = 1 - (1 - CONFIDENCE) / max(len(versions), 1)
    return {name: _differs(facility(shares, confidence), item) for name, shares in versions.items()}


def _differs(version: Facility, item: float) -> bool:
    if version.n < ENOUGH or version.mean is None or version.low is None or version.high is None:
        return False
    if not exceeds(version.deviation or 0.0, 0.0) or exceeds(APART, abs(version.mean - item)):
        return False
    return exceeds(version.low, item) or exceeds(item, version.high)


def _vary(shares: Sequence[float], rests: Sequence[float]) -> bool:
    return len(shares) >= ENOUGH and all(max(each) - min(each) > TOLERANCE for each in (shares, rests))


def _covariance(values: Sequence[float], others: Sequence[float]) -> float:
    """With n − 1, as Moodle's; of two values or more. Exact sums keep it the same in any order of students."""
    middle, centre = mean(values), mean(others)
    from_middle, from_centre = [x - middle for x in values], [y - centre for y in others]
    return fsum(map(mul, from_middle, from_centre)) / (len(values) - 1)
