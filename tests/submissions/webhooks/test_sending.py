"""One POST to an endpoint: to the address that was checked, in bounded time, reading little, trusting nothing."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address

import httpx
import pytest
import trustme
from pytest_django import Settings

from feedback.submissions.webhooks import addresses, sending
from feedback.submissions.webhooks.addresses import Address
from feedback.submissions.webhooks.answers import Answer
from feedback.submissions.webhooks.sending import CheckedNetwork, Sender
from tests.harness.receiver import Received, Receiver, answering

LOOPBACK = ip_address("127.0.0.1")


def permit(_: str, __: Sequence[Address]) -> None:
    """The check where a test stands in for the public internet."""


class Resolver:
    """Answers in turn what a test has written down, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append((host, port))
        return [ip_address(text) for text in self._answers[min(len(self.asked), len(self._answers)) - 1]]


def post(url: str, network: CheckedNetwork | None = None, body: bytes = b"{}") -> Answer:
    with ThreadPoolExecutor(1) as resolvers:
        sender = Sender(network or CheckedNetwork(resolvers))
        return asyncio.run(sender.post(url, {"webhook-id": "msg_1"}, body))


@pytest.fixture
def allowed(settings: Settings) -> None:
    settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def resolvers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as found:
        yield found


@pytest.mark.usefixtures("allowed")
def test_an_endpoint_gets_the_body_and_the_headers(receiver: Receiver) -> None:
    assert post(receiver.url, body=b'{"type": "task.completed"}') == Answer(204, "answered 204")

    [received] = receiver.received
    assert (received.path, received.body, received.id) == ("/hooks", b'{"type": "task.completed"}', "msg_1")
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://2130706433:{port}/"]
)
def test_the_own_network_is_not_even_connected_to(receiver: Receiver, url: str) -> None:
    answer = post(url.format(port=receiver.port))

    assert answer.status is None
    assert answer.words == "not called: its host leads to an address that is not public"
    assert receiver.received == []


def test_a_name_that_led_to_a_public_address_a_moment_ago_leads_into_the_own_network_in_vain(
    receiver: Receiver, resolvers: ThreadPoolExecutor
) -> None:
    rebinding = Resolver(["93.184.215.14"], ["127.0.0.1"])
    assert rebinding("hooks.example", 443) == [ip_address("93.184.215.14")], "as it was when the endpoint was made"
    answer = post(f"https://hooks.example:{receiver.port}/", CheckedNetwork(resolvers, rebinding))

    assert answer.words == "not called: its host leads to an address that is not public"
    assert len(rebinding.asked) == 2, "resolved once for the connection, and not again after the check"
    assert receiver.received == []


def test_a_connection_is_made_to_the_checked_address_under_the_name_of_the_url(
    resolvers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, names = trustme.CA(), list[str | None]()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example").configure_cert(served)
    served.sni_callback = lambda _, name, __: names.append(name)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: trusting)
    resolver, checked = Resolver(["127.0.0.1"]), list[tuple[str, list[Address]]]()
    network = CheckedNetwork(resolvers, resolver, lambda host, found: checked.append((host, list(found))))

    with Receiver(tls=served) as receiver:
        assert post(f"https://hooks.example:{receiver.port}/hooks", network).status == 204
        assert post(f"https://other.example:{receiver.port}/hooks", network).status is None, (
            "the certificate is not its"
        )
        assert [one.headers["host"] for one in receiver.received] == [f"hooks.example:{receiver.port}"]
    assert names == ["hooks.example", "other.example"]
    assert checked[0] == ("hooks.example", [LOOPBACK])
    assert len(resolver.asked) == 2


