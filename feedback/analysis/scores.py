"""The full score, and scores that are the same although their floats differ."""

from feedback.phrasing.numbers import TOLERANCE

FULL_SCORE = 1.0 - TOLERANCE
