"""Many who wait for a database that does not answer, on the running service: what needs none is not held up."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg

from feedback.server.threads import SEATS, SEATS_APART
from tests.harness.stack import Stack

MANY = 200


def test_a_process_is_alive_while_its_database_is_not(start_services: Callable[..., Stack]) -> None:
    stack = start_services()
    answer = stack.client.post("/assignment/html", json={"student_id": "ada", "events": []})
    address = answer.headers["Location"]
    stack.finished(address)

    async def story() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=stack.url, timeout=60, limits=httpx.Limits(max_connections=None)) as http:
            with psycopg.connect(stack.environment["DATABASE_URL"]) as connection:
                connection.execute("LOCK TABLE reports_task IN ACCESS EXCLUSIVE MODE")
                asked = [asyncio.create_task(http.get(address)) for _ in range(MANY)]
                await asyncio.sleep(2)  # in which all have come, and none has waited for long enough
                for path in ["/health/live", "/favicon.ico"] * 3:
                    assert (await http.get(path)).status_code == 200
                assert threads(stack) < SEATS + SEATS_APART + 16, "the event loop, the pool and their like have a few"
                assert not any(each.done() for each in asked), "these had to wait for none of those"
            return await asyncio.gather(*asked)

    answers = asyncio.run(story())
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all(answer.headers.get("Retry-After") for answer in answers if answer.status_code == 503)
    assert stack.client.get(address).status_code == 200


def threads(stack: Stack) -> int:
    return len(list(Path(f"/proc/{stack.processes['web'].pid}/task").iterdir()))