def test_another_address_is_tried_where_the_first_refuses(resolvers: ThreadPoolExecutor, settings: Settings) -> None:
    settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE = True  # for http
    with Receiver() as receiver:
        network = CheckedNetwork(resolvers, Resolver(["127.9.9.9", "127.0.0.1"]), permit)
        assert post(f"http://hooks.example:{receiver.port}/", network).status == 204


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = answering(status, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")
    answer = post(receiver.url)

    assert (answer.status, answer.is_success) == (status, False)
    assert "redirects are not followed" in answer.words
    assert len(receiver.received) == 1


@pytest.mark.usefixtures("allowed")
def test_410_wants_no_more(receiver: Receiver) -> None:
    receiver.answer = answering(410)

    assert post(receiver.url).wants_no_more


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("0", 0), ("999999999999", 86_400), ("-5", 0), ("soon", 0), ("", 0), ("1e3", 0), ("٣", 0)],
)
def test_retry_after_is_read_as_seconds_of_at_most_a_day(receiver: Receiver, text: str, seconds: float) -> None:
    receiver.answer = answering(429, Retry_After=text.encode().decode("latin-1"))

    assert post(receiver.url).retry_after == seconds


@pytest.mark.usefixtures("allowed")
def test_retry_after_is_read_as_a_date(receiver: Receiver) -> None:
    receiver.answer = answering(503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(hours=12), usegmt=True))
    assert 42_000 < post(receiver.url).retry_after <= 43_200

    receiver.answer = answering(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    assert post(receiver.url).retry_after == 0


@pytest.mark.usefixtures("allowed")
def test_of_a_long_answer_little_is_read(receiver: Receiver) -> None:
    sent, over = list[int](), threading.Event()

    def flood(_: Received, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _number in range(4_000):
                handler.wfile.write(b"x" * 65_536)
                sent.append(65_536)
        over.set()

    receiver.answer = flood
    assert post(receiver.url).status == 200
    assert over.wait(120)
    assert sum(sent) < 32 << 20, "what the system's own buffers hold"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("way", ["says nothing", "drips its headers", "drips its body"])
def test_an_endpoint_that_hangs_or_drips_is_left_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    over = threading.Event()
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.5)

    def drip(_: Received, handler: BaseHTTPRequestHandler) -> None:
        if way == "drips its body":
            handler.send_response(200)
            handler.end_headers()
        elif way == "drips its headers":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.05):
            if way != "says nothing":
                handler.wfile.write(b"X-A: b\r\n")
                handler.wfile.flush()

    receiver.answer = drip
    answer = post(receiver.url)
    over.set()

    assert answer.words == "no answer within 0.5 s"


@pytest.mark.usefixtures("allowed")
def test_what_cannot_be_reached_is_said(receiver: Receiver) -> None:
    url = receiver.url
    receiver.stop()
    assert post(url).words.startswith("could not be reached")

    def cut(_: Received, handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    receiver.answer = cut
    receiver.start()
    assert post(url).words == "could not be reached: the connection ended without an answer in HTTP"


@pytest.mark.usefixtures("allowed")
def test_what_is_no_http_is_said(receiver: Receiver) -> None:
    def babble(_: Received, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)

    receiver.answer = babble
    assert post(receiver.url).words == "could not be reached: the connection ended without an answer in HTTP"


def test_http_is_refused_at_the_time_of_sending_too() -> None:
    assert "begins with https://" in post("http://93.184.215.14/").words


def test_a_name_that_no_resolver_can_take_is_said() -> None:
    assert "cannot be resolved" in post(f"https://{'a' * 64}.example/").words


def test_the_check_is_the_products_own_unless_a_test_replaces_it(resolvers: ThreadPoolExecutor) -> None:
    assert CheckedNetwork(resolvers)._check is addresses.check_addresses


def test_a_literal_address_of_ipv6_stands_in_brackets() -> None:
    parts = addresses.check_url("https://[2606:4700::1111]:8443/hooks?a=b")

    assert (parts.authority, parts.target) == ("[2606:4700::1111]:8443", "/hooks?a=b")
    assert addresses.check_url("https://hooks.example").authority == "hooks.example"
