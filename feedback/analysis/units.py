"""Which units are one question, and in which order questions stand.

A string of the form `-?[0-9]+(\\.[0-9]+)?` in ASCII is that number, so `17`, `17.0`, `"17"` and `"017"`
are one unit; every other string is text. Numbers come first, by value; then texts naturally: runs of
digits by value and before letters, ties by the raw text.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from feedback.analysis.findings import UnitKind

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_RUN = re.compile(r"([0-9]+)", re.ASCII)


class Unit(NamedTuple):
    """A question's identity: equal units are one question. `name` is plain decimals, or the text as sent."""

    kind: UnitKind
    name: str


def unit_of(raw: str | int | float) -> Unit:
    """The unit that a value of an event's `unit` field names. Floats count by their shortest decimal form."""
    if isinstance(raw, str):
        return _unit_of_text(raw)
    # Decimal writes integers of any length; int's own str() stops at sys.get_int_max_str_digits().
    exact = Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw))
    return _unit_of_text(format(exact, "f"))


def _unit_of_text(text: str) -> Unit:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return Unit("text", text)
    sign, whole, fraction = match.groups(default="")
    digits = ".".join(filter(None, (whole.lstrip("0") or "0", fraction.rstrip("0"))))
    return Unit("number", digits if digits == "0" else sign + digits)


def in_order(units: Iterable[Unit]) -> list[Unit]:
    """The distinct units: numbers by value, then texts naturally."""
    distinct = set(units)
    numbers = sorted((unit for unit in distinct if unit.kind == "number"), key=lambda unit: Decimal(unit.name))
    return numbers + sorted((unit for unit in distinct if unit.kind == "text"), key=_natural)


def _natural(unit: Unit) -> tuple[list[tuple[bool, int, str]], str]:
    runs = [run for run in _RUN.split(unit.name) if run]
    # An ASCII digit opens a run of digits only: the split leaves none in the runs between.
    return [(False, int(run), "") if "0" <= run[0] <= "9" else (True, 0, run) for run in runs], unit.name
