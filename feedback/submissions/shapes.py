"""What was chosen for a file of another platform, kept for the next file of the same shape of the same owner.

In the database and not in the browser: an exam comes every few months, on whatever machine, from whichever colleague
of the owner, with scripts or without. It holds headings and words of a log's format, and nothing of a student: neither
a cell of a table nor an event. A few shapes an owner are kept, the latest.
"""

import hashlib
from typing import Any

import msgspec
from django.db import transaction
from django.db.models.functions import Now

from feedback.submissions.models import FileShape

_KEPT = 50
_LONGEST_BYTES = 20_000


def shape_of(source: str, headings: frozenset[str]) -> bytes:
    """32 bytes, equal for files that look alike: of the same source with the same columns."""
    return hashlib.sha256(msgspec.json.encode([source, sorted(headings)])).digest()


def recall(owner: str, shape: bytes) -> dict[str, Any]:
    """What was chosen for the latest file of this shape; empty where there was none."""
    found = FileShape.objects.filter(owner=owner, shape=shape).values_list("choices", flat=True).first()
    return dict(found or {})


def remember(owner: str, shape: bytes, choices: dict[str, Any]) -> None:
    """Keep what was chosen; with nothing chosen, forget what was."""
    if not choices or len(msgspec.json.encode(choices)) > _LONGEST_BYTES:
        FileShape.objects.filter(owner=owner, shape=shape).delete()
        return
    with transaction.atomic():
        FileShape.objects.update_or_create(owner=owner, shape=shape, defaults={"choices": choices, "used_at": Now()})
        latest = FileShape.objects.filter(owner=owner).order_by("-used_at", "-pk")
        FileShape.objects.filter(owner=owner).exclude(pk__in=list(latest.values_list("pk", flat=True)[:_KEPT])).delete()
