"""Texts and scores in the one form that everything is compared, counted and stored in."""

from unicodedata import combining, is_normalized, normalize

# A text that is longer is too long for every field in NFC as well, which joins at most four characters (a remark has
# 2,000).
_MOST_CHARACTERS = 8_000
# Python takes the square of the number of marks in a row, without letting go of the interpreter: of fewer than a
# thousand some milliseconds. Unicode's "stream-safe" text (UAX 15) has at most 30.
_FEW_CHARACTERS, _MARKS_IN_A_ROW = 1_000, 30


def settled(text: str) -> str:
    """The text in NFC, without outer white space (of any script): what looks alike is alike.

    What is longer than any field, or has more marks in a row than any script, keeps its characters.
    """
    if text.isascii() or not _can_be_normalized(text):
        return text.strip()
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).strip()


def _can_be_normalized(text: str) -> bool:
    if len(text) <= _FEW_CHARACTERS:
        return True
    if len(text) > _MOST_CHARACTERS:
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if combining(character) else 0
        if marks > _MARKS_IN_A_ROW:
            return False
    return True


# What sums of a few floats are off by, and far less than any difference that means something.
_TOLERANCE = 1e-9


def settled_score(score: float) -> float:
    """The score, or 0 or 1 where it is within 1e-9 of it (0.6 + 0.3 + 0.1 is a little less than 1)."""
    if abs(score) <= _TOLERANCE:
        return 0.0
    return 1.0 if abs(score - 1) <= _TOLERANCE else score
