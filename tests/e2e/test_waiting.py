"""`?wait=` on the running service, on both databases: the answer of a plain GET, when it is time."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.harness.stack import Stack

WAITERS = 200
Start = Callable[..., Stack]


def student(name: str) -> dict[str, object]:
    return {"student_id": name, "events": [{"unit": 1, "type": "saved_code"}]}


def submit(stack: Stack, name: str, format_: str = "html") -> str:
    answer = stack.client.post(f"/assignment/{format_}", json=student(name))
    assert answer.status_code == 202
    return str(answer.headers["Location"])


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Whether two answers are alike in all but the moment and the id of the request."""
    passing = {"date", "x-request-id"}
    left, right = (
        {name: value for name, value in each.headers.items() if name not in passing} for each in (one, other)
    )
    return (one.status_code, left, one.content) == (other.status_code, right, other.content)


@pytest.mark.parametrize("way", ["service", "embedded"])
@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_who_waits_gets_the_document_as_if_it_had_been_asked_for_when_it_was_done(
    request: pytest.FixtureRequest, way: str, format_: str
) -> None:
    stack: Stack = request.getfixturevalue(way)
    address = submit(stack, f"waits {way}", format_)
    answer = stack.client.get(f"{address}?wait=30")

    assert answer.status_code == 200
    assert same(answer, stack.client.get(address))


@pytest.mark.parametrize("way", ["service", "embedded"])
def test_what_is_not_there_is_not_waited_for(request: pytest.FixtureRequest, way: str) -> None:
    stack: Stack = request.getfixturevalue(way)
    unknown = "/assignment/html/00000000-0000-0000-0000-000000000001"

    assert same(stack.client.get(f"{unknown}?wait=30"), stack.client.get(unknown))
    assert stack.client.get(f"{unknown}?wait=soon").status_code == 400
    assert stack.client.get(f"{unknown}?wait=30").status_code == 404


def test_two_hundred_who_wait_take_neither_threads_nor_connections_nor_the_place_of_others(
    start_services: Start,
) -> None:
    stack = start_services()
    stack.processes["worker"].stop()
    address = submit(stack, "awaited")

    async def story() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=stack.url, timeout=90, limits=httpx.Limits(max_connections=None)) as http:
            waits = [asyncio.create_task(http.get(f"{address}?wait=30")) for _ in range(WAITERS)]
            await asyncio.to_thread(until_quiet, stack)
            assert not any(wait.done() for wait in waits)
            assert threads(stack) < WAITERS / 4
            assert connections(stack) < WAITERS / 4
            others = [http.get("/health/live"), http.get(address), http.get("/submissions"), http.get("/metrics")]
            assert [(await other).status_code for other in others] == [200, 202, 200, 200]
            assert (await http.post("/assignment/pdf", json=student("another"))).status_code == 202
            assert not any(wait.done() for wait in waits)
            stack.processes["worker"].restart()
            return await asyncio.gather(*waits)

    answers = asyncio.run(story())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def until_quiet(stack: Stack) -> None:
    """Until all who wait have been heard: the process has only as many threads as it needs when nothing is asked."""
    quiet, deadline = 0, time.monotonic() + 25
    while quiet < 5:
        assert time.monotonic() < deadline, (open_sockets(stack), threads(stack))
        quiet = quiet + 1 if open_sockets(stack) > WAITERS and threads(stack) < WAITERS / 4 else 0
        time.sleep(0.2)


def threads(stack: Stack) -> int:
    return len(list(Path(f"/proc/{stack.processes['web'].pid}/task").iterdir()))


def open_sockets(stack: Stack) -> int:
    return len(list(Path(f"/proc/{stack.processes['web'].pid}/fd").iterdir()))


def connections(stack: Stack) -> int:
    with psycopg.connect(stack.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").fetchone()
    assert row
    return int(row[0])


def test_when_the_time_is_over_it_is_told_how_it_stands_and_when_it_is_erased_that_it_is_gone(
    start_services: Start,
) -> None:
    stack = start_services()
    stack.processes["worker"].stop()
    address = submit(stack, "never made")
    begun = time.monotonic()
    answer = stack.client.get(f"{address}?wait=1")

    assert time.monotonic() - begun >= 1
    assert answer.status_code == 202
    assert same(answer, stack.client.get(address))

    async def story() -> httpx.Response:
        async with httpx.AsyncClient(base_url=stack.url, timeout=60) as http:
            waits = asyncio.create_task(http.get(f"{address}?wait=30"))
            await asyncio.sleep(0.5)
            assert (await http.delete(address)).status_code == 204
            return await waits

    assert asyncio.run(story()).status_code == 404


def test_a_server_that_stops_sends_nobody_away_without_an_answer(start_services: Start) -> None:
    stack = start_services()
    stack.processes["worker"].stop()
    address = submit(stack, "interrupted")

    async def story() -> httpx.Response:
        async with httpx.AsyncClient(base_url=stack.url, timeout=60) as http:
            waits = asyncio.create_task(http.get(f"{address}?wait=30"))
            await asyncio.sleep(0.5)
            assert await asyncio.to_thread(stack.processes["web"].stop) == 0
            return await waits

    answer = asyncio.run(story())
    assert answer.status_code == 202
    assert answer.json()["status"] == "PENDING"
