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
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from tests.harness.environment import Reservation

_POLL_SECONDS, _READY_SECONDS = 0.02, 120.0
_TURNS_OF_ACCEPTING = 5  # of the event loop, from an accepted socket to its protocol


class Mailbox:
    """What came, by address; how the server answers is told by the part of an address before its first dot or @.

    At RCPT, `bounce` is refused for good, `later` for now, `slam` for good with the connection closed, and `cut` is
    never answered. At DATA, `filtered` is refused for good before the message, `deferred` for now. `lost` is taken, but
    the answer never arrives. A login is always refused. While `held` is set, a message is taken and not answered yet;
    while `busy` is set, every MAIL is answered by a 421, and the connection is closed.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, EmailMessage]] = []
        self.busy = self.held = False
        self.connections: set[SMTP] = set()  # those that are open

    def __getitem__(self, address: str) -> EmailMessage:
        """The one message that came for this address."""
        [found] = [message for to, message in self.messages if to == address]
        return found

    @property
    def counts(self) -> Counter[str]:
        """How many messages came for each address."""
        return Counter(to for to, _ in self.messages)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.busy:
            _close_after_the_answer(server)
            return "421 4.7.0 too many connections, closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - likewise
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        match _told_by(address):
            case "bounce":
                return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
            case "later":
                return "450 4.2.0 Greylisted, see http://postgrey.example.org"
            case "slam":
                _close_after_the_answer(server)
                return "550 5.7.1 not from here"
            case "cut":
                _transport_of(server).abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        content = envelope.content
        assert isinstance(content, bytes)
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos[0], message))
        if _told_by(envelope.rcpt_tos[0]) == "lost":
            _transport_of(server).abort()
        while self.held:  # noqa: ASYNC110 - let go by another thread
            await asyncio.sleep(_POLL_SECONDS)
        return "250 OK: queued"


def _told_by(address: str) -> str:
    return address.partition("@")[0].partition(".")[0]


def _transport_of(server: SMTP) -> asyncio.Transport:
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


def _close_after_the_answer(server: SMTP) -> None:
    server.loop.call_soon(_transport_of(server).close)


class _Server(SMTP):
    """One connection, which can refuse the DATA command itself, as aiosmtpd's handlers cannot."""

    event_handler: Mailbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.event_handler.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections.discard(self)
        super().connection_lost(error)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - likewise
        refused = {"filtered": "554 5.7.1 rejected by the filter", "deferred": "451 4.7.1 the filter is away"}
        to = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        if answer := refused.get(_told_by(to)):
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


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
        return f"smtp://127.0.0.1:{self.port}?timeout=60"

    def start(self) -> None:
        self._controller = _Controller(
            self.mailbox, hostname="127.0.0.1", port=self.port, auth_require_tls=False, ready_timeout=_READY_SECONDS
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            asyncio.run_coroutine_threadsafe(self._hang_up(), self._controller.loop).result()
            self._controller.stop()
            self._controller = None

    async def _hang_up(self) -> None:
        """Listen no more and cut every connection, those just being made as well; the controller leaves them open."""
        assert self._controller is not None
        assert self._controller.server is not None
        self._controller.server.close()
        for _ in range(_TURNS_OF_ACCEPTING):
            await asyncio.sleep(0)
        for one in self.mailbox.connections:
            _transport_of(one).abort()
        while self.mailbox.connections:  # noqa: ASYNC110 - the loop itself calls what empties it
            await asyncio.sleep(0)


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
