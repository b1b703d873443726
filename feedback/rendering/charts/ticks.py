"""Clock times worth printing along an axis."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 60, 90, 180, 365)),
)
_WANTED = 9


def clock_ticks(first: datetime, last: datetime, zone: tzinfo) -> list[tuple[datetime, str]]:
    """About ten (time, label) from first to last, at round clock times of the zone.

    None where the zone would leave the calendar (the years 1 and 9999).
    """
    step = _step((last - first).total_seconds())
    try:
        return [(at, _label(at.astimezone(zone), step)) for at in _times(first, last, zone, step)]
    except OverflowError:
        return []


def _step(span: float) -> int:
    for step in _STEPS:
        if span / step <= _WANTED:
            return step
    return _STEPS[-1] * int(-(-span // (_STEPS[-1] * _WANTED)))


def _times(first: datetime, last: datetime, zone: tzinfo, step: int) -> Iterator[datetime]:
    # Steps on the wall clock, each then placed in real time, so that hours stay round across a clock change.
    start = first.astimezone(zone).replace(tzinfo=None)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    wall = midnight + timedelta(seconds=-(-(start - midnight).total_seconds() // step) * step)
    while (at := wall.replace(tzinfo=zone).astimezone(first.tzinfo)) <= last:
        if at >= first:
            yield at
        wall += timedelta(seconds=step)


def _label(at: datetime, step: int) -> str:
    if step >= 365 * _DAY:
        return str(at.year)
    if step >= _DAY:
        return f"{at:%m-%d}"
    if at.hour == at.minute == at.second == 0 and step >= _HOUR:
        return f"{at:%m-%d}"
    return f"{at:%H:%M:%S}" if step < _MINUTE else f"{at.hour:02}:{at.minute:02}"
