"""Bins of time that start at round times of a zone's clock, across its changes between summer and winter time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

MAX_BINS = 120
DAY = 24 * 60
_WITHIN_A_DAY = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
_DAYS = (1, 7, 28)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class Bins(NamedTuple):
    """Bins of `width` minutes on the clock; each begins at its start, the last ends at `end`.

    Starts and end are whole minutes since 1970 in UTC. Where the clock is changed a bin is shorter or longer.
    """

    width: int
    starts: Sequence[int]
    end: int


def bins_of(first: int, last: int, zone: tzinfo) -> Bins:
    """At most `MAX_BINS` bins that hold the minutes from `first` to `last`, at round times of the zone's clock."""
    try:
        return _bins(first, last, zone)
    except OverflowError:
        return _bins(first, last, UTC)  # at the ends of the calendar, which the zone's clock would leave


def _bins(first: int, last: int, zone: tzinfo) -> Bins:
    for width in _WITHIN_A_DAY:
        if (last - first) // width < MAX_BINS:
            starts, end = _around(first, last, _within_days(first, last, width, zone))
            if len(starts) <= MAX_BINS:
                return Bins(width, starts, end)
    days = _days((last - first) // DAY)
    starts, end = _around(first, last, _whole_days(first, days, zone))
    return Bins(days * DAY, starts, end)


def _days(span: int) -> int:
    for days in _DAYS:
        if span // days < MAX_BINS - 1:
            return days
    days = _DAYS[-1]
    while span // days >= MAX_BINS - 1:
        days *= 2
    return days


def _around(first: int, last: int, starts: Iterator[int]) -> tuple[Sequence[int], int]:
    """The starts of the bins from that which holds `first` to that which holds `last`, and where this one ends."""
    kept: list[int] = []
    for start in starts:
        if start > last:
            return kept, start
        if start <= first:
            kept.clear()
        kept.append(start)
    return kept, last + 1


def _within_days(first: int, last: int, width: int, zone: tzinfo) -> Iterator[int]:
    """Every `width` minutes from midnight on, of each day around; both times where the clock shows one twice."""
    for day in _days_from(_local(first, zone).date(), 1):
        found = set[int]()
        for minute in range(0, DAY, width):
            wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001 - the clock's
            once, again = (_instant(wall, zone, fold) for fold in (0, 1))
            found |= {once, again} if again > once else {once}
        yield from sorted(found)
        if min(found) > last:
            return


def _whole_days(first: int, days: int, zone: tzinfo) -> Iterator[int]:
    """Midnights `days` apart; weeks begin on Monday."""
    day = _local(first, zone).date()
    if days > 1:
        day -= timedelta(days=day.weekday())
    for each in _days_from(day, days):
        yield _instant(datetime(each.year, each.month, each.day), zone, 0)  # noqa: DTZ001 - the clock's


def _days_from(day: date, step: int) -> Iterator[date]:
    for ordinal in range(day.toordinal(), date.max.toordinal() + 1, step):
        yield date.fromordinal(ordinal)


def _local(minute: int, zone: tzinfo) -> datetime:
    return (_EPOCH + minute * _MINUTE).astimezone(zone)


def _instant(wall: datetime, zone: tzinfo, fold: int) -> int:
    return (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) - _EPOCH) // _MINUTE
