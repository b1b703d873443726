"""Numbers, scores, shares and durations as a report prints them: rounded half up, and the same everywhere.

Two values are the same where they are at most `TOLERANCE` apart: 0.6 + 0.3 + 0.1 is the full score, and a score
that "rose" from 0.3 to 0.30000000000000004 did not rise.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from feedback.phrasing.i18n import NN_, Speech

TOLERANCE = 1e-9
_NEAR_HALF = 1e-6
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
# Wide enough for the largest float with two decimals.
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)


def exceeds(value: float, other: float) -> bool:
    """Whether a value is larger than another by more than `TOLERANCE`."""
    return value - other > TOLERANCE


def same(value: float, other: float) -> bool:
    """Whether two values are at most `TOLERANCE` apart."""
    return abs(value - other) <= TOLERANCE


def rounded(value: float, decimals: int = 0) -> Decimal:
    """The value with at most so many decimals, half up by its decimal digits (0.625 is 0.63); never negative zero."""
    # `repr` gives the shortest digits that are this float: 2.675, not 2.67499999999999982.
    shown = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    return abs(shown) if shown.is_zero() else shown


def whole(value: float) -> int:
    """The nearest whole number, half up."""
    # Only next to a half do the decimal digits decide; elsewhere the float does, in a tenth of the time.
    below = math.floor(value)
    over = value - below
    if abs(over - 0.5) > _NEAR_HALF:
        return below + (over > 0.5)
    return int(rounded(value))


def number(value: float, say: Speech) -> str:
    """A number with at most two decimals and none without need: `1,234`, `4`, `2.5`, `0.63`, `−0.1`."""
    return say.digits(as_number(value))


def plural(value: float) -> int:
    """The whole number that chooses the form of a noun after a printed number: 1 only of what prints as `1`.

    A fraction below 2 counts as 0, whose noun is a plural in English, German and Spanish and a singular in French:
    `1.5 points`, `1,5 Punkte`, `1,5 point`.
    """
    shown = abs(rounded(value, 2))
    if shown == int(shown):
        return int(shown)
    return 0 if shown < 2 else int(shown)


def score(value: float, say: Speech, possible: float = 1.0) -> str:
    """Points earned of those possible: `0.75`, `5.96`. Only who has them all reads as having them all."""
    return say.digits(as_score(value, possible))


def as_number(value: float) -> str:
    """The decimal digits that `number` prints, in ASCII and not grouped: `1234`, `-0.1`."""
    return str(value) if isinstance(value, int) else _plain(rounded(value, 2))


def as_score(value: float, possible: float = 1.0) -> str:
    """The decimal digits that `score` prints, in ASCII and not grouped."""
    shown = rounded(value, 2)
    if exceeds(possible, value) and shown >= rounded(possible, 2):
        shown = rounded(possible, 2) - Decimal("0.01")
    return _plain(shown)


def percent(share: float, say: Speech) -> str:
    """A share of 1 as a whole percentage, `37 %` with a no-break space; 100 only where nothing is missing."""
    shown = whole(share * 100)
    if shown == 100 and exceeds(1, share):
        shown = 99
    return say.percentage(shown)


def share(part: float, of: float, say: Speech) -> str:
    """A part of a positive whole as a percentage."""
    return percent(part / of, say)


def differ(value: float | None, other: float | None, printed: Callable[[float], str] = as_number) -> bool:
    """Whether a reader sees two numbers: they are not the same, and do not print the same.

    No sentence should say that something rose "from 0 to 0": ask before comparing two values in words.
    """
    if value is None or other is None:
        return value is not other
    return not same(value, other) and printed(value) != printed(other)


class _Parts(NamedTuple):
    """A duration in the two largest units that matter; the smaller one may be 0."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0


def _parts(seconds: float) -> _Parts:
    """As exact as an estimate deserves: seconds below a minute, minutes below a day, else hours."""
    if whole(seconds) < _MINUTE:
        return _Parts(seconds=whole(seconds))
    hours, minutes = divmod(whole(seconds / _MINUTE), 60)
    if hours < 24:
        return _Parts(hours=hours, minutes=minutes)
    days, hours = divmod(whole(seconds / _HOUR), 24)
    return _Parts(days=days, hours=hours)


def duration(seconds: float, say: Speech) -> str:
    """In a sentence: `45 seconds`, `8 minutes`, `1 hour 42 minutes`, `2 days 3 hours`."""
    told = _told(_parts(seconds), _SPELT, say)
    if len(told) == 1:
        return told[0]
    larger, smaller = told
    # One message, because some languages put an "and" between the two.
    return say.text("{larger} {smaller}", larger=larger, smaller=smaller)


def brief_duration(seconds: float, say: Speech) -> str:
    """In a table or a drawing, with the same numbers: `45 s`, `8 min`, `1 h 42 min`, `2 d 3 h`; none is parted."""
    return " ".join(_told(_parts(seconds), _BRIEF, say))


_SPELT = (
    NN_("{n} day", "{n} days"),
    NN_("{n} hour", "{n} hours"),
    NN_("{n} minute", "{n} minutes"),
    NN_("{n} second", "{n} seconds"),
)
_BRIEF = (
    NN_("{n}\u00a0d", "{n}\u00a0d"),
    NN_("{n}\u00a0h", "{n}\u00a0h"),
    NN_("{n}\u00a0min", "{n}\u00a0min"),
    NN_("{n}\u00a0s", "{n}\u00a0s"),
)


def _told(parts: _Parts, forms: tuple[tuple[str, str], ...], say: Speech) -> list[str]:
    """The units that are not 0, at most two; `0 seconds` where all are."""
    told = [say.count(*form, amount) for form, amount in zip(forms, parts, strict=True) if amount]
    return told or [say.count(*forms[-1], 0)]


def _plain(shown: Decimal) -> str:
    """Without needless decimals."""
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
