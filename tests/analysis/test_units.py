"""Which units are one question, and the order of questions."""

import tracemalloc
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import analyse
from feedback.analysis.units import Unit, in_order, merged_spellings, unit_of
from tests.harness.logs import UNITS, save, student


@pytest.mark.parametrize("raw", [17, 17.0, "17", "017", "17.0", "0017.000"])
def test_a_number_is_one_unit_however_it_is_written(raw: str | int | float) -> None:
    assert unit_of(raw) == Unit("number", "17")


@pytest.mark.parametrize(
    "text", ["1e3", " 17", "17 ", "١٧", "１７", "+17", "17.", ".5", "-", "--1", "1.2.3", "0x11", "1_000", "17\n"]
)
def test_whatever_is_not_plainly_a_number_is_text(text: str) -> None:
    assert unit_of(text) == Unit("text", text)


def test_no_number_of_thousands_of_digits_is_kept_for_the_next_body() -> None:
    tracemalloc.start()
    try:
        for number in range(100):
            assert unit_of(10**4_000 + number).kind == "number"
            assert unit_of(f"{number}{'7' * 4_000}").kind == "number"
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000


@pytest.mark.parametrize("raw", [0, -0.0, 0.0, "-0", "0", "-00.0", "000"])
def test_zero_has_no_sign(raw: str | int | float) -> None:
    assert unit_of(raw) == Unit("number", "0")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (0.1, "0.1"),
        ("0.10", "0.1"),
        (-2.50, "-2.5"),
        ("-02.5", "-2.5"),
        (1e23, "100000000000000000000000"),
        (5e-7, "0.0000005"),
        (1.7976931348623157e308, "17976931348623157" + "0" * 292),
        (10**30, "1" + "0" * 30),
        (-(10**30), "-1" + "0" * 30),
    ],
)
def test_numbers_are_exact_and_floats_count_by_their_shortest_form(raw: str | int | float, name: str) -> None:
    assert unit_of(raw) == Unit("number", name)


def test_an_integer_and_a_float_that_compare_equal_may_be_two_units() -> None:
    integer = int(1e23)
    assert integer == 1e23
    found = analyse(student(save(integer), save(1e23)))
    assert [question.unit for question in found.questions] == ["99999999999999991611392", "100000000000000000000000"]


def test_long_decimals_are_told_apart_by_their_last_digit() -> None:
    digits = "0." + "1" * 190
    assert in_order([unit_of(digits + "3"), unit_of(digits + "2")]) == [unit_of(digits + "2"), unit_of(digits + "3")]


def test_numbers_of_the_longest_kind_are_read_and_compared() -> None:
    longest = 10**4300 - 1
    found = analyse(student(save(longest), save(1e308), save(longest - 1), save("0.5")))
    assert [len(question.unit) for question in found.questions] == [3, 309, 4300, 4300]
    assert found.event_order == ("Q4", "Q2", "Q3", "Q1")


def test_numbers_come_first_by_value_and_texts_follow_naturally() -> None:
    raw = ["q10", "b", "q2", "10", "9.5", "-1", "q02", "B", "2a", "a", "q2a", "10a", "é"]
    names = [unit.name for unit in in_order(map(unit_of, raw))]
    assert names == ["-1", "9.5", "10", "2a", "10a", "B", "a", "b", "q02", "q2", "q2a", "q10", "é"]


def test_a_run_of_digits_stands_before_a_letter_and_a_shorter_text_before_a_longer() -> None:
    names = [unit.name for unit in in_order(map(unit_of, ["ab", "a1", "a", "a01b", "a1a"]))]
    assert names == ["a", "a1", "a1a", "a01b", "ab"]


def test_aliases_number_the_distinct_units_in_that_order() -> None:
    found = analyse(student(save("b"), save("017"), save(5), save(17.0), save("a")))
    assert [(question.alias, question.unit) for question in found.questions] == [
        ("Q1", "5"),
        ("Q2", "17"),
        ("Q3", "a"),
        ("Q4", "b"),
    ]
    assert found.event_order == ("Q4", "Q2", "Q1", "Q2", "Q3")


@given(
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.from_regex(r"\A-?[0-9]{1,40}(\.[0-9]{1,40})?\Z")
)
def test_the_name_of_a_number_is_its_exact_value_without_a_needless_digit(raw: str | int | float) -> None:
    unit = unit_of(raw)
    exact = Fraction(Decimal(repr(raw))) if isinstance(raw, float) else Fraction(raw)
    assert unit.kind == "number"
    assert Fraction(unit.name) == exact
    assert unit_of(unit.name) == unit
    assert "." not in unit.name or unit.name[-1] not in "0."


@given(st.permutations(UNITS))
def test_the_order_of_units_does_not_depend_on_the_order_they_come_in(raw: list[str | int | float]) -> None:
    assert in_order(map(unit_of, raw)) == in_order(map(unit_of, UNITS))


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=20))
def test_numbers_stand_in_the_order_of_their_values(values: list[Decimal]) -> None:
    names = [unit.name for unit in in_order(unit_of(format(value, "f")) for value in values)]
    assert list(map(Decimal, names)) == sorted(set(values))


def test_the_spellings_of_one_number_are_told() -> None:
    assert merged_spellings(["17", 17, "017", "17.0", 17.0, "q1", "2"], False) == [("017", "17", "17.0")]
    assert merged_spellings(["1.1", "1.10", "01", 1], True) == [("01", "1")]
    assert merged_spellings([1, 1.0, "1"], False) == []


@given(st.lists(st.sampled_from(UNITS)))
def test_spellings_are_told_where_units_of_different_writing_are_one(raws: list[str | int | float]) -> None:
    told = merged_spellings(raws, False)
    assert [len(set(map(unit_of, names))) for names in told] == [1] * len(told)
    assert told == merged_spellings(raws[::-1], False)
