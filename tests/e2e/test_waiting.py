"""`?wait=` on the running service, on both databases: the answer of a plain GET, when it is time."""

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from feedback.server.threads import SEATS, SEATS_APART
from tests.harness.stack import Stack
from tests.harness.students import student

WAITERS = 200
Start = Callable[..., Stack]


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
            assert threads(stack) < SEATS + SEATS_APART + 16 < WAITERS
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


def test_no_more_wait_than_leave_file_descriptors_to_the_others(start_services: Start) -> None:
    stack = start_services()
    stack.processes["worker"].stop()
    address = submit(stack, "awaited by many")
    web_with(stack, soft=128, hard=512)
    assert limits(stack) == (512, 512)

    async def story() -> list[int]:
        async with httpx.AsyncClient(base_url=stack.url, timeout=60, limits=httpx.Limits(max_connections=None)) as http:
            waits = [asyncio.create_task(http.get(f"{address}?wait=30")) for _ in range(300)]
            while sum(wait.done() for wait in waits) < 300 - 256:  # noqa: ASYNC110 - of other requests, no event
                await asyncio.sleep(0.1)
            others = [await http.get(path) for path in ("/health/live", address, "/submissions")]
            assert [other.status_code for other in others] == [200, 202, 200]
            early = [wait.result().status_code for wait in waits if wait.done()]
            await asyncio.to_thread(stack.processes["worker"].restart)
            await asyncio.gather(*waits)
            assert {wait.result().status_code for wait in waits} == {200, 202}
            return early

    assert asyncio.run(story()) == [202] * (300 - 256)


def web_with(stack: Stack, soft: int, hard: int) -> None:
    """Start the web process again, with so many file descriptors."""
    stack.processes["web"].stop()
    command = [sys.executable, "-m", "feedback.cli", "web", "--port", str(stack.port)]
    script = f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$0" "$@"'
    stack.start("web", "/bin/sh", "-c", script, *command).until(stack.answers)


def limits(stack: Stack) -> tuple[int, int]:
    """How many file descriptors the web process may have, and might."""
    return resource.prlimit(stack.processes["web"].pid, resource.RLIMIT_NOFILE)


def until_quiet(stack: Stack) -> None:
    """Until all who wait have been heard: the process has little to do any more."""
    quiet, used, deadline = 0, seconds_used(stack), time.monotonic() + 25
    while quiet < 5:
        assert time.monotonic() < deadline, (open_sockets(stack), seconds_used(stack))
        time.sleep(0.2)
        before, used = used, seconds_used(stack)
        quiet = quiet + 1 if open_sockets(stack) > WAITERS and used - before < 0.05 else 0


def seconds_used(stack: Stack) -> float:
    """Of a processor, by the web process."""
    fields = Path(f"/proc/{stack.processes['web'].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
