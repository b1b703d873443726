"""Numbers and times as people write them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract.languages import LANGUAGES
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.words import Words


def words(time_zone: str = "UTC", language: str = "en") -> Words:
    return Words(language, RenderOptions(time_zone), Legible(Coverage.BROWSER))


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (None, "–"),
        (0, "0\u00a0s"),
        (59.4, "59\u00a0s"),
        (59.5, "1\u00a0min"),
        (90, "2\u00a0min"),
        (3569, "59\u00a0min"),
        (3570, "1\u00a0h"),
        (3900, "1\u00a0h 5\u00a0min"),
        (86_399, "1\u00a0d"),
        (90_000, "1\u00a0d 1\u00a0h"),
        (3e10, "347,222\u00a0d 5\u00a0h"),
    ],
)
def test_a_duration_is_as_exact_as_an_estimate_deserves(seconds: float | None, written: str) -> None:
    assert words().duration(seconds) == written


@pytest.mark.parametrize(
    ("score", "written"),
    [(None, "–"), (0, "0"), (0.5, "0.5"), (0.25, "0.25"), (1 / 3, "0.33"), (0.999, "0.99"), (1, "1")],
)
def test_only_the_full_score_reads_as_one(score: float | None, written: str) -> None:
    assert words().score(score) == written


def test_a_number_has_a_decimal_only_where_it_needs_one() -> None:
    assert [words().number(value) for value in (None, 0, 3.0, 2.25, 12_345)] == ["–", "0", "3", "2.25", "12,345"]


def test_clock_times_and_days_are_those_of_the_zone() -> None:
    late = datetime(2024, 7, 21, 23, 30, tzinfo=UTC)
    assert words().span(late, late + timedelta(minutes=10)) == "21 July 2024, 23:30–23:40"
    assert words("Asia/Kolkata").span(late, late + timedelta(minutes=10)) == "22 July 2024, 05:00–05:10"
    assert words().span(late, late + timedelta(hours=1)) == "21 July 2024 23:30 – 22 July 2024 00:30"


def test_the_ends_of_the_calendar_have_clock_times_in_every_zone() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        assert words(zone).clock(first)
        assert words(zone).span(first, last)


def test_text_from_outside_is_no_longer_than_a_page_can_take() -> None:
    assert words().foreign("9" * 4000).endswith("9… (4,000 characters)")
    assert words().foreign("x" * 200) == "x" * 200


def test_a_clock_time_that_comes_twice_says_which_one_it_is() -> None:
    berlin = words("Europe/Berlin")
    first, second = datetime(2024, 10, 27, 0, 15, tzinfo=UTC), datetime(2024, 10, 27, 1, 15, tzinfo=UTC)
    assert (berlin.clock(first), berlin.clock(second)) == ("02:15 (UTC+2)", "02:15 (UTC+1)")
    assert berlin.clock(second + timedelta(hours=1)) == "03:15"
    assert words("America/St_Johns").clock(datetime(2024, 11, 3, 3, 45, tzinfo=UTC)) == "01:15 (UTC−2:30)"
    # Set forward: no instant is ambiguous.
    assert berlin.clock(datetime(2024, 3, 31, 1, 15, tzinfo=UTC)) == "03:15"


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "posix/Europe/Berlin", "right/UTC"])
def test_what_names_no_place_is_refused_as_a_time_zone(name: str) -> None:
    with pytest.raises(ValueError, match=r"not a time zone.*Europe/Berlin"):
        RenderOptions(name)


def test_a_zone_whose_sign_misleads_says_what_it_is() -> None:
    assert words("Etc/GMT+2").time_zone == "Etc/GMT+2, UTC−2"
    assert words("Etc/GMT-14").time_zone == "Etc/GMT-14, UTC+14"
    assert words("Europe/Berlin").time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "8 June 2025 23:00"),
        ("de", "8. Juni 2025 23:00"),
        ("es", "8 de junio de 2025, 23:00"),
        ("fr", "8 juin 2025 23:00"),
        ("hi", "8 जून 2025 23:00"),
    ],
)
def test_a_day_and_its_clock_time_are_joined_as_the_language_joins_them(language: str, written: str) -> None:
    at = datetime(2025, 6, 8, 23, tzinfo=UTC)
    said = words(language=language)
    assert said.moment(at, with_day=True) == written
    assert said.moment(at, with_day=False) == "23:00"
    assert said.span(at, at + timedelta(days=1)).startswith(f"{written} – ")


@given(language=st.sampled_from(sorted(LANGUAGES)), day=st.dates())
def test_a_short_day_is_in_one_piece(language: str, day: date) -> None:
    short = words(language=language).short_day(day)
    assert " " not in short
    assert "\u00a0" in short


@given(language=st.sampled_from(sorted(LANGUAGES)), seconds=st.floats(0, 1e9))
def test_no_unit_of_a_duration_is_parted_from_its_number(language: str, seconds: float) -> None:
    told = words(language=language).duration(seconds)
    assert all(re.fullmatch(r"[\d.,\u00a0]+\u00a0[^\d\s]+", part) for part in told.split(" ")), told


@given(
    language=st.sampled_from(sorted(LANGUAGES)),
    low=st.floats(0, 1e6),
    high=st.floats(0, 1e6),
    seconds=st.booleans(),
)
def test_a_range_whose_ends_read_the_same_is_one_value(language: str, low: float, high: float, seconds: bool) -> None:
    said = words(language=language)
    for end in (low, high):
        one = said.quartiles(end, end, in_seconds=seconds)
        assert "–" not in one
        assert said.between(one, one) == one
    first, last = (said.quartiles(end, end, in_seconds=seconds) for end in (low, high))
    told = said.quartiles(low, high, in_seconds=seconds)
    assert told == (first if first == last else f"{first}–{last}")
    assert (said.between(first, last) == first) == (first == last)
