"""Numbers and times as people write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

NONE = "–"


def duration(seconds: float | None) -> str:
    """`45 s`, `8 min`, `1 h 5 min`; a dash where there is none."""
    if seconds is None:
        return NONE
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"


def clock(at: datetime | None, zone: ZoneInfo) -> str:
    """`09:41:07` in the zone."""
    return NONE if at is None else f"{at.astimezone(zone):%H:%M:%S}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """`21 July 2024` in the zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B} {local.year}"
