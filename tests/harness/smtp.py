"""A real mail server (aiosmtpd) in the test's own process, which keeps what it takes and refuses what it is told to."""

import asyncio
import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.environment import Reservation


class Mailbox:
    """What came, by address; how the server answers is told by the part of an address before its first dot or @.

    `bounce` is refused for good, `later` for now, `lost` is taken and never answered.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, EmailMessage]] = []

    def __getitem__(self, address: str) -> EmailMessage:
        """The one message that came for this address."""
        [found] = [message for to, message in self.messages if to == address]
        return found

    @property
    def counts(self) -> Counter[str]:
        """How many messages came for each address."""
        return Counter(to for to, _ in self.messages)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        match address.partition("@")[0].partition(".")[0]:
            case "bounce":
                return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
            case "later":
                return "450 4.2.0 Greylisted, see http://postgrey.example.org"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        content = envelope.content
        assert isinstance(content, bytes)
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos[0], message))
        if envelope.rcpt_tos[0].startswith("lost"):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK: queued"


class MailServer:
    """Started and stopped at will, always at the same port."""

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self._reserved = Reservation()
        self._controller: Controller | None = None

    @property
    def port(self) -> int:
        return self._reserved.port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?timeout=5"

    def start(self) -> None:
        self._controller = Controller(self.mailbox, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running one."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server._reserved.release()
