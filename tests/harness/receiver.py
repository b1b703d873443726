"""An endpoint for webhooks: a real HTTP server that keeps what it is sent and answers as a test says."""

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return msgspec.json.decode(self.body)

    def verified(self, secret: str) -> Any:
        """The event, by the verifier of the library that any receiver may use. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


Answers = Callable[[Received, BaseHTTPRequestHandler], None]


def answering(status: int, **headers: str) -> Answers:
    """Answers every request so, with an empty body."""

    def answer(_: Received, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what some tests are about."""


class Receiver:
    """Listens from `start` to `stop` on one port, which it keeps; `received` has everything in order.

    Where it has a `secret` it verifies what comes, as it comes; `forged` has what it refused.
    """

    def __init__(self, answer: Answers | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer or answering(204)
        self.received: list[Received] = []
        self.forged: list[Received] = []
        self.secret = ""
        self._tls = tls
        self._server: _Server | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                found = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                receiver._keep(found)
                with suppress(OSError):
                    receiver.answer(found, self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's signature
                pass

        self._server = _Server(("127.0.0.1", self.port), Handler)
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _keep(self, found: Received) -> None:
        self.received.append(found)
        if self.secret:
            try:
                found.verified(self.secret)
            except WebhookVerificationError:
                self.forged.append(found)

    def stop(self) -> None:
        """From now on callers are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/hooks"

    def times(self) -> Counter[str]:
        """How often each `webhook-id` came."""
        return Counter(one.id for one in self.received)

    def ids_by_task(self) -> dict[str, set[str]]:
        """The `webhook-id`s that came about each task."""
        found: dict[str, set[str]] = {}
        for one in list(self.received):
            found.setdefault(one.event["data"]["task_id"], set()).add(one.id)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def hanging() -> Iterator[Receiver]:
    """A receiver that takes every request and answers none, until the context ends."""
    over = threading.Event()

    def hang(_: Received, __: BaseHTTPRequestHandler) -> None:
        over.wait()

    with Receiver(hang) as found:
        try:
            yield found
        finally:
            over.set()
