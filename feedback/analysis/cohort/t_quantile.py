"""Quantiles of Student's t distribution for whole degrees of freedom, without a numerical library."""

import math
from functools import lru_cache
from statistics import NormalDist

_CLOSE = 1e-12


@lru_cache(maxsize=4096)
def two_sided_t(confidence: float, degrees: int) -> float:
    """The t with P(|T| ≤ t) = `confidence`, for 1 degree of freedom or more; 0 < `confidence` < 1.

    By Newton's method on the exact sum for P(|T| ≤ t). That function is concave, and the start, the quantile of the
    normal distribution, lies left of the root, so the steps never pass it.
    """
    t = NormalDist().inv_cdf((1 + confidence) / 2)
    while True:
        step = (confidence - _within(t, degrees)) / (2 * _density(t, degrees))
        t += step
        if step <= _CLOSE * t:
            return t


def _within(t: float, degrees: int) -> float:
    """P(|T| ≤ t) (Abramowitz & Stegun 1964, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    if degrees % 2 == 0:
        return sine * _series(cosine, 1.0, range(1, degrees - 1, 2))
    inner = sine * _series(cosine, cosine, range(2, degrees - 1, 2)) if degrees > 1 else 0.0
    return 2 / math.pi * (angle + inner)


def _series(cosine: float, first: float, numerators: range) -> float:
    """`first`, and each further term the one before times n / (n + 1) × cos²."""
    total = term = first
    square = cosine * cosine
    for n in numerators:
        term *= square * n / (n + 1)
        total += term
    return total


def _density(t: float, degrees: int) -> float:
    half = (degrees + 1) / 2
    scale = math.lgamma(half) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    return math.exp(scale - half * math.log1p(t * t / degrees))
