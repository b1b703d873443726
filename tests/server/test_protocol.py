"""What a connection may hold before a whole request has come, on a real server with short deadlines."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from pytest_django import Settings

from feedback.server import protocol
from feedback.server.body_guard import BodyGuard, Message, Receive, Send
from feedback.server.protocol import KEEP, MAX_HEADER_BYTES, MAX_PIPELINED, GuardedProtocol
from tests.harness.waiting import until

GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
LARGE = 8 << 20
Connect = Callable[[], socket.socket]


async def application(scope: Any, receive: Receive, send: Send) -> None:
    """Answers with the size of the body, or at /large with much; at /in-work and /waits while the client is there."""
    size, more = 0, True
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    if scope["path"] == "/in-work":
        scope[KEEP]()
    if scope["path"] in ("/in-work", "/waits"):
        await receive()  # the client has left
        return
    body = b"x" * LARGE if scope["path"] == "/large" else b"%d" % size
    length = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    for begin in range(0, len(body), 1 << 16):
        more = begin + (1 << 16) < len(body)
        await send({"type": "http.response.body", "body": body[begin : begin + (1 << 16)], "more_body": more})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.5)
    GuardedProtocol.waiting.clear()
    config = uvicorn.Config(
        BodyGuard(application, 1 << 30, knows=_unknown),
        http=GuardedProtocol,
        lifespan="off",
        log_config=None,
        timeout_keep_alive=1,
        access_log=False,
    )
    running = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        running.bound = bound  # type: ignore[attr-defined] # for the clients below
        thread = threading.Thread(target=lambda: asyncio.run(running.serve(sockets=[bound])))
        thread.start()
        while not running.started:
            time.sleep(0.005)
        yield running
        running.should_exit = True
        thread.join(20)


async def _unknown(_scope: Any) -> None:
    """What is known of anybody here."""


@pytest.fixture
def connect(server: uvicorn.Server) -> Iterator[Connect]:
    with contextlib.ExitStack() as stack:

        def connected() -> socket.socket:
            sock = socket.create_connection(server.bound.getsockname(), timeout=10)  # type: ignore[attr-defined] # as above
            return stack.enter_context(sock)

        yield connected


def all_of(sock: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(1 << 16):
            got += piece
    return got


def status_and_body(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    assert b"\r\ncache-control: no-store" in head
    return int(head.split()[1]), json.loads(body)


def one_of(sock: socket.socket) -> int:
    """The status of one short answer."""
    got = b""
    while b"\r\n\r\n" not in got or got.endswith(b"\r\n\r\n"):
        got += sock.recv(1)
    return int(got.split()[1])


def flood(sock: socket.socket, piece: bytes, times: int) -> None:
    with contextlib.suppress(OSError):
        for _ in range(times):
            sock.sendall(piece)


def drip(sock: socket.socket) -> None:
    while True:
        sock.sendall(b"x" * 1000)
        time.sleep(0.01)


@pytest.mark.parametrize(
    "sent",
    [
        GET + b"X-A: " + b"a" * (4 << 20),
        GET + b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(100)),
        b"GET /" + b"a" * (1 << 20),
        b"\r\n" * MAX_HEADER_BYTES,
    ],
    ids=["one that does not end", "many", "an address that does not end", "nothing at all"],
)
def test_headers_have_a_largest_size(connect: Connect, sent: bytes) -> None:
    sock = connect()
    flood(sock, sent, 1)
    answer = all_of(sock)
    if answer:  # a reset may overtake it where much was on its way
        assert status_and_body(answer)[0] in (431, 400)


@pytest.mark.parametrize("size", [MAX_HEADER_BYTES - 200, MAX_HEADER_BYTES + 1])
def test_the_largest_headers_are_taken_and_one_byte_more_is_a_431(connect: Connect, size: int) -> None:
    sock = connect()
    sock.sendall(GET + b"X-A: " + b"a" * size + b"\r\nConnection: close\r\n\r\n")
    answer = all_of(sock)
    assert int(answer.split()[1]) == (200 if size < MAX_HEADER_BYTES else 431)
    assert size < MAX_HEADER_BYTES or set(status_and_body(answer)[1]) == {"error", "details"}


@pytest.mark.parametrize("chunk", [b"1;ext=" + b"a" * (1 << 20), b"0\r\nX-T: " + b"a" * (1 << 20)])
def test_what_stands_around_chunks_is_bounded_too(connect: Connect, chunk: bytes) -> None:
    sock = connect()
    sock.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    flood(sock, chunk, 1)
    assert all_of(sock) == b""


def test_headers_that_do_not_end_in_time_are_a_408_and_a_connection_that_says_nothing_is_closed(
    connect: Connect,
) -> None:
    half, silent = connect(), connect()
    half.sendall(GET)
    assert status_and_body(all_of(half))[0] == 408
    assert all_of(silent) == b""


def test_the_second_request_of_a_connection_has_a_deadline_too(connect: Connect) -> None:
    sock = connect()
    sock.sendall(GET + b"\r\n")
    assert one_of(sock) == 200
    sock.sendall(GET)
    assert status_and_body(all_of(sock))[0] == 408


def test_what_is_no_request_is_a_400_in_the_envelope(connect: Connect) -> None:
    sock = connect()
    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-\x00: y\r\n\r\n")
    status, body = status_and_body(all_of(sock))
    assert status == 400
    assert set(body) == {"error", "details"}


def test_who_sends_a_body_that_is_not_read_gets_the_answer_and_then_no_more_time(connect: Connect) -> None:
    sock = connect()
    sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
    flood(sock, b"x" * 1000, 1)
    assert one_of(sock) == 200
    with pytest.raises(OSError, match=r"reset|pipe"):
        drip(sock)


def test_a_short_rest_of_such_a_body_leaves_the_connection_of_use(connect: Connect) -> None:
    sock = connect()
    for _ in range(3):
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
        assert one_of(sock) == 200


def test_who_takes_nothing_of_an_answer_is_cut_off(server: uvicorn.Server, connect: Connect) -> None:
    sock = connect()
    sock.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    until(lambda: server.server_state.connections, "the connection")
    until(lambda: not server.server_state.connections, "the end of the connection")
    assert 0 < len(all_of(sock)) < LARGE
    reader = connect()
    reader.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert len(all_of(reader)) > LARGE


def test_requests_that_do_not_wait_for_answers_are_few(connect: Connect) -> None:
    sock = connect()
    sock.sendall((GET + b"\r\n") * (MAX_PIPELINED // 2))
    answers = b""
    while answers.count(b"HTTP/1.1 200 ") < MAX_PIPELINED // 2:
        answers += sock.recv(1 << 16)
    many = connect()
    many.sendall((GET + b"\r\n") * MAX_PIPELINED * 20)
    assert all_of(many).count(b"HTTP/1.1 200 ") <= MAX_PIPELINED


def test_where_there_are_too_many_connections_the_one_that_waited_longest_makes_room(
    connect: Connect, settings: Settings
) -> None:
    settings.FEEDBACK_MAX_CONNECTIONS = 3
    first, *others = [connect() for _ in range(4)]
    assert status_and_body(all_of(first))[0] == 503
    for sock in others:
        sock.sendall(GET + b"\r\n")
        assert one_of(sock) == 200


def test_requests_that_wait_for_their_turn_make_room_for_a_newcomer(connect: Connect, settings: Settings) -> None:
    settings.FEEDBACK_MAX_CONNECTIONS = 3
    many = [connect() for _ in range(3)]
    for sock in many:
        sock.sendall(GET.replace(b"/health/live", b"/waits") + b"\r\n")
    newcomer = connect()
    newcomer.sendall(GET + b"\r\n")

    assert one_of(newcomer) == 200
    assert status_and_body(all_of(many[0]))[0] == 503


def test_requests_in_work_make_room_for_nobody(server: uvicorn.Server, connect: Connect, settings: Settings) -> None:
    settings.FEEDBACK_MAX_CONNECTIONS = 3
    for sock in [connect() for _ in range(3)]:
        sock.sendall(GET.replace(b"/health/live", b"/in-work") + b"\r\n")
    until(lambda: len(server.server_state.connections) == 3 and not GuardedProtocol.waiting)
    newcomer = connect()

    assert status_and_body(all_of(newcomer))[0] == 503
