"""Times as other platforms write them: ISO 8601 or d.m.Y, with or without a zone. A bare number says no unit."""

import re
from datetime import datetime

from feedback.events.faults import Place
from feedback.events.formats.source import Gathering, in_utc

EXPECTED = "expected a date and time in ISO 8601, such as 2024-07-21T03:04:55Z"
_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?", re.ASCII)


def time_in(text: str, field: str, place: Place, gathering: Gathering) -> datetime | None:
    """The time in UTC; None with the fault recorded at `place` and `field` where it cannot be read."""
    try:
        time = datetime.fromisoformat(text.strip())
        if len(text) <= len("2024-07-21") or _NUMBER.fullmatch(text):
            raise ValueError
        in_source = in_utc(time, gathering.options)
    except (ValueError, OverflowError):
        gathering.faults.add((*place, field), f"{EXPECTED}, got {_shown(text)}")
        return None
    gathering.no_zone = gathering.no_zone or time.tzinfo is None
    return in_source


def _shown(text: str) -> str:
    return text if len(text) <= 40 and text.isprintable() else f"{len(text):,} characters"
