"""How a request gets through Django under ASGI: in one step of a thread, which keeps nothing for itself afterwards."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.core import signals
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from pytest_django import Settings

from feedback.access.callers import Caller
from feedback.access.context import context_of
from feedback.db import connections
from feedback.server import threads
from feedback.server.body_guard import Message
from feedback.server.protocol import KEEP
from feedback.server.threads import SEATS, SEATS_APART, SEATS_OF_ONE, STREAMS_OF_ONE, Handler
from tests.harness.in_process import Submit, class_of, work_off
from tests.harness.visitor import Visitor


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "server": ("testserver", 80),
    }


class Reader:
    """A client that looks around while an answer is on its way to it."""

    def __init__(self) -> None:
        self.begun = False
        self.in_use: list[int] = []
        self.messages: list[Message] = []

    async def receive(self) -> Message:
        if self.begun:
            await asyncio.Event().wait()
        self.begun = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        self.in_use.append(connections_in_use())
        self.messages.append(message)


def connections_in_use() -> int:
    pool: Any = connection.pool  # type: ignore[attr-defined] # of PostgreSQL's wrapper
    found = pool.get_stats()
    return int(found["pool_size"] - found["pool_available"])


@pytest.mark.parametrize("below", ["", "/reports", "/archive.zip"])
def test_an_answer_on_its_way_holds_no_connection(transactional_db: None, submit: Submit, below: str) -> None:  # noqa: ARG001
    task = submit("html", class_of(3))
    work_off()
    reader, ours = Reader(), connections_in_use()
    asyncio.run(Handler()(scope_of(task + below), reader.receive, reader.send))

    assert reader.messages[0]["status"] == 200
    assert len(reader.messages) > (3 if below == "/archive.zip" else 1)
    assert set(reader.in_use) == {ours}


View = Callable[[HttpRequest], HttpResponseBase]
NO_DATABASE = ["/health/live", "/static/web/pages.css", "/favicon.ico"]


class Client(Visitor):
    """Sends a body of one byte."""

    def __init__(self) -> None:
        super().__init__(b"x")

    async def ask(self, application: Handler, path: str = "/", **scope: object) -> int:
        await application(scope_of(path) | scope, self.receive, self.send)
        return self.status

    @property
    def status(self) -> int:
        return int(self.got[0]["status"])


class Slow:
    """A view that needs the database, which is not to be had until `answers` is set."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.at_once, self.most, self._lock = 0, 0, threading.Lock()
        self.threads: set[str] = set()
        self._before = set(threading.enumerate())
        self.bodies: list[bytes] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in NO_DATABASE:
            return HttpResponse(b"")
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.answers.wait(30)
        with self._lock:
            self.threads |= new_threads(self._before)
            self.bodies.append(request.body)
            self.at_once -= 1
        return HttpResponse(b"")

    async def until(self, at_once: int) -> None:
        while self.at_once != at_once:  # noqa: ASYNC110 - what is waited for is in threads
            await asyncio.sleep(0.001)


def new_threads(before: set[threading.Thread]) -> set[str]:
    """The names of those begun since, without those of a pool of connections, which come and go as it pleases."""
    return {one.name for one in set(threading.enumerate()) - before if not one.name.startswith("pool-")}


def handler_with(view: View) -> Handler:
    made = Handler()
    made._middleware_chain = view  # type: ignore[attr-defined] # of Django's
    return made


def test_no_more_threads_than_there_are_seats() -> None:
    async def story() -> tuple[Slow, list[int]]:
        view = Slow()
        application = handler_with(view)
        asked = [asyncio.create_task(Client().ask(application)) for _ in range(3 * SEATS)]
        await view.until(SEATS)
        await asyncio.sleep(0.1)
        view.answers.set()
        return view, await asyncio.gather(*asked)

    view, statuses = asyncio.run(story())
    assert statuses == [200] * 3 * SEATS
    assert view.most == SEATS
    assert {name.split("_")[0] for name in view.threads} == {"request"}, "and none for what Django does beside"


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "in parts"])
def test_an_answer_is_closed_once_none_of_it_needs_what_it_came_from(streaming: bool) -> None:
    made: list[HttpResponse | StreamingHttpResponse] = []
    closed: list[bool] = []

    async def parts() -> AsyncIterator[bytes]:
        closed.append(made[0].closed)
        yield b"words"

    def view(_request: HttpRequest) -> HttpResponseBase:
        made.append(StreamingHttpResponse(parts()) if streaming else HttpResponse(b"words"))
        return made[0]

    client, finished = Client(), Mock()
    signals.request_finished.connect(finished)
    try:
        assert asyncio.run(client.ask(handler_with(view))) == 200
    finally:
        signals.request_finished.disconnect(finished)

    assert b"".join(message.get("body", b"") for message in client.got) == b"words"
    assert closed == [False] * streaming
    assert made[0].closed
    assert finished.call_count == 1


