"""The broker's address, checked when a process starts: Celery would fail at the first message, or not at all."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_WANTED = (
    "write redis://host:port/number or rediss://host:port/number (TLS), or leave it out with `feedback serve`, "
    "which needs no broker"
)
_REDIS_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 5.0,
    "socket_timeout": 5.0,
    "queue_order_strategy": "priority",
    "visibility_timeout": 3600,
}


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """What Celery is told of `CELERY_BROKER_URL`: the address and the transport's options; "" where there is no broker.

    Raises ImproperlyConfigured for a broker this does not run on; the message never holds a password.
    """
    if not url:
        return "", {}
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme, parts.hostname, parts.port  # reading a bad port raises ValueError
    except ValueError as fault:
        raise ImproperlyConfigured(f"CELERY_BROKER_URL is not understood ({fault}): {_WANTED}.") from None
    if scheme in ("redis", "rediss") and host:
        return url, dict(_REDIS_OPTIONS)
    begins = f"{scheme}://…" if scheme and "://" in url else "no scheme"
    raise ImproperlyConfigured(f"CELERY_BROKER_URL is not understood (it begins with {begins}): {_WANTED}.")
