"""The main job where FEEDBACK_AUTH is `keys`, by real processes: let in by key, apart from others, in turn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.stack import Stack

STUDENTS: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "examples" / "class.json").read_text())

WithKey = Callable[..., httpx.Client]


@pytest.fixture
def closed(service_with_keys: Stack) -> Stack:
    return service_with_keys


@pytest.fixture
def with_key(closed: Stack) -> Iterator[WithKey]:
    """`with_key("name", "--read-only")`: a client with a new key, made as an operator makes it."""
    made: list[httpx.Client] = []

    def client(name: str, *options: str) -> httpx.Client:
        key = closed.run("python", "manage.py", "apikey", "create", "--name", name, *options).strip()
        made.append(httpx.Client(base_url=closed.url, timeout=60, headers={"Authorization": f"Bearer {key}"}))
        return made[-1]

    yield client
    for one in made:
        one.close()


def finished(stack: Stack, client: httpx.Client, address: str) -> httpx.Response:
    mine, stack.client = stack.client, client
    try:
        return stack.finished(address)
    finally:
        stack.client = mine


def test_a_class_goes_in_and_comes_out_with_a_key_and_is_nobody_elses(closed: Stack, with_key: WithKey) -> None:
    platform, reader, stranger = with_key("platform"), with_key("platform", "--read-only"), with_key("stranger")
    posted = platform.post("/assignment/pdf", json=STUDENTS)
    address = posted.headers["Location"]

    assert finished(closed, platform, address).headers["Content-Type"] == "application/pdf"
    assert len(reader.get(f"{address}/reports").json()["students"]) == len(STUDENTS)
    assert reader.get(f"{address}/archive.zip").status_code == 200
    assert reader.post("/assignment/pdf", json=STUDENTS).status_code == 403
    assert {stranger.get(address + tail).status_code for tail in ("", "/reports", "/archive.zip", "/findings")} == {404}
    without_key = {httpx.get(closed.url + address + tail).status_code for tail in ("", "/reports", "/archive.zip")}
    assert without_key == {401}
    assert stranger.delete(address).status_code == 404
    assert platform.delete(address).status_code == 204
    assert platform.get(address).status_code == 404


def test_a_revoked_key_is_worthless_at_once(closed: Stack, with_key: WithKey) -> None:
    client = with_key("short-lived")
    assert client.get("/assignment/html/never-issued").status_code == 404
    closed.run("python", "manage.py", "apikey", "revoke", "short-lived")

    assert client.get("/assignment/html/never-issued").status_code == 401


def test_limits_hold_over_all_processes_that_count_in_one_redis(with_key: WithKey) -> None:
    client = with_key("counted")
    standing = [client.get("/assignment/html/never-issued").headers["RateLimit"] for _ in range(3)]

    assert len(set(standing)) == 3


def test_a_single_of_one_owner_overtakes_the_flood_of_another(closed: Stack, with_key: WithKey) -> None:
    flood, other = with_key("flood"), with_key("other")
    closed.processes["worker"].stop()
    flooded = [
        flood.post("/assignment/pdf", json={**STUDENTS[number % 24], "student_id": f"flood-{number}"})
        for number in range(150)
    ]
    single = other.post("/assignment/html", json=STUDENTS[0])
    closed.start_worker()
    finished(closed, other, single.headers["Location"])

    last = flood.get(flooded[-1].headers["Location"])
    assert last.status_code == 202, "the flood was still on its way"
    assert finished(closed, flood, flooded[-1].headers["Location"]).status_code == 200
