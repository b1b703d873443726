"""The conversation with the mail server: one message at a time, and what is known of it when the answer comes.

smtplib's own `sendmail` raises the same exception whether the connection was lost before the message or after it. Here
each step is taken by itself, as what may have arrived must never be sent again.

    Outcome
    ├── SENT         the server took it
    ├── REFUSED      the server said no for good (5xx)
    ├── LATER        the server said no for now (4xx), or a new connection was lost before the message was given
    ├── NOT_SENT     a connection that had served was lost before the message was given: another will do
    └── UNKNOWN      the message was given, and no answer came
"""

import re
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum, auto
from typing import NamedTuple, cast

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

_LONGEST_WORDS = 500
# A shorter part of an address says nothing, and would be found in every word.
_SHORTEST_SECRET = 3
_WORD = re.compile(r"[^\s<>]+")
_DOMAIN = re.compile(r"[^:;,]*")
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
        # Whether this connection has taken a message: then the server is well, and may have closed it for its age.
        self._has_served = False

    def open(self) -> None:
        """Connect, unless that is done. Raises Unreachable."""
        if self._backend is not None:
            return
        backend = EmailBackend()
        try:
            backend.open()
            cast("smtplib.SMTP", backend.connection).ehlo_or_helo_if_needed()
        except (OSError, ValueError) as fault:  # smtplib's own exceptions are OSErrors
            _leave(backend)
            raise Unreachable(words_of(fault)) from None
        self._backend, self._has_served = backend, False

    def close(self) -> None:
        """Take leave, if there is a connection; one that is lost is forgotten."""
        if self._backend is not None:
            _leave(self._backend)
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
        except ValueError as fault:  # an address or a header that Django refuses
            return _not_written(fault)
        try:
            refusal = _refusal(*connection.mail(sender), "MAIL FROM") or _refusal(*connection.rcpt(to), "RCPT TO")
        except OSError as fault:
            self.close()
            return Result(Outcome.NOT_SENT if self._has_served else Outcome.LATER, words_of(fault))
        except ValueError as fault:  # an address that smtplib refuses
            self._reset(connection)
            return _not_written(fault)
        if refusal:
            self._reset(connection)
            return refusal
        return self._given(connection, content)

    def _given(self, connection: smtplib.SMTP, content: bytes) -> Result:
        try:
            answer = connection.data(content)
        except smtplib.SMTPDataError as fault:  # it did not want to hear the message at all
            self._reset(connection)
            return _refusal(fault.smtp_code, _bytes(fault.smtp_error), "DATA") or Result(Outcome.UNKNOWN)
        except OSError as fault:
            self.close()
            return Result(Outcome.UNKNOWN, words_of(fault))
        if refusal := _refusal(*answer, "DATA"):
            self._reset(connection)
            return refusal
        self._has_served = True
        return Result(Outcome.SENT)

    def _reset(self, connection: smtplib.SMTP) -> None:
        """After a refusal: make ready for another message, or let go of a connection that the server has closed."""
        try:
            is_ready = connection.rset()[0] == _OK
        except OSError:
            is_ready = False
        if not is_ready:
            self.close()


def _leave(backend: EmailBackend) -> None:
    """Say goodbye where anyone listens; Django closes what is open, also where only the login had failed."""
    backend.fail_silently = True
    with suppress(OSError):
        backend.close()


def _not_written(fault: ValueError) -> Result:
    return Result(Outcome.REFUSED, plain(f"The message could not be written: {fault}"))


def _refusal(code: int, words: bytes, step: str) -> Result | None:
    """None where the server agreed."""
    if code in (_OK, _WILL_FORWARD):
        return None
    kind = Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED
    return Result(kind, plain(f"{code} {words.decode(errors='replace')}") or step)


def words_of(fault: BaseException) -> str:
    """A fault of the connection, for people."""
    if isinstance(fault, UnicodeError):  # its own words may hold a part of the password
        return "EMAIL_URL cannot be used: SMTP cannot carry its user name, its password or its host."
    if isinstance(fault, smtplib.SMTPResponseException):
        return plain(f"{fault.smtp_code} {_bytes(fault.smtp_error).decode(errors='replace')}")
    return plain(str(fault) or type(fault).__name__)


def plain(words: str, secrets: Iterable[str] = ()) -> str:
    """Words on one line and of bounded length, without any address, nor any of the `secrets`."""
    for secret in sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True):
        words = re.sub(re.escape(secret), "…", words, flags=re.IGNORECASE)
    folded = " ".join(_WORD.sub(_without_address, words).split())
    return "".join(character if character.isprintable() else "…" for character in folded)[:_LONGEST_WORDS]


def _without_address(word: re.Match[str]) -> str:
    _, at, after = word[0].rpartition("@")
    return _DOMAIN.sub("…", after, count=1) if at else after


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
