"""Numbers as other platforms write them."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Faults, Limits, SourceOptions, StudentStream
from feedback.events.formats.gathering import Gathering
from feedback.events.formats.source_numbers import number_in


def read(text: str, *, decimal_comma: bool = False) -> float | str | None:
    """The number, or the message of the fault."""
    faults = Faults()
    gathering = Gathering(Limits(), faults, StudentStream(), SourceOptions())
    number = number_in(text, "score", ("row",), gathering, decimal_comma=decimal_comma)
    [*messages] = faults.details().values()
    return str(messages[0]) if messages else number


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_number_is_read_as_it_was_written(number: float, decimal_comma: bool) -> None:
    written = repr(number)
    assert read(written.replace(".", ",") if decimal_comma else written, decimal_comma=decimal_comma) == number


@given(st.text(max_size=8))
def test_any_other_text_is_none_or_a_fault(text: str) -> None:
    found = read(text)
    assert isfinite(found) if isinstance(found, float) else found is None or "expected a number" in found


@pytest.mark.parametrize("text", ["", "-", "–", "null", "None", "~"])
def test_that_there_is_none_is_written_in_many_ways(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["1_000", "inf", "nan", "1e999", "0x1", "٣", "1,5", "½"])
def test_what_only_a_program_takes_for_a_number_is_a_fault(text: str) -> None:
    assert "expected a number" in str(read(text))


@pytest.mark.parametrize("text", ["1" * 131_000 + "x", "1." + "1" * 131_000 + "x", "." * 131_000])
def test_a_long_cell_that_is_no_number_is_refused_as_soon_as_a_short_one(text: str) -> None:
    assert "expected a number" in str(read(text))
