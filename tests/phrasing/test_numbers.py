"""A value prints one way: half up, never as more than it is, and equal values never as different ones."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract.languages import LANGUAGES
from feedback.phrasing import numbers
from feedback.phrasing.i18n import speech
from feedback.phrasing.phrases import Phrases

ENGLISH = speech("en")
values = st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12)
shares = st.floats(0, 1)


def read(text: str) -> Decimal:
    """The number that a reader sees."""
    return Decimal(re.sub(r"[,%\u00a0]", "", text).replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-0.004, "0"),
        (0.625, "0.63"),
        (2.675, "2.68"),
        (0.285, "0.29"),
        (-0.125, "−0.13"),
        (4.0, "4"),
        (100.0, "100"),
        (1234.5, "1,234.5"),
        (1e300, f"{10**300:,}"),
    ],
)
def test_a_number_is_rounded_half_up_by_its_digits(value: float, printed: str) -> None:
    assert numbers.number(value, ENGLISH) == printed


@given(values)
def test_what_is_printed_is_the_nearest_value_and_ties_go_away_from_zero(value: float) -> None:
    exact = Decimal(repr(value))
    gap = read(numbers.number(value, ENGLISH)) - exact
    assert abs(gap) <= Decimal("0.005")
    if abs(gap) == Decimal("0.005"):
        assert (gap > 0) == (exact > 0)


@given(values)
def test_a_whole_number_prints_the_same_whatever_its_type(value: float) -> None:
    assert numbers.number(float(int(value)), ENGLISH) == numbers.number(int(value), ENGLISH)


@given(values, values)
def test_a_larger_number_never_prints_as_a_smaller_one(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert read(numbers.number(low, ENGLISH)) <= read(numbers.number(high, ENGLISH))


@given(shares)
def test_a_percentage_is_100_only_where_nothing_is_missing(share: float) -> None:
    printed = read(numbers.percent(share, ENGLISH))
    assert (printed == 100) == (share >= 1 - 1e-9)
    assert abs(printed - Decimal(share) * 100) <= 1


@given(st.integers(1, 1_000_000), shares)
def test_a_score_reads_as_full_only_where_nothing_is_missing(possible: int, part: float) -> None:
    earned = possible * part
    assert (numbers.score(earned, ENGLISH, possible) == numbers.number(possible, ENGLISH)) == (
        earned >= possible - 1e-9
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, ["of 0 points", "von 0 Punkten", "de 0 puntos", "sur 0 point"]),
        (0.5, ["of 0.5 points", "von 0,5 Punkten", "de 0,5 puntos", "sur 0,5 point"]),
        (1, ["of 1 point", "von 1 Punkt", "de 1 punto", "sur 1 point"]),
        (0.999, ["of 1 point", "von 1 Punkt", "de 1 punto", "sur 1 point"]),
        (1.5, ["of 1.5 points", "von 1,5 Punkten", "de 1,5 puntos", "sur 1,5 point"]),
        (2.5, ["of 2.5 points", "von 2,5 Punkten", "de 2,5 puntos", "sur 2,5 points"]),
        (30, ["of 30 points", "von 30 Punkten", "de 30 puntos", "sur 30 points"]),
    ],
)
def test_a_noun_after_a_number_has_the_form_of_the_number_that_is_printed(value: float, written: list[str]) -> None:
    forms = ("of {possible} point", "of {possible} points")
    said = [speech(language) for language in ("en", "de", "es", "fr")]
    told = [say.count(*forms, numbers.plural(value), possible=numbers.number(value, say)) for say in said]
    assert told == written


def test_sums_that_miss_the_full_score_by_an_error_of_floats_are_full() -> None:
    assert numbers.score(0.6 + 0.3 + 0.1, ENGLISH) == "1"
    assert numbers.percent(0.6 + 0.3 + 0.1, ENGLISH) == "100\u00a0%"
    assert numbers.share(199, 200, ENGLISH) == "99\u00a0%"


def test_values_closer_than_the_tolerance_are_the_same() -> None:
    assert numbers.same(0.1 + 0.2, 0.3)
    assert not numbers.exceeds(0.1 + 0.2, 0.3)
    assert numbers.exceeds(0.31, 0.3)
    assert not numbers.same(0.31, 0.3)


@given(values, values)
def test_numbers_that_differ_are_seen_to_differ(one: float, other: float) -> None:
    for printed in (numbers.as_number, numbers.as_score):
        if numbers.differ(one, other, printed):
            assert printed(one) != printed(other)
        else:
            assert numbers.same(one, other) or printed(one) == printed(other)


def test_nothing_rises_from_zero_to_zero() -> None:
    assert not numbers.differ(0, 0.004, numbers.as_score)
    assert not numbers.differ(0.3, 0.1 + 0.2, numbers.as_score)
    assert numbers.differ(0, 0.005, numbers.as_score)
    assert numbers.differ(None, 0)
    assert not numbers.differ(None, None)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["1,234.5", "12,345,678", "−0.1", "38\u00a0%", "21 July 2024", "1\u00a0Sept"]),
        ("de", ["1.234,5", "12.345.678", "−0,1", "38\u00a0%", "21. Juli 2024", "1.\u00a0Sept."]),
        ("es", ["1234,5", "12.345.678", "−0,1", "38\u00a0%", "21 de julio de 2024", "1\u00a0sept"]),
        ("fr", ["1\u00a0234,5", "12\u00a0345\u00a0678", "−0,1", "38\u00a0%", "21 juillet 2024", "1er\u00a0sept."]),
        ("hi", ["1,234.5", "1,23,45,678", "−0.1", "38%", "21 जुलाई 2024", "1\u00a0सित॰"]),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(language: str, written: list[str]) -> None:
    say = speech(language)
    printed = [numbers.number(1234.5, say), numbers.number(12_345_678, say), numbers.number(-0.1, say)]
    printed += [numbers.percent(0.375, say), say.date(date(2024, 7, 21)), say.day_and_month(date(2024, 9, 1))]
    assert printed == written


@given(st.sampled_from(LANGUAGES), values)
def test_every_language_prints_the_same_digits(language: str, value: float) -> None:
    printed = numbers.number(value, speech(language))
    assert re.sub(r"[^\d]", "", printed) == re.sub(r"[^\d]", "", numbers.number(value, ENGLISH))


@given(st.sampled_from(LANGUAGES), st.integers(0, 10**9))
def test_a_number_in_a_sentence_is_printed_as_one_in_a_table(language: str, value: int) -> None:
    say = speech(language)
    assert say.text("{n}", n=value) == say.count("{n}", "{number}", value) == numbers.number(value, say)


@pytest.mark.parametrize(
    ("language", "seconds", "told"),
    [
        ("en", 6120, "1 hour 42 minutes"),
        ("es", 6120, "1 hora y 42 minutos"),
        ("es", 3600, "1 hora"),
        ("es", 0, "0 segundos"),
    ],
)
def test_a_language_joins_the_two_units_of_a_spelt_duration_as_it_says_them(
    language: str, seconds: float, told: str
) -> None:
    assert numbers.duration(seconds, speech(language)) == told


@given(st.floats(0, 1e11))
def test_a_duration_has_the_same_numbers_in_a_sentence_and_in_a_table(seconds: float) -> None:
    spelt, brief = numbers.duration(seconds, ENGLISH), numbers.brief_duration(seconds, ENGLISH)
    assert re.findall(r"[\d,]+", spelt) == re.findall(r"[\d,]+", brief)
    assert [word[0] for word in re.findall("[a-z]+", spelt)] == [word[0] for word in re.findall("[a-z]+", brief)]


@given(st.floats(0, 1e9))
def test_a_duration_is_right_to_half_its_last_unit(seconds: float) -> None:
    sizes = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    told = re.findall(r"([\d,]+)\u00a0(\w+)", numbers.brief_duration(seconds, ENGLISH))
    total = sum(int(n.replace(",", "")) * sizes[unit] for n, unit in told)
    finest = 3_600 if total >= 86_400 else 60 if total >= 60 else 1
    assert abs(total - seconds) <= finest / 2


@given(values, st.floats(0, 1e9), shares)
def test_a_table_prints_what_a_sentence_prints(value: float, seconds: float, share: float) -> None:
    phrases = Phrases("en")
    assert phrases.number(value) == numbers.number(value, ENGLISH)
    assert phrases.score(share) == numbers.score(share, ENGLISH)
    assert phrases.percent(share) == numbers.percent(share, ENGLISH)
    assert phrases.duration(seconds) == numbers.brief_duration(seconds, ENGLISH)
