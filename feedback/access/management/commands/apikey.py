"""`manage.py apikey create | list | revoke`."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from feedback.access import keys
from feedback.access.models import EXPIRY_WARNING, NAME_CHARACTERS, ApiKey

_NAMESPACE_CHARACTERS = 200


class Command(BaseCommand):
    help = "Makes, lists and revokes API keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a key and print it whole, this once, on standard output")
        create.add_argument("--name", required=True, help="whose submissions these are; keys of one name share them")
        create.add_argument(
            "--namespace", action="append", dest="namespaces", help="only this namespace (may be repeated)"
        )
        create.add_argument(
            "--expires",
            type=_moment,
            metavar="DAYS|DATE",
            help="refuse it after so many days, or from this moment on: 2027-09-30, or 2027-09-30T18:00Z",
        )
        create.add_argument("--read-only", action="store_true", help="may fetch, and neither submit nor erase")
        actions.add_parser("list", help="all keys, without their secrets")
        revoke = actions.add_parser("revoke", help="make a key worthless, at once")
        revoke.add_argument("key", help="its prefix as `list` shows it, or its name where that is enough")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        match action:
            case "create":
                self._create(
                    options["name"].strip(),
                    options["namespaces"],
                    read_only=options["read_only"],
                    expires_at=options["expires"],
                )
            case "list":
                self._list()
            case "revoke":
                self._revoke(options["key"])

    def _create(
        self, name: str, namespaces: Sequence[str] | None, *, read_only: bool, expires_at: datetime | None
    ) -> None:
        if not name.isprintable() or not 0 < len(name) <= NAME_CHARACTERS:
            raise CommandError(f"--name: expected 1 to {NAME_CHARACTERS} printable characters.")
        if any(len(one) > _NAMESPACE_CHARACTERS or "\0" in one for one in namespaces or ()):
            raise CommandError(f"--namespace: expected at most {_NAMESPACE_CHARACTERS} characters.")
        siblings = keys.valid().filter(name=name).count()
        key, text = keys.issue(name, namespaces, read_only=read_only, expires_at=expires_at)
        until = f" until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else ""
        self.stderr.write(f"Made {key}: {_rights(key)}{until}. It is shown this once; keep it where it is used.")
        if siblings:
            self.stderr.write(f"It shares the submissions of {siblings} other valid key(s) named {name!r}.")
        self.stdout.write(text)

    def _list(self) -> None:
        for key in ApiKey.objects.order_by("name", "created_at"):
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC" if key.revoked_at else used + _expiry(key)
            self.stdout.write(f"fbk_{key.prefix}  {key.name}  {_rights(key)}  made {key.created_at:%Y-%m-%d}  {state}")
        if soon := sum(key.expires_soon for key in keys.valid()):
            self.stderr.write(
                f"{soon} key(s) will expire within {EXPIRY_WARNING.days} days: make another of the same name, "
                "and put it where the old one is used."
            )

    def _revoke(self, wanted: str) -> None:
        prefix = wanted.removeprefix("fbk_").partition("_")[0]
        found = list(_not_revoked().filter(prefix=prefix) or _not_revoked().filter(name=wanted))
        if not found:
            raise CommandError("No key that is not revoked has this prefix or name; `apikey list` shows all.")
        if len(found) > 1:
            names = ", ".join(f"fbk_{key.prefix}" for key in found)
            raise CommandError(f"{len(found)} keys that are not revoked are named {wanted!r}. Say which: {names}.")
        keys.revoke(found[0])
        self.stdout.write(f"Revoked {found[0]}.")


def _not_revoked() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(revoked_at=None)


def _moment(text: str) -> datetime:
    """A number of days from now, or a date or time in UTC; one to come."""
    now = timezone.now()
    try:
        found = now + timedelta(days=int(text)) if text.isdecimal() else _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is neither a number of days nor a date such as 2027-09-30.") from None
    if found <= now:
        raise ArgumentTypeError(f"{text!r} is not to come: the key would be refused at once.")
    return found


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _expiry(key: ApiKey) -> str:
    if key.expires_at is None:
        return ""
    at = f"{key.expires_at:%Y-%m-%d %H:%M} UTC"
    if key.has_expired:
        return f"  EXPIRED {at}"
    return f"  EXPIRES SOON, {at}" if key.expires_soon else f"  expires {at}"


def _rights(key: ApiKey) -> str:
    where = "all namespaces" if key.namespaces is None else ", ".join(map(repr, key.namespaces))
    return f"{'reads' if key.read_only else 'reads and writes'} {where}"
