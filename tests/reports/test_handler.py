"""How a request gets through Django under ASGI: in one step of a thread, which keeps nothing for itself afterwards."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from config.bodies import Message
from config.handler import SEATS, Handler
from tests.reports.conftest import Submit, class_of, work_off


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


def test_no_more_threads_than_there_are_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()
    full = threading.Event()

    def view(_request: HttpRequest) -> HttpResponse:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            if at_once == SEATS:
                full.set()
        assert full.wait(30)
        with lock:
            at_once -= 1
        return HttpResponse(b"")

    async def story() -> list[Reader]:
        handler, readers = Handler(), [Reader() for _ in range(2 * SEATS)]
        monkeypatch.setattr(handler, "_middleware_chain", view)
        monkeypatch.setattr("tests.reports.test_handler.connections_in_use", lambda: 0)
        await asyncio.gather(*(handler(scope_of("/"), reader.receive, reader.send) for reader in readers))
        return readers

    readers = asyncio.run(story())
    assert [reader.messages[0]["status"] for reader in readers] == [200] * 2 * SEATS
    assert most == SEATS
