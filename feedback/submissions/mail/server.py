"""The conversation with the mail server: one message at a time, and what is known of it when the answer comes.

smtplib's own `sendmail` raises the same exception whether the connection was lost before the message or after it. Here
each step is taken by itself, as what may have arrived must never be sent again.

    Outcome
    ├── SENT         the server took it
    ├── REFUSED      the server said no for good (5xx)
    ├── LATER        the server said no for now (4xx)
    ├── NOT_SENT     the connection was lost before the message was given to the server
    └── UNKNOWN      the message was given, and no answer came
"""

import re
import smtplib
from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple, cast

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

_LONGEST_WORDS = 500
# A shorter part of an address says nothing, and would be found in every word.
_SHORTEST_SECRET = 3
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>:;,]+")
_OK, _WILL_FORWARD = 250, 251


class Outcome(Enum):
    SENT = auto()
    REFUSED = auto()
    LATER = auto()
    NOT_SENT = auto()
    UNKNOWN = auto()


class Result(NamedTuple):
    """`words` are the server's where it said any, else ours."""

    outcome: Outcome
    words: str = ""


class Unreachable(Exception):
    """There is no server that would take a message; the words say why."""


class Server:
    """A connection to the server of EMAIL_URL, made when it is needed and kept until `close`."""

    def __init__(self) -> None:
        self._backend: EmailBackend | None = None

    def open(self) -> None:
        """Connect, unless that is done. Raises Unreachable."""
        if self._backend is not None:
            return
        self._backend = EmailBackend()
        try:
            self._backend.open()
            self._connection.ehlo_or_helo_if_needed()
        except OSError as fault:  # smtplib's own exceptions are some, too
            self._drop()
            raise Unreachable(words_of(fault)) from None

    def close(self) -> None:
        """Take leave, if there is a connection."""
        if self._backend is not None:
            self._backend.fail_silently = True
            self._backend.close()
            self._backend = None

    def _drop(self) -> None:
        """Forget a connection that is lost."""
        if self._backend is not None and self._backend.connection is not None:
            self._connection.close()
        self._backend = None

    @property
    def _connection(self) -> smtplib.SMTP:
        assert self._backend is not None  # noqa: S101 - only after `open`
        return cast("smtplib.SMTP", self._backend.connection)

    def send(self, message: EmailMultiAlternatives) -> Result:
        """Give one message to the server that `open` has found; whatever happens is a result."""
        connection, encoding = self._connection, message.encoding or "utf-8"
        try:
            sender, to = (sanitize_address(one, encoding) for one in (message.from_email, message.to[0]))
            content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg] # Django's own have it
        except (ValueError, UnicodeError) as fault:  # an address or a header that Django refuses
            return Result(Outcome.REFUSED, plain(f"The message could not be written: {fault}"))
        try:
            refusal = _refusal(*connection.mail(sender), "MAIL FROM") or _refusal(*connection.rcpt(to), "RCPT TO")
            if refusal:
                connection.rset()
                return refusal
        except OSError as fault:
            self._drop()
            return Result(Outcome.NOT_SENT, words_of(fault))
        return self._given(connection, content)

    def _given(self, connection: smtplib.SMTP, content: bytes) -> Result:
        try:
            answer = connection.data(content)
        except smtplib.SMTPDataError as fault:  # it did not want to hear the message at all
            return _refusal(fault.smtp_code, _bytes(fault.smtp_error), "DATA") or Result(Outcome.UNKNOWN)
        except OSError as fault:
            self._drop()
            return Result(Outcome.UNKNOWN, words_of(fault))
        return _refusal(*answer, "DATA") or Result(Outcome.SENT)


def _refusal(code: int, words: bytes, step: str) -> Result | None:
    """None where the server agreed."""
    if code in (_OK, _WILL_FORWARD):
        return None
    kind = Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED
    return Result(kind, plain(f"{code} {words.decode(errors='replace')}") or step)


def words_of(fault: BaseException) -> str:
    """A fault of the connection, for people."""
    if isinstance(fault, smtplib.SMTPResponseException):
        return plain(f"{fault.smtp_code} {_bytes(fault.smtp_error).decode(errors='replace')}")
    return plain(str(fault) or type(fault).__name__)


def plain(words: str, secrets: Iterable[str] = ()) -> str:
    """Words on one line and of bounded length, without any address, nor any of the `secrets`."""
    for secret in sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True):
        words = re.sub(re.escape(secret), "…", words, flags=re.IGNORECASE)
    folded = " ".join(_ADDRESS.sub("…", words).split())
    return "".join(character if character.isprintable() else "…" for character in folded)[:_LONGEST_WORDS]


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
