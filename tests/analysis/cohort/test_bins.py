"""The bins of a class's activity start at round times of the zone shown, whatever its clock does."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis.cohort.bins import MAX_BINS, bins_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
ENDS = [-1_035_593_280, 4_223_371_679]  # the first minute of the year 1, the last of 9999


def minute(at: datetime) -> int:
    return int((at - EPOCH).total_seconds() // 60)


zones = st.sampled_from(ZONES)
spans = st.integers(0, 700_000)


def clock(start: int, zone: str) -> datetime:
    return (EPOCH + timedelta(minutes=start)).astimezone(ZoneInfo(zone))


def starts(first: datetime, last: datetime, zone: str) -> list[str]:
    bins = bins_of(minute(first), minute(last), ZoneInfo(zone))
    return [f"{clock(start, zone):%m-%d %H:%M}" for start in bins.starts]


@given(
    st.integers(*ENDS),
    st.one_of(st.integers(0, 3000), st.integers(0, 10**6), st.integers(0, 10**10)),
    st.sampled_from(ZONES),
)
def test_bins_are_few_in_order_and_hold_everything(first: int, span: int, zone: str) -> None:
    last = min(first + span, ENDS[1])
    bins = bins_of(first, last, ZoneInfo(zone))
    assert 1 <= len(bins.starts) <= MAX_BINS
    assert bins.starts[0] <= first
    assert bins.starts[-1] <= last < bins.end
    assert all(earlier < later for earlier, later in pairwise([*bins.starts, bins.end]))


@given(st.integers(minute(datetime(1990, 1, 1, tzinfo=UTC)), minute(datetime(2037, 1, 1, tzinfo=UTC))), spans, zones)
def test_bins_start_at_multiples_of_their_width_on_the_clock(begin: int, span: int, zone: str) -> None:
    bins = bins_of(begin, begin + span, ZoneInfo(zone))
    off = 0
    for start in bins.starts:
        at = clock(start, zone)
        off += (at.hour * 60 + at.minute) % min(bins.width, 1440) != 0
        assert bins.width <= 1440 or at.weekday() == 0
    # A start that the clock leaves out when it is set forward stands where it jumps to.
    assert off <= 2


def test_hours_of_kolkata_are_whole_hours_there() -> None:
    first = datetime(2024, 7, 21, 3, 10, tzinfo=UTC)
    found = starts(first, first + timedelta(days=4), "Asia/Kolkata")
    assert found[0] == "07-21 08:00"
    assert all(each.endswith(":00") for each in found)


def test_days_and_weeks_begin_at_midnight_in_summer_and_in_winter() -> None:
    found = starts(datetime(2024, 2, 21, 12, tzinfo=UTC), datetime(2024, 5, 20, tzinfo=UTC), "Europe/Berlin")
    assert found[0] == "02-21 00:00"
    assert len(found) == 90
    assert all(each.endswith("00:00") for each in found)
    weeks = starts(datetime(2024, 2, 21, 12, tzinfo=UTC), datetime(2025, 2, 20, tzinfo=UTC), "Europe/Berlin")
    assert weeks[0] == "02-19 00:00"
    assert all(each.endswith("00:00") for each in weeks)


@pytest.mark.parametrize(
    ("first", "found"),
    [
        # Back from 03:00 to 02:00: the hour comes twice, and both are there.
        (datetime(2024, 10, 26, 23, 40, tzinfo=UTC), ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]),
        # Forward from 02:00 to 03:00: it does not come at all.
        (datetime(2024, 3, 30, 23, 40, tzinfo=UTC), ["00:30", "01:00", "01:30", "03:00", "03:30", "04:00"]),
    ],
)
def test_a_clock_that_is_changed_shows_every_half_hour_that_there_was(first: datetime, found: list[str]) -> None:
    hours = bins_of(minute(first), minute(first) + 59 * 60, ZoneInfo("Europe/Berlin"))
    assert hours.width == 30
    assert [f"{clock(start, 'Europe/Berlin'):%H:%M}" for start in hours.starts[:6]] == found
