"""Verifying a webhook, as Standard Webhooks 1.0 says (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from feedback_client.errors import FeedbackError

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


class InvalidSignature(FeedbackError):
    """Not from the service, changed on its way, or too old: answer 400 and do nothing."""


@dataclass(frozen=True)
class Event:
    """What a webhook tells; `webhook_id` stays the same where it is delivered again."""

    webhook_id: str
    type: Literal["task.completed", "task.failed"]
    timestamp: str
    task_id: str
    format: str
    status: str
    is_class: bool
    students: int
    failed: int
    link: str


def verify(body: bytes, headers: Mapping[str, str], secret: str, *, now: float | None = None) -> Event:
    """The event of a request's body, as it came, and its headers. Raises InvalidSignature.

    `secret` is what `feedback manage webhook create` printed. While it is being rotated a request bears two
    signatures, of which one suffices.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id, timestamp, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        sent = int(timestamp)
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except KeyError as missing:
        raise InvalidSignature(f"The header {missing} is missing.") from None
    except (ValueError, binascii.Error):
        raise InvalidSignature("The timestamp is no number, or the secret is not one of this service.") from None
    if abs((time.time() if now is None else now) - sent) > TOLERANCE_SECONDS:
        raise InvalidSignature("The request is too old, or a clock is wrong.")
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    if not any(hmac.compare_digest(wanted, one.encode()) for one in signatures.split(" ")):
        raise InvalidSignature("No signature fits.")
    return _event(webhook_id, json.loads(body))


def _event(webhook_id: str, told: Mapping[str, Any]) -> Event:
    data = told["data"]
    return Event(
        webhook_id,
        told["type"],
        told["timestamp"],
        data["task_id"],
        data["format"],
        data["status"],
        data["is_class"],
        data["students"],
        data["failed"],
        data["link"],
    )
