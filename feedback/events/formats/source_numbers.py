"""Numbers as other platforms write them: with a point, or a decimal comma where the table has one."""

import re
from math import isfinite

from feedback.events.faults import Place
from feedback.events.formats.gathering import Gathering

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
# As gradebooks, databases and YAML write that there is none.
_NONE = ("", "-", "–", "~", "null", "none")


def number_in(
    text: str, field: str, place: Place, gathering: Gathering, *, decimal_comma: bool = False
) -> float | None:
    """The number; None where there is none, or where it is no number: then the fault is recorded at its place."""
    written = text.replace(",", ".") if decimal_comma else text
    if _NUMBER.fullmatch(written):
        number = float(written)
        if isfinite(number):
            return number
    elif is_none(text):
        return None
    gathering.faults.add((*place, field), f"expected a number, got {text[:40]}")
    return None


def is_none(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return text.casefold() in _NONE
