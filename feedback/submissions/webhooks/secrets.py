"""The secrets that messages are signed with, encrypted in the database: a copy of it alone forges no message.

A hash would not do, as signing needs the secret itself. The key is derived from SECRET_KEY, so replacing that makes the
secrets unreadable: each endpoint then needs `webhook rotate`.
"""

import base64
import secrets
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

# Standard Webhooks asks for 24 to 64.
_BYTES = 32
_PURPOSE = b"feedback generator: secrets of webhooks"


class Unreadable(Exception):
    """A secret that was encrypted with another SECRET_KEY."""


def mint() -> str:
    """A new secret as Standard Webhooks writes one, `whsec_…`."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sealed(secret: str) -> bytes:
    """A secret as it is stored."""
    return _fernet().encrypt(secret.encode())


def opened(stored: bytes | memoryview) -> str:
    """A secret as it is used. Raises Unreadable."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as below

    try:
        return _fernet().decrypt(bytes(stored)).decode()
    except InvalidToken:
        raise Unreadable(
            "its secret was encrypted with another SECRET_KEY: make a new one with `feedback manage webhook rotate`"
        ) from None


def _fernet() -> "Fernet":
    # 8 MB that no process needs before it makes a secret or signs.
    from cryptography.fernet import Fernet  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
