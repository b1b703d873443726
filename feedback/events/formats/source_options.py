"""What the sender of a file says of it beside its format: zone, columns, kinds of words and roles."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from feedback.events.faults import Faults
from feedback.events.formats.columns import plain
from feedback.events.kinds import KINDS

_KIND_PREFIX = "kind:"
FIELDS = ("student_id", "namespace", "name", "unit", "type", "created_time", "score", "max_score")


class SourceOptions(msgspec.Struct, frozen=True):
    """What the sender says of a file beside its format.

    `zone` is that of times without a zone. `columns` has the file's own heading for a field, in its plain form, and ""
    where no column is to be read as it; `kinds` has the kind for a word of the file's own, in its plain form, whatever
    the source. `roles` are the roles to keep where the source has roles; none means the source's own choice.
    `max_bytes` bounds what is unpacked from an archive.
    """

    zone: ZoneInfo | None = None
    columns: Mapping[str, str] = {}
    kinds: Mapping[str, str] = {}
    roles: tuple[str, ...] = ()
    max_bytes: int = 512 << 20

    def kind_for(self, word: str) -> str | None:
        """The kind that the sender gave to a word of the file's own, if any."""
        return self.kinds.get(plain(word)) if self.kinds else None

    @property
    def zone_name(self) -> str:
        return self.zone.key if self.zone else "UTC"


def options_from(
    zone: str | None, columns: Sequence[str], roles: Sequence[str], max_bytes: int, faults: Faults
) -> SourceOptions:
    """Options from what people write: an IANA zone, `FIELD=HEADER` and `kind:KIND=WORD` texts, names of roles.

    What cannot be read is recorded as a fault.
    """
    fields, kinds = dict[str, str](), dict[str, str]()
    for given in columns:
        field, equals, header = (part.strip() for part in given.partition("="))
        is_kind = field.startswith(_KIND_PREFIX)
        if not equals or (is_kind and not header):
            faults.add(("column",), f"expected FIELD=HEADER, such as student_id=Matrikel, got {given[:80]}")
        elif is_kind and field.removeprefix(_KIND_PREFIX) in KINDS:
            kinds[plain(header)] = field.removeprefix(_KIND_PREFIX)
        elif field in FIELDS:
            fields[field] = plain(header)
        else:
            known = ", ".join((*FIELDS, *(_KIND_PREFIX + kind for kind in KINDS)))
            faults.add(("column",), f"{field[:40]} is no field; expected one of {known}")
    kept = tuple(role.strip().casefold() for role in roles if role.strip())
    return SourceOptions(_zone(zone, faults), fields, kinds, kept, max_bytes)


def _zone(name: str | None, faults: Faults) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        faults.add(("source_tz",), f"{name[:40]} is no time zone; expected an IANA name such as Europe/Berlin")
        return None


def in_utc(time: datetime, options: SourceOptions) -> datetime:
    """The time in UTC; one without a zone is of the source's. Raises OverflowError outside the years 1 to 9999."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=options.zone or UTC)
    return time.astimezone(UTC)