def test_what_django_does_before_and_after_a_view_is_done_in_its_thread() -> None:
    threads: list[threading.Thread] = []

    def note(*_: object, **__: object) -> HttpResponse:
        threads.append(threading.current_thread())
        return HttpResponse()

    signals.request_started.connect(note)
    signals.request_finished.connect(note)
    try:
        asyncio.run(Client().ask(handler_with(note)))
    finally:
        signals.request_started.disconnect(note)
        signals.request_finished.disconnect(note)

    assert len(threads) == 3
    assert set(threads) == {threads[1]}


def test_who_leaves_amid_an_answer_ends_it() -> None:
    async def story() -> tuple[list[Message], bool]:
        client, ended = Client(), asyncio.Event()

        async def parts() -> AsyncIterator[bytes]:
            try:
                yield b"words"
                client.left.set()
                await asyncio.Event().wait()
            finally:
                ended.set()

        await client.ask(handler_with(lambda _: StreamingHttpResponse(parts())))
        return client.got, ended.is_set()

    got, ended = asyncio.run(story())
    assert [message.get("body") for message in got] == [None, b"words"]
    assert ended


def test_an_address_that_is_no_text_is_refused() -> None:
    assert asyncio.run(Client().ask(handler_with(lambda _: HttpResponse()), query_string=b"\xff")) == 400


def test_what_needs_no_database_is_not_behind_what_waits_for_it() -> None:
    async def story() -> list[int]:
        view = Slow()
        application = handler_with(view)
        asked = [asyncio.create_task(Client().ask(application)) for _ in range(2 * SEATS)]
        await view.until(SEATS)
        answers = await asyncio.gather(*(Client().ask(application, path) for path in NO_DATABASE * SEATS_APART))
        assert view.at_once == SEATS, "the others wait all the while"
        view.answers.set()
        await asyncio.gather(*asked)
        return answers

    assert asyncio.run(story()) == [200] * len(NO_DATABASE) * SEATS_APART


@pytest.mark.parametrize("path", [*NO_DATABASE, "/static/nothing"])
def test_what_is_said_to_need_no_database_needs_none_whoever_asks(path: str, settings: Settings) -> None:
    settings.FEEDBACK_AUTH = "keys"
    headers = [(b"host", b"testserver"), (b"cookie", b"sessionid=" + b"a" * 32), (b"accept", b"text/html")]

    # A test that is not marked so may not open the database.
    status = asyncio.run(Client().ask(Handler(), path, headers=headers))
    assert status == (404 if path == "/static/nothing" else 200)


def test_a_seat_is_free_when_its_thread_is_and_not_when_the_client_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "SEATS", 1)

    async def story() -> Slow:
        view, leaves = Slow(), Client()
        application = handler_with(view)
        first = asyncio.create_task(application(scope_of("/"), leaves.receive, leaves.send))
        await view.until(1)
        leaves.left.set()
        second = asyncio.create_task(Client().ask(application))
        await asyncio.sleep(0.2)
        assert (view.at_once, view.most) == (1, 1)
        view.answers.set()
        await first
        assert leaves.got == []
        assert await second == 200
        assert await Client().ask(application) == 200
        return view

    view = asyncio.run(story())
    assert view.most == 1
    assert view.bodies == [b"x"] * 3, "who has left may still be read to the end"


def test_where_no_seat_comes_free_it_is_told_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "SEATS", 1)
    monkeypatch.setattr(threads, "PATIENCE_SECONDS", 0.05)

    async def story() -> Client:
        view, refused = Slow(), Client()
        application = handler_with(view)
        first = asyncio.create_task(Client().ask(application))
        await view.until(1)
        assert await refused.ask(application) == 503
        view.answers.set()
        assert await first == 200
        assert await Client().ask(application) == 200
        return refused

    start, body = asyncio.run(story()).got
    assert int(dict(start["headers"])[b"Retry-After"]) >= 1
    assert set(json.loads(body["body"])) == {"error", "details"}


def test_a_request_is_worth_its_connection_once_it_has_a_seat() -> None:
    async def story() -> list[int]:
        view, kept = Slow(), list[int]()
        application = handler_with(view)
        key = [(b"host", b"testserver"), (b"authorization", b"Bearer one")]

        def ask(number: int) -> asyncio.Task[int]:
            keep: dict[str, Any] = {KEEP: lambda: kept.append(number)}
            return asyncio.create_task(Client().ask(application, headers=key, **keep))

        asked = [ask(number) for number in range(2 * SEATS_OF_ONE)]
        await view.until(SEATS_OF_ONE)
        found = list(kept)
        view.answers.set()
        assert await asyncio.gather(*asked) == [200] * len(asked)
        assert kept == list(range(len(asked)))
        return found

    assert asyncio.run(story()) == list(range(SEATS_OF_ONE))


