"""An answer that is held back: until when, at what cost, and what becomes of it if somebody leaves."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from django.test import Client

from feedback.access.context import HOLD_KEY
from feedback.server.body_guard import Receive, Send
from feedback.server.long_poll import MOST, Waiting, Watch
from tests.harness.in_process import Caller, Submit, student
from tests.harness.visitor import Visitor

SCOPE = {"type": "http", "query_string": b"wait=10"}


class Service:
    """What stands behind the layer: a task that is done once `done` says so, and views that say it may wait."""

    def __init__(self, seconds: int = 30) -> None:
        self.task_id, self.seconds = uuid4(), seconds
        self.done = False
        self.looks: list[Collection[UUID]] = []
        self.asked = 0
        self.layer = Waiting(self.application, Watch(self.look, every=0.01))

    def look(self, task_ids: Collection[UUID]) -> Collection[UUID]:
        self.looks.append(task_ids)
        return [] if self.done else task_ids

    async def application(self, scope: Any, receive: Receive, send: Send) -> None:
        self.asked += 1
        assert (await receive()) == {"type": "http.request", "body": b"", "more_body": False}
        if not self.done and HOLD_KEY in scope:
            scope[HOLD_KEY].task_id, scope[HOLD_KEY].seconds = self.task_id, self.seconds
        await send({"type": "http.response.start", "status": 200 if self.done else 202, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % self.asked})


class Waiter(Visitor):
    """Sends one request to the layer of a service."""

    async def visit(self, service: Service, scope: Any = SCOPE) -> list[object]:
        await service.layer(scope, self.receive, self.send)
        return self.answer

    @property
    def answer(self) -> list[object]:
        """[status, body], or nothing yet."""
        return [message.get("status", message.get("body")) for message in self.got]


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for is no event of ours
        await asyncio.sleep(0.001)


def test_the_answer_comes_when_the_task_is_done_and_is_the_one_of_then() -> None:
    async def story() -> list[object]:
        service, visitor = Service(), Waiter()
        visit = asyncio.create_task(visitor.visit(service))
        await until(lambda: len(service.looks) > 3)
        assert visitor.got == []
        service.done = True
        return await visit

    assert asyncio.run(story()) == [200, b"2"]


def test_when_the_time_is_over_the_view_is_asked_how_it_stands() -> None:
    assert asyncio.run(Waiter().visit(Service(seconds=0))) == [202, b"2"]


def test_an_answer_that_is_final_is_passed_on_at_once() -> None:
    async def story() -> tuple[list[object], int]:
        service = Service()
        service.done = True
        return await Waiter().visit(service), len(service.looks)

    assert asyncio.run(story()) == ([200, b"1"], 0)


@pytest.mark.parametrize("scope", [SCOPE | {"query_string": b"tz=UTC"}, {"type": "lifespan"}])
def test_who_does_not_ask_to_wait_does_not(scope: dict[str, Any]) -> None:
    assert asyncio.run(Waiter().visit(Service(), scope)) == [202, b"1"]


def test_all_who_wait_share_one_look_at_a_time() -> None:
    async def story() -> Service:
        service = Service()
        visits = [asyncio.create_task(Waiter().visit(service)) for _ in range(200)]
        await until(lambda: service.asked == 200)
        seen = len(service.looks)
        await until(lambda: len(service.looks) > seen + 2)
        service.done = True
        assert [status for status, _ in await asyncio.gather(*visits)] == [200] * 200
        return service

    service = asyncio.run(story())
    assert {len(looked_for) for looked_for in service.looks} == {1}
    assert service.asked == 400


def test_nobody_looks_while_nobody_waits() -> None:
    async def story() -> None:
        service, visitor = Service(), Waiter()
        visit = asyncio.create_task(visitor.visit(service))
        await until(lambda: service.looks)
        visitor.left.set()
        await visit
        await asyncio.sleep(0.05)  # the look that was under way may end
        seen = len(service.looks)
        await asyncio.sleep(0.1)
        assert len(service.looks) == seen
        assert await Waiter().visit(Service(seconds=0)) == [202, b"2"]

    asyncio.run(story())


def test_who_leaves_is_forgotten_and_the_view_is_not_asked_again() -> None:
    async def story() -> tuple[Service, list[object]]:
        service, visitor, other = Service(), Waiter(), Waiter()
        visit, stays = (asyncio.create_task(each.visit(service)) for each in (visitor, other))
        await until(lambda: service.looks)
        visitor.left.set()
        assert await visit == []
        service.done = True
        return service, await stays

    service, answer = asyncio.run(story())
    assert answer == [200, b"3"]
    assert service.asked == 3


def test_a_server_that_stops_answers_with_how_it_stood() -> None:
    async def story() -> list[object]:
        service, visitor = Service(), Waiter()
        visit = asyncio.create_task(visitor.visit(service))
        await until(lambda: service.looks)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit
        return visitor.answer

    assert asyncio.run(story()) == [202, b"1"]


def test_a_database_that_is_away_for_a_while_does_not_end_the_waiting() -> None:
    class Flaky(Service):
        def look(self, task_ids: Collection[UUID]) -> Collection[UUID]:
            super().look(task_ids)
            if len(self.looks) < 3:
                raise OperationalError("the database is away")
            self.done = True
            return []

    assert asyncio.run(Waiter().visit(Flaky())) == [200, b"2"]


def test_more_than_can_be_held_are_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.server.long_poll.MOST", 1)

    async def story() -> list[object]:
        service, first, second = Service(), Waiter(), Waiter()
        visit = asyncio.create_task(first.visit(service))
        await until(lambda: service.looks)
        answer = await second.visit(service)
        first.left.set()
        await visit
        return answer

    assert asyncio.run(story()) == [202, b"3"]


def test_one_owner_has_half_of_the_places_and_in_the_open_everybody_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.server.long_poll.MOST", 8)

    async def waiting(owners: list[str]) -> Counter[str]:
        """How many of these are not answered at once, by their owners."""
        watch, task = Watch(lambda ids: ids), uuid4()
        asked = [(owner, asyncio.create_task(watch.done(task, owner))) for owner in owners]
        await asyncio.sleep(0)
        found = Counter(owner for owner, one in asked if not one.done())
        for _, one in asked:
            one.cancel()
        await asyncio.gather(*(one for _, one in asked), return_exceptions=True)
        assert not watch._number
        return found

    assert asyncio.run(waiting(["a"] * 9 + ["b"] * 2)) == {"a": 4, "b": 2}
    assert asyncio.run(waiting(["a"] * 9 + ["b"] * 9)) == {"a": 4, "b": 4}
    assert asyncio.run(waiting([""] * 9)) == {"": 8}


@pytest.mark.parametrize(("descriptors", "most"), [(256, 128), (1 << 20, MOST), (resource.RLIM_INFINITY, MOST)])
def test_a_half_of_the_file_descriptors_is_left_to_others(
    monkeypatch: pytest.MonkeyPatch, descriptors: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    assert Watch(set)._most == most


@pytest.mark.parametrize("wait", ["", "soon", "-1", "1.5", "+3", "١", "10&wait=x", "1e1"])
def test_what_is_no_number_of_seconds_is_a_400_that_says_what_is(client: Client, submit: Submit, wait: str) -> None:
    answer = client.get(f"{submit('html', student())}?wait={wait}")

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"wait"}


@pytest.mark.parametrize("wait", ["0", "00", "30", "31", "9" * 5000])
def test_any_number_of_seconds_is_understood(client: Client, submit: Submit, wait: str) -> None:
    assert client.get(f"{submit('html', student())}?wait={wait}").status_code == 202


def test_who_may_not_know_of_a_task_cannot_wait_for_it(calling: Caller) -> None:
    task = calling("a").submit("html", student())

    assert calling("b").status(f"{task}?wait=10") == 404
    assert Client().get(f"{task}?wait=10").status_code == 401
    assert Client().get(f"{task}?wait=soon").status_code == 401
