"""Anything may come in over HTTP: no 5xx, no hang, nothing stored of what is refused, memory flat."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.conftest import FULL, MODES, REQUESTS, examples
from tests.fuzz.strategies import DOCUMENT, EVENT, ID, Request, encoded, request_from, stray_request
from tests.fuzz.wire import SLOW_SECONDS, Wire, memory_megabytes
from tests.harness.site import Site
from tests.harness.waiting import until

BATCH = 50
GROWTH_MEGABYTES = 40


@pytest.fixture
def wire(fuzzed_site: Site) -> Any:
    fuzzed_site.query("TRUNCATE reports_upload CASCADE")
    opened = Wire(fuzzed_site.port, fuzzed_site.headers)
    yield opened
    opened.close()


@pytest.mark.parametrize("fuzzed_site", MODES, indirect=True)
def test_no_request_is_answered_by_a_fault_of_ours(fuzzed_site: Site, wire: Wire, told: list[str]) -> None:
    web = fuzzed_site.processes["web"].pid
    memory: list[float] = []

    @examples(REQUESTS // BATCH)
    @given(document=DOCUMENT, seed=st.integers(0, 1 << 32))
    def send(document: Any, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
        for _ in range(BATCH):
            wire.send(stray_request(chance) if chance.random() < 0.1 else request_from(document, chance))
        memory.append(memory_megabytes(web))

    send()
    settled = memory[len(memory) // 5]
    stored = fuzzed_site.query("SELECT count(*) FROM reports_task")[0][0]
    unfinished = "SELECT count(*) FROM reports_document WHERE state IN ('PENDING', 'RUNNING')"
    until(lambda: fuzzed_site.query(unfinished) == [(0,)], "everything that was accepted", seconds=1800)
    states = dict(fuzzed_site.query("SELECT state, count(*) FROM reports_document GROUP BY state"))
    told += [
        f"requests: {wire.statuses.total()}, by status: {dict(sorted(wire.statuses.items()))}",
        f"slowest answer: {wire.slowest:.2f} s",
        f"web's memory: {settled:.0f} MB after a fifth, {memory[-1]:.0f} MB at the end",
        f"tasks accepted: {len(wire.tasks)}, stored: {stored}; reports made of them: {states}",
    ]
    assert wire.tasks, "some are valid"
    assert stored == len(wire.tasks), "nothing of what was refused"
    assert set(states) == {"SUCCESS"}
    if FULL:
        assert wire.slowest < SLOW_SECONDS
        assert memory[-1] - settled < GROWTH_MEGABYTES


def _student(**changes: Any) -> bytes:
    return encoded({"student_id": "s", "events": [{"unit": 1}]} | changes)


def _event(**changes: Any) -> bytes:
    return _student(events=[{"unit": 1} | changes])


# Every item that the contract refuses, around whatever text is drawn.
REFUSED: dict[str, Callable[[str], bytes]] = {
    "not JSON": lambda text: b"{" + text.encode("utf-8", "replace"),
    "an empty body": lambda _: b"",
    "white space": lambda _: b" \r\n\t ",
    "a wrong top type": encoded,
    "an empty list": lambda _: b"[]",
    "a list of a list": lambda _: b"[[]]",
    "no student_id": lambda text: encoded({"namespace": text, "events": []}),
    "no events": lambda text: encoded({"student_id": text}),
    "a null student_id": lambda _: _student(student_id=None),
    "an empty student_id": lambda _: _student(student_id=""),
    "a long student_id": lambda text: _student(student_id=(text + "x" * 201)[:201]),
    "a numeric student_id": lambda _: _student(student_id=5),
    "a long namespace": lambda text: _student(namespace="n" * 200 + text),
    "events that are no list": lambda text: _student(events={"unit": text}),
    "an event that is no object": lambda text: _student(events=[text]),
    "an event without a unit": lambda text: _student(events=[{"type": text[:200]}]),
    "true as a unit": lambda _: _event(unit=True),
    "an object as a unit": lambda text: _event(unit={"unit": text}),
    "an empty unit": lambda _: _event(unit=""),
    "a long type": lambda text: _event(type="t" * 200 + text),
    "an impossible date": lambda _: _event(created_time="2024-02-30T00:00:00Z"),
    "a time that is none": lambda text: _event(created_time="at " + text),
    "a time before the year 1": lambda _: _event(created_time="0001-01-01T00:00:00+14:00"),
    "a time after the year 9999": lambda _: _event(created_time="9999-12-31T23:59:59-14:00"),
    "a score above 1": lambda _: _event(score=1.0001),
    "a score below 0": lambda _: _event(score=-1),
    "NaN": lambda _: _event(score=float("nan")),
    "Infinity in an ignored field": lambda _: _student(ignored=[float("-inf")]),
    "a NUL": lambda text: _student(student_id="a\0" + text[:100]),
    "a NUL in an ignored field": lambda text: _student(ignored={text: "\0"}),
    "a lone surrogate": lambda text: _student(namespace="\ud800" + text[:100]),
    "a lone surrogate in an ignored name": lambda _: _student(**{"\udfff": 1}),
    "bad UTF-8": lambda text: _student(student_id="@" + text[:100]).replace(b"@", b"\xff", 1),
    "nesting deeper than 64": lambda _: _student().replace(b"[", b'[{"unit":1,"x":' + b"[" * 70 + b"]" * 70 + b"},", 1),
    "100,000-deep nesting": lambda _: b"[" * 100_000,
    "a number of 4,301 digits": lambda _: _student().replace(b"1}", b"1" + b"0" * 4300 + b"}", 1),
    "a student twice": lambda text: encoded([{"student_id": "a" + text[:100], "events": []}] * 2),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_contract_refuses_is_a_400_that_names_places(fuzzed_site: Site, wire: Wire, what: str) -> None:
    @examples(REQUESTS // 2_000)
    @given(text=ID)
    def refused(text: str) -> None:
        for format_ in ("html", "pdf"):
            answer = wire.send(Request(REFUSED[what](text), path=f"/assignment/{format_}"))
            assert answer.status == 400, (answer.body, text)
            assert answer.json()["details"]

    refused()
    assert fuzzed_site.query("SELECT count(*) FROM reports_task") == [(0,)]


@pytest.mark.parametrize(("limit", "bodies"), [("students", 7), ("events", 31)])
def test_what_is_too_much_is_a_413(fuzzed_site: Site, wire: Wire, limit: str, bodies: int) -> None:
    @examples(REQUESTS // 2_000)
    @given(event=EVENT)
    def refused(event: Any) -> None:
        students = [{"student_id": f"s-{number}", "events": [event]} for number in range(bodies)]
        crowd = [{"student_id": "s", "events": [event] * bodies}]
        assert wire.send(Request(encoded(students if limit == "students" else crowd))).status == 413

    refused()
    assert fuzzed_site.query("SELECT count(*) FROM reports_task") == [(0,)]
