"""What `feedback manage check --deploy` says of settings that would let the wrong people in."""

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

PLACEHOLDER = "change-me"


@register(Tags.security, deploy=True)
def placeholders(**_: Any) -> list[CheckMessage]:
    """Secrets that stand in the example environment for everyone to read."""
    return [
        Error(
            f"{name} is still the placeholder of .env.example, which everyone can read.",
            hint=f"Replace it by a secret of your own, in {name} or in a file that {name}_FILE names."
            if name != "FLOWER_BASIC_AUTH"
            else "Replace it by a name and a password of your own, as name:password.",
            id="feedback.E001",
        )
        for name, value in _secrets()
        if PLACEHOLDER in value
    ]


@register(Tags.security, deploy=True)
def open_to_anyone(**_: Any) -> list[CheckMessage]:
    if settings.FEEDBACK_AUTH != "open":
        return []
    return [
        checks.Warning(
            "FEEDBACK_AUTH is `open`: everyone who reaches the service may read and erase everything in it.",
            hint="Set FEEDBACK_AUTH=keys, and make keys with `feedback manage apikey create --name …`.",
            id="feedback.W001",
        )
    ]


@register(Tags.security, deploy=True)
def kept_for_ever(**_: Any) -> list[CheckMessage]:
    if settings.FEEDBACK_RETENTION_DAYS is not None:
        return []
    return [
        checks.Warning(
            "FEEDBACK_RETENTION_DAYS is not set: students' records are kept for ever.",
            hint="Set it to the days for which they are needed.",
            id="feedback.W002",
        )
    ]


@register(Tags.security, deploy=True)
def any_host(**_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS is `*`: whoever sends a request chooses the host of the links that are handed out.",
            hint="List the names of this service.",
            id="feedback.E002",
        )
    ]


def _secrets() -> Iterator[tuple[str, str]]:
    yield "SECRET_KEY", settings.SECRET_KEY
    yield "POSTGRES_PASSWORD", str(settings.DATABASES["default"].get("PASSWORD") or "")
    yield "CELERY_BROKER_URL", settings.CELERY_BROKER_URL
    yield "FLOWER_BASIC_AUTH", os.environ.get("FLOWER_BASIC_AUTH", "")
