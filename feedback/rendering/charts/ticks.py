"""Clock times and round numbers worth printing along an axis."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from feedback.phrasing.i18n import Speech

_NICE = (1, 2, 5)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 60, 90, 180, 365)),
)
WANTED = 9
_BEGINNING = datetime(1, 1, 1)  # noqa: DTZ001 - a wall clock has no zone


def round_step(least: float, unit: float = 1) -> float:
    """The first of 1, 2, 5, 10, 20, 50, … times `unit` that is at least `least`."""
    while True:
        for nice in _NICE:
            if nice * unit >= least:
                return nice * unit
        unit *= 10


def clock_ticks(
    first: datetime, last: datetime, zone: tzinfo, say: Speech, wanted: int = WANTED
) -> list[tuple[datetime, str]]:
    """At most `wanted` (time, label) from first to last, and one more, at round clock times of the zone.

    In an hour that the zone's clock shows twice both have their ticks, with the offset from UTC beside them. None
    where the zone would leave the calendar (the years 1 and 9999).
    """
    step = _step((last - first).total_seconds(), wanted)
    try:
        times = sorted(_times(first, last, zone, step))
        return [(at, _label(at.astimezone(zone), step, say)) for at in times]
    except OverflowError:
        return []


def _step(span: float, wanted: int) -> int:
    for step in _STEPS:
        if span / step <= wanted:
            return step
    return _STEPS[-1] * int(-(-span // (_STEPS[-1] * wanted)))


def _times(first: datetime, last: datetime, zone: tzinfo, step: int) -> Iterator[datetime]:
    # Steps on the wall clock, each then placed in real time, so that hours stay round across a clock change.
    start, end = (at.astimezone(zone).replace(tzinfo=None) for at in (first, last))
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    # An hour early and an hour late, for clocks that were set back or forward in between.
    first_step = (start - midnight).total_seconds() // step - _HOUR // step - 1
    earliest = -(midnight - _BEGINNING).total_seconds()
    wall = midnight + timedelta(seconds=max(first_step * step, earliest))
    while wall <= end + timedelta(hours=1, seconds=step):
        yield from {at for at in _instants(wall, zone) if first <= at <= last}
        wall += timedelta(seconds=step)


def _instants(wall: datetime, zone: tzinfo) -> Iterator[datetime]:
    """When a clock showed this: once, twice where clocks were set back, never where they were set forward."""
    if zone is UTC:
        yield wall.replace(tzinfo=UTC)
        return
    for fold in (0, 1):
        at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            yield at


def _label(at: datetime, step: int, say: Speech) -> str:
    if step >= 365 * _DAY:
        return str(at.year)
    if step >= _DAY or (at.hour == at.minute == at.second == 0 and step >= _HOUR):
        return say.day_and_month(at.date())
    clock = f"{at:%H:%M:%S}" if step < _MINUTE else f"{at.hour:02}:{at.minute:02}"
    return clock + _which(at)


def _which(at: datetime) -> str:
    """The offset from UTC in hours, where the clock shows this time twice."""
    offset = at.utcoffset()
    if offset is None or at.replace(fold=1 - at.fold).utcoffset() == offset:
        return ""
    hours = offset.total_seconds() / _HOUR
    return f" {hours:+g}".replace("-", "\u2212")