def test_one_caller_has_a_share_of_the_seats_and_leaves_connections_to_others() -> None:
    async def story() -> int:
        view = Slow()
        application = handler_with(view)
        key = [(b"host", b"testserver"), (b"authorization", b"Bearer one")]
        asked = [asyncio.create_task(Client().ask(application, headers=key)) for _ in range(SEATS)]
        await view.until(SEATS_OF_ONE)
        other = asyncio.create_task(Client().ask(application, headers=[*key[:1], (b"authorization", b"Bearer two")]))
        await view.until(SEATS_OF_ONE + 1)
        await asyncio.sleep(0.05)
        most = view.most
        view.answers.set()
        assert await asyncio.gather(*asked, other) == [200] * (SEATS + 1)
        assert application._seats._by_caller == {}
        return most

    assert asyncio.run(story()) == SEATS_OF_ONE + 1
    assert connections._POOL["max_size"] > SEATS_OF_ONE  # type: ignore[operator] # it is a number


SCHEMES = ("Bearer", "bearer", "beareR", "BEARER")
KEY, SESSION = (b"authorization", b"Bearer one"), (b"cookie", b"sessionid=one")


@pytest.mark.parametrize(
    "spellings",
    [
        [[(b"authorization", f"{scheme}{blanks}one ".encode())] for scheme in SCHEMES for blanks in (" ", "   ")],
        [[KEY, (b"cookie", f"sessionid={number}".encode())] for number in range(8)],
        [[(b"cookie", f"a={number};  sessionid = one ; b=1".encode())] for number in range(8)],
        [[SESSION, (b"authorization", f"Basic {number}".encode())] for number in range(8)],
        [[SESSION, (b"authorization", f"Bearer {number}".encode())] for number in range(8)],
        [[(b"cookie", b"sessionid=one;"), (b"cookie", f"a={number}".encode())] for number in range(8)],
        [[(b"cookie", f'sessionid="{one}"'.encode())] for one in ("one", r"\157ne", r"o\156e", r"on\145")],
    ],
    ids=["a scheme", "a key and sessions", "cookies", "junk", "a session and keys", "two headers", "quotes"],
)
def test_however_a_proof_is_spelt_it_has_one_share(spellings: list[list[tuple[bytes, bytes]]]) -> None:
    async def story() -> int:
        view = Slow()
        application = handler_with(view)
        asked = [
            asyncio.create_task(Client().ask(application, headers=[(b"host", b"testserver"), *spelling]))
            for spelling, _ in zip(itertools.cycle(spellings), range(SEATS), strict=False)
        ]
        await view.until(SEATS_OF_ONE)
        waiting = application._seats._all._value
        view.answers.set()
        assert await asyncio.gather(*asked) == [200] * SEATS
        assert view.most == SEATS_OF_ONE
        assert application._seats._by_caller == {}
        return waiting

    assert asyncio.run(story()) == SEATS - SEATS_OF_ONE


@pytest.mark.parametrize("content_type", [b"a/b; x*=nosuch'en'a", b"a/b; charset*=utf-8'"])
def test_what_django_cannot_parse_is_a_400_in_the_envelope(content_type: bytes) -> None:
    async def story() -> Client:
        client = Client()
        headers = [(b"host", b"testserver"), (b"content-type", content_type)]
        await client.ask(Handler(), "/health/live", headers=headers)
        return client

    got = asyncio.run(story()).got
    assert got[0]["status"] in (200, 400)
    assert (got[0]["status"] == 400) == (b"nosuch" in content_type)
    body = json.loads(b"".join(message.get("body", b"") for message in got))
    assert set(body) in ({"error", "details"}, {"status"})


class SlowReader(Client):
    """Takes the beginning of an answer, and the rest once `reads` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = asyncio.Event()

    async def send(self, message: Message) -> None:
        await super().send(message)
        await self.reads.wait()

    async def begun(self) -> None:
        while not self.got:  # noqa: ASYNC110 - what is waited for is no event of ours
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "in parts"])
def test_what_slow_readers_hold_is_bounded_for_each_of_them(settings: Settings, streaming: bool) -> None:
    settings.FEEDBACK_ANSWER_BYTES = 4 << 20
    most = STREAMS_OF_ONE if streaming else 4
    one, two = b"Bearer one", b"Bearer two"

    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * (250 << 10)

    def view(request: HttpRequest) -> HttpResponseBase:
        context_of(request).caller = Caller(owner=request.headers["Authorization"])
        return StreamingHttpResponse(parts()) if streaming else HttpResponse(b"x" * (250 << 10))

    async def ask(application: Handler, reader: SlowReader, key: bytes) -> asyncio.Task[int]:
        headers = [(b"host", b"testserver"), (b"authorization", key)]
        task = asyncio.create_task(reader.ask(application, headers=headers))
        await reader.begun()
        return task

    async def story() -> tuple[list[int], int]:
        application, readers = handler_with(view), [SlowReader() for _ in range(most + 2)]
        tasks = [await ask(application, reader, one) for reader in readers]
        other = SlowReader()
        tasks.append(await ask(application, other, two))
        for reader in (*readers, other):
            reader.reads.set()
        await asyncio.gather(*tasks)
        again = SlowReader()
        again.reads.set()
        await again.ask(application, headers=[(b"host", b"testserver"), (b"authorization", b"Bearer one")])
        return [reader.status for reader in (*readers, other)], again.status

    statuses, again = asyncio.run(story())
    assert statuses == [200] * most + [503] * 2 + [200]
    assert again == 200
