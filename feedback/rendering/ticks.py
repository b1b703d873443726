"""Clock times worth printing along an axis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND, _MINUTE, _HOUR, _DAY = 1, 60, 3600, 86400
_STEPS = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 60, 90, 180, 365)),
)
_WANTED = 10


def clock_ticks(first: datetime, last: datetime, zone: ZoneInfo) -> list[tuple[datetime, str]]:
    """At most about a dozen (time, label) from first to last, at round clock times of the zone."""
    span = (last - first).total_seconds()
    step = next((step for step in _STEPS if span / step <= _WANTED), None)
    if step is None:
        step = _STEPS[-1] * -(-span // (_STEPS[-1] * _WANTED))
    return [(at, _label(at.astimezone(zone), step)) for at in _times(first, last, zone, step)]


def _times(first: datetime, last: datetime, zone: ZoneInfo, step: float) -> Iterator[datetime]:
    # Steps on the wall clock, each then placed in real time, so that hours stay round across a clock change.
    start = first.astimezone(zone).replace(tzinfo=None)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (start - midnight).total_seconds()
    wall = midnight + timedelta(seconds=-(-passed // step) * step)
    while (at := wall.replace(tzinfo=zone).astimezone(first.tzinfo)) <= last:
        if at >= first:
            yield at
        wall += timedelta(seconds=step)


def _label(at: datetime, step: float) -> str:
    if step >= _DAY:
        return f"{at.day} {at:%b}" if step < 365 * _DAY else f"{at.year}"
    return f"{at:%H:%M:%S}" if step < _MINUTE else f"{at:%H:%M}"
