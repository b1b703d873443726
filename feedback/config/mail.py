"""The mail server's address, checked when a process starts: a mail that cannot be sent would say so only much later.

dj-email-url reads it, the sibling of dj-database-url; what it would guess or ignore is refused here.
"""

from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_email_url
from django.core.exceptions import ImproperlyConfigured

_WANTED = (
    "write submission://user:password@host:587 (STARTTLS), smtp://user:password@host:465?ssl=true (TLS from the "
    "start), or smtp://host:25 for a server on the same machine; user and password of ASCII, ?timeout= at least 1"
)
_SCHEMES = ("smtp", "submission", "submit")
_OPTIONS = {"ssl", "tls", "timeout"}
_TIMEOUT_SECONDS = 15
_USED = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_SSL", "USE_TLS", "TIMEOUT")


def server(url: str) -> dict[str, Any]:
    """Django's settings of the server at `EMAIL_URL`; none where there is no server.

    Raises ImproperlyConfigured; the message never holds a password.
    """
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if parts.scheme not in _SCHEMES or not parts.hostname or options.keys() - _OPTIONS:
            raise ValueError
        found = dj_email_url.parse(url)
        if not _can_be_used(found):
            raise ValueError
    except ValueError:
        begins = f"{url.partition('://')[0][:20]}://…" if "://" in url else "no scheme"
        raise ImproperlyConfigured(f"EMAIL_URL is not understood (it begins with {begins}): {_WANTED}.") from None
    if found["EMAIL_TIMEOUT"] is None:
        found["EMAIL_TIMEOUT"] = _TIMEOUT_SECONDS
    return {f"EMAIL_{name}": found[f"EMAIL_{name}"] or "" for name in _USED}


def _can_be_used(found: dict[str, Any]) -> bool:
    """Whether smtplib can log in, with ASCII alone, and has a second or more for an answer."""
    login = f"{found['EMAIL_HOST_USER'] or ''}{found['EMAIL_HOST_PASSWORD'] or ''}"
    return login.isascii() and (found["EMAIL_TIMEOUT"] is None or found["EMAIL_TIMEOUT"] >= 1)


def address(name: str, value: str) -> str:
    """An address that mails are from or answered to, `Name <a@b>` or `a@b`. Raises ImproperlyConfigured."""
    plain = parseaddr(value)[1]
    local, _, domain = plain.rpartition("@")
    is_one = bool(local) and (domain == "localhost" or "." in domain.strip("."))
    if not value.isprintable() or (value and not is_one):
        wanted = "an address such as Exams <exams@example.edu>"
        raise ImproperlyConfigured(f"{name}={value!r} is not understood: set it to {wanted}, or leave it out.")
    return value
