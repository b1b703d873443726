"""Texts and scores in the one form that everything is compared, counted and stored in."""

from unicodedata import is_normalized, normalize


def settled(text: str) -> str:
    """The text in NFC, without outer white space (of any script): what looks alike is alike."""
    if text.isascii():
        return text.strip()
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).strip()


# What sums of a few floats are off by, and far less than any difference that means something.
_TOLERANCE = 1e-9


def settled_score(score: float) -> float:
    """The score, or 0 or 1 where it is within 1e-9 of it (0.6 + 0.3 + 0.1 is a little less than 1)."""
    if abs(score) <= _TOLERANCE:
        return 0.0
    return 1.0 if abs(score - 1) <= _TOLERANCE else score
