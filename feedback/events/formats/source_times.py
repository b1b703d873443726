"""Times as other platforms write them: ISO 8601 or d.m.Y, with or without a zone. A bare number says no unit."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedback.events.faults import Place
from feedback.events.formats.gathering import Gathering
from feedback.events.formats.source_options import in_utc

EXPECTED = "expected a date and time in ISO 8601, such as 2024-07-21T03:04:55Z"
_EXPECTED_DAY_FIRST = f"{EXPECTED}, or 21.7.2024 3:04"
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})[ ,T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII
)
_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?", re.ASCII)
_YEAR_1990 = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
_YEAR_2100 = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def time_in(
    text: str, field: str, place: Place, gathering: Gathering, *, day_first: bool = False, zone: ZoneInfo | None = None
) -> datetime | None:
    """The time in UTC; None with the fault recorded at `place` and `field` where it cannot be read.

    `day_first` says that d.m.Y H:M[:S] is read too; `zone` is that of this time where it says none and the row does.
    """
    written = _DAY_FIRST.fullmatch(text) if day_first else None
    try:
        if len(text) <= len("2024-07-21") or _NUMBER.fullmatch(text):
            raise ValueError
        time = _from_day_first(written) if written else datetime.fromisoformat(text)
        unzoned = time.tzinfo is None and zone is None
        in_source = in_utc(time if unzoned or time.tzinfo else time.replace(tzinfo=zone), gathering.options)
    except (ValueError, OverflowError):
        gathering.faults.add((*place, field), f"{_EXPECTED_DAY_FIRST if day_first else EXPECTED}, got {_shown(text)}")
        return None
    gathering.no_zone = gathering.no_zone or unzoned
    return in_source


def epoch_in(seconds: str | float, field: str, place: Place, gathering: Gathering) -> datetime | None:
    """The time that a format writes as seconds since 1970; None with the fault recorded where it cannot be one.

    Seconds outside the years 1990 to 2100 are more likely milliseconds, or no time at all.
    """
    try:
        number = float(seconds)
    except ValueError:
        number = 0.0
    if _YEAR_1990 <= number < _YEAR_2100:
        return datetime.fromtimestamp(number, UTC)
    gathering.faults.add((*place, field), f"expected seconds since 1970 (1990 to 2100), got {_shown(str(seconds))}")
    return None


def _from_day_first(written: re.Match[str]) -> datetime:
    """A naive time: `in_utc` gives it the source's zone."""
    day, month, year, hour, minute, second = (int(part or 0) for part in written.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - see above


def _shown(text: str) -> str:
    return text if len(text) <= 40 and text.isprintable() else f"{len(text):,} characters"
