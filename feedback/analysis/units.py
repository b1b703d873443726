"""Which units are one question, and in which order questions stand.

A string of the form `-?[0-9]+(\\.[0-9]+)?` in ASCII is that number, so `17`, `17.0`, `"17"` and `"017"`
are one unit; every other string is text. Numbers come first, by value; then texts naturally: runs of
digits by value and before letters, ties by the raw text.

Section numbers are the exception. Where a body writes one number with a point in two ways (`1.1` and `1.10`), or has a
unit with two points (`1.2.3`), its strings with a point are section numbers, and all of them are texts.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

LONGEST_OWN_NAME = 8
# Of what a process keeps from one body to the next, in characters: a whole number may have thousands of digits.
LONGEST_KEPT = 200
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_SECTION = re.compile(r"[0-9]+(?:\.[0-9]+){2,}", re.ASCII)
_OWN_NAME = re.compile(r"[Qq][0-9]+", re.ASCII)
_RUN = re.compile(r"([0-9]+)", re.ASCII)


UnitKind = Literal["number", "text"]


class Unit(NamedTuple):
    """A question's identity: equal units are one question. `name` is plain decimals, or the text as sent."""

    kind: UnitKind
    name: str


def unit_of(raw: str | int | float, section_numbers: bool = False) -> Unit:
    """The unit that a value of an event's `unit` field names. Floats count by their shortest decimal form.

    With `section_numbers`, a string with a point is text.
    """
    if isinstance(raw, str):
        return Unit("text", raw) if section_numbers and "." in raw else _unit_of_text(raw)
    return _unit_of_text(_decimals(raw))


def spelling_of(raw: str | int | float) -> str:
    """How a log writes a unit, to tell merged spellings by: a float without decimals is written as a whole number."""
    if isinstance(raw, str):
        return raw
    return _decimals(raw).removesuffix(".0")


def merged_spellings(units: Iterable[str | int | float], section_numbers: bool) -> list[tuple[str, ...]]:
    """The spellings of each unit that is written in several ways, the units in their order."""
    spellings: defaultdict[Unit, set[str]] = defaultdict(set)
    for raw in units:
        spellings[unit_of(raw, section_numbers)].add(spelling_of(raw))
    return [tuple(sorted(spellings[unit])) for unit in in_order(spellings) if len(spellings[unit]) > 1]


def _decimals(raw: int | float) -> str:
    # Decimal writes integers of any length; int's own str() stops at sys.get_int_max_str_digits().
    exact = Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw))
    return format(exact, "f")


class SectionNumbers:
    """Gathers the units of a body and tells whether its strings with a point are section numbers."""

    def __init__(self) -> None:
        self._spellings: dict[Unit, str] = {}
        self.found = False

    def add(self, raw: str | int | float) -> None:
        """Look at one unit of the body."""
        if self.found or not isinstance(raw, str) or "." not in raw:
            return
        unit = _unit_of_text(raw)
        if unit.kind == "number":
            self.found = self._spellings.setdefault(unit, raw) != raw
        else:
            self.found = _SECTION.fullmatch(raw) is not None


def is_own_name(unit: Unit) -> bool:
    """Whether a unit is a name that people read as it is: `Q3`, or a bare number."""
    if len(unit.name) > LONGEST_OWN_NAME:
        return False
    return unit.kind == "number" or _OWN_NAME.fullmatch(unit.name) is not None


def _unit_of_text(text: str) -> Unit:
    return (_kept_unit if len(text) <= LONGEST_KEPT else _parsed)(text)


def _parsed(text: str) -> Unit:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return Unit("text", text)
    sign, whole, fraction = match.groups(default="")
    digits = ".".join(filter(None, (whole.lstrip("0") or "0", fraction.rstrip("0"))))
    return Unit("number", digits if digits == "0" else sign + digits)


# The students of a class name the same questions, each in every event.
_kept_unit = functools.lru_cache(maxsize=4096)(_parsed)


def in_order(units: Iterable[Unit]) -> list[Unit]:
    """The distinct units: numbers by value, then texts naturally."""
    distinct = set(units)
    numbers = sorted((unit for unit in distinct if unit.kind == "number"), key=lambda unit: Decimal(unit.name))
    return numbers + sorted((unit for unit in distinct if unit.kind == "text"), key=_natural)


def _natural(unit: Unit) -> tuple[list[tuple[bool, int, str]], str]:
    runs = [run for run in _RUN.split(unit.name) if run]
    # An ASCII digit opens a run of digits only: the split leaves none in the runs between.
    return [(False, int(run), "") if "0" <= run[0] <= "9" else (True, 0, run) for run in runs], unit.name
