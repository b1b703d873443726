"""API keys: `fbk_<prefix>_<secret>`. The prefix finds the row; the secret is compared by its hash."""

import functools
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from feedback.access import audit
from feedback.access.audit import Action
from feedback.access.callers import EVERYWHERE, NOWHERE, Caller, Scope
from feedback.access.models import ApiKey
from feedback.db.compiled_query import A_TEXT, CompiledQuery
from feedback.events import settled

_FORM = re.compile(r"fbk_([0-9a-f]{12})_([0-9a-f]{64})", re.ASCII)
# Exact enough to find a forgotten key, and not a write for each request.
_LAST_USE_STEP = timedelta(minutes=1)


def mint() -> tuple[str, str, str]:
    """(prefix, sha256 of the secret, the key as a text) of a key that nobody has yet."""
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    return prefix, _hash(secret), f"fbk_{prefix}_{secret}"


class Expired(Exception):
    """A key that was good until a moment that has passed."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"This key expired at {at:%Y-%m-%d %H:%M} UTC.")


def valid() -> QuerySet[ApiKey]:
    """The keys that are accepted: neither revoked nor expired."""
    return ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)


def issue(
    name: str,
    namespaces: Sequence[str] | None = None,
    *,
    read_only: bool = False,
    expires_at: datetime | None = None,
    by: str = "manage.py",
) -> tuple[ApiKey, str]:
    """A new key, and the text by which it is used: the only time that anyone sees it.

    Its namespaces are kept in the form in which those of uploads are, so that they are found again.
    From `expires_at` on it is refused; None: it never expires.
    """
    prefix, secret_sha256, text = mint()
    scope = sorted(set(map(settled, namespaces))) if namespaces is not None else None
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name,
            prefix=prefix,
            secret_sha256=secret_sha256,
            namespaces=scope,
            read_only=read_only,
            expires_at=expires_at,
        )
        audit.record(by, Action.KEY, f"made {key}")
    return key, text


def caller_with(text: str) -> Caller | None:
    """The caller that a key stands for; None for one that was never issued, is misspelt or is revoked.

    Raises Expired, to who has the whole of a key alone.
    """
    parts = _FORM.fullmatch(text)
    key = next(_valid().rows({A_TEXT: parts[1]}), None) if parts else None
    if parts is None or key is None or not secrets.compare_digest(key.secret_sha256, _hash(parts[2])):
        return None
    if key.expires_at is not None and key.has_expired:
        raise Expired(key.expires_at)
    _note_use(key)
    reads = EVERYWHERE if key.namespaces is None else Scope(frozenset(key.namespaces))
    return Caller(
        owner=key.owner,
        reads=reads,
        writes=NOWHERE if key.read_only else reads,
        meter=f"key:{key.prefix}",
        name=f"key {key}",
    )


@functools.cache
def _valid() -> CompiledQuery[ApiKey]:
    return CompiledQuery(ApiKey.objects.filter(prefix=A_TEXT, revoked_at=None))


def revoke(key: ApiKey, by: str = "manage.py") -> None:
    """From the next request on the key is unknown. Its owner's submissions stay."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=Now()):
            audit.record(by, Action.KEY, f"revoked {key}")


def _note_use(key: ApiKey) -> None:
    if key.last_used_at is None or timezone.now() - key.last_used_at > _LAST_USE_STEP:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=Now())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
