"""Distributions over a class."""

from collections.abc import Sequence

from feedback.analysis.cohort.findings import Spread
from feedback.analysis.times import quartiles

BINS = 12


def spread_of(values: Sequence[float], whole: bool = False) -> Spread | None:
    """The five-number summary (Tukey 1977) and a histogram; None without values.

    Whole numbers get a bin each where these are few.
    """
    if not values:
        return None
    q1, median, q3 = quartiles(values)
    low, high = min(values), max(values)
    bins = min(BINS, int(high - low) + 1) if whole else BINS
    return Spread(len(values), low, q1, median, q3, high, histogram(values, low, high, bins))


def histogram(values: Sequence[float], low: float, high: float, bins: int) -> tuple[int, ...]:
    """Counts in `bins` equal bins from `low` to `high`, which belongs to the last; one bin where they are equal."""
    if high <= low:
        return (len(values),) if values else ()
    # The highest value falls just beyond the last bin, to which it belongs.
    counts = [0] * (bins + 1)
    scale = bins / (high - low)
    for position in [int((value - low) * scale) for value in values]:
        counts[position] += 1
    beyond = counts.pop()
    counts[-1] += beyond
    return tuple(counts)
