"""What a renderer is asked for, and what it gives back."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from feedback.contract.formats import Paper

# In the folder of the time zone database, and yet no zones: a reader could not tell what time they show.
_NOT_A_PLACE = ("localtime", "Factory", "posixrules", "posix/", "right/")


class Artifact(msgspec.Struct, frozen=True):
    """A finished document. `filename` is safe on every file system and in a header; HTML is UTF-8."""

    filename: str
    media_type: str
    body: bytes


class RenderOptions(msgspec.Struct, frozen=True):
    """What may differ between two renderings of the same findings.

    `time_zone` is an IANA name; every clock time is shown in it and every axis names it. `paper` is what PDFs are laid
    out for, and pages where they are printed.
    Raises ValueError for a zone that is not in the time zone database.
    """

    time_zone: str = "UTC"
    paper: Paper = "a4"

    def __post_init__(self) -> None:
        if self.time_zone.startswith(_NOT_A_PLACE):
            raise ValueError(
                f"{self.time_zone!r} is not a time zone that a report can name: it stands for this machine's own "
                "setting, for none, or for another way of counting seconds. Use a name such as Europe/Berlin, "
                "Asia/Kolkata or UTC."
            )
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"{self.time_zone!r} is not a time zone: it is not in the IANA time zone database. "
                "Use a name such as Europe/Berlin, Asia/Kolkata or UTC."
            ) from None

    @property
    def zone(self) -> tzinfo:
        # Findings are in UTC: in that very zone their times need no conversion.
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)
