"""Messages that are none of ours: rejected and counted, never the end of a worker, and never unpacked."""

import base64
import bz2
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import redis
from celery.app.task import Context
from celery.beat import Scheduler

from feedback.celery import UPKEEP, WORK, app
from feedback.queue import broker as ours
from feedback.queue import doorbell
from feedback.submissions import tasks
from tests.harness.environment import Reservation
from tests.harness.in_process import class_of
from tests.harness.stack import Stack

Change = Callable[[dict[str, Any]], object]


def with_body(body: object) -> Change:
    return lambda message: message.update(body=base64.b64encode(json.dumps(body).encode()).decode())


def bomb(message: dict[str, Any]) -> None:
    """1.2 GB of blanks in under a kilobyte, as bzip2 packs them; made in pieces."""
    packer = bz2.BZ2Compressor()
    packed = b"".join(packer.compress(b" " * (10 << 20)) for _ in range(120)) + packer.flush()
    message["body"] = base64.b64encode(packed).decode()
    message["headers"]["compression"] = "application/x-bz2"


def in_headers(**fields: object) -> Change:
    return lambda message: message["headers"].update(fields)


def in_properties(**fields: object) -> Change:
    return lambda message: message["properties"].update(fields)


EMBED: dict[str, object] = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
NOTHING: list[object] = [[], {}, EMBED]
FORGED: dict[str, Change] = {
    "another task": in_headers(task="os.system"),
    "the task of the edition before": in_headers(task="feedback.reports.tasks.produce"),
    "no task": lambda message: message["headers"].pop("task"),
    "no headers": lambda message: message.pop("headers"),
    "compressed": in_headers(compression="application/x-bz2"),
    "a bomb": bomb,
    "a body that is a list of one": with_body(["x"]),
    "an argument": with_body([["x"], {}, EMBED]),
    "a named argument": with_body([[], {"x": None}, EMBED]),
    "a chain of other tasks": with_body([[], {}, {"chain": [{"task": "os.system"}]}]),
    "a body that is no JSON": lambda message: message.update(body=base64.b64encode(b"\xff{").decode()),
    "a body that is not base64": lambda message: message.update(body="*"),
    "a pickle": lambda message: message.update({"content-type": "application/x-python-serialize"}),
    "due next year": in_headers(eta="2999-01-01T00:00:00+00:00"),
    "a time limit of its own": in_headers(timelimit=[1, 1]),
    "retried for ever": in_headers(retries=10**9),
    "no delivery tag": lambda message: message["properties"].pop("delivery_tag"),
    "too large": in_headers(argsrepr="x" * 10_000),
    "stamped headers that are a number": in_headers(stamped_headers=5),
    "stamps that are a number": in_headers(stamps=5),
    "a stamp": in_headers(stamped_headers=["x"], stamps={"x": "y"}),
    "stamps that nothing names": in_headers(stamps={"x": None}),
    "put back nowhere": in_properties(delivery_info={}),
    "put back without an exchange": in_properties(delivery_info={"routing_key": WORK}),
    "put back without a queue": in_properties(delivery_info={"exchange": ""}),
    "put back through an exchange": in_properties(delivery_info={"exchange": "x", "routing_key": WORK}),
    "put back into another queue": in_properties(delivery_info={"exchange": "", "routing_key": "x"}),
    "put back, nobody knows how": in_properties(delivery_info={"exchange": "", "routing_key": WORK, "x": 1}),
    "a priority without end": in_properties(priority=10**400),
    "a property of its own": in_properties(x=1),
    "a chain in its headers": lambda message: (with_body([[], {}, {}])(message), in_headers(chain=[5])(message)),
    "a method of the request": in_headers(get=5),
    "headers in its headers": in_headers(headers=5),
    "a name of its own": in_headers(shadow="x" * 100),
    "a group": in_headers(group={}),
    "a root that is a list": in_headers(root_id=[1]),
    "due before there was time": in_headers(eta="0001-01-01T00:00:00+14:00"),
}
NO_ENVELOPES = [b"", b'["x"]', b"{}", b"null", b"\xff\xfe", b"[" * 5_000, b"x" * 1_000_000]


@pytest.fixture
def ring(broker: str) -> Iterator[bytes]:
    """A ring as it waits in Redis."""
    doorbell.drop(WORK)
    assert doorbell.ring()
    with redis.Redis.from_url(broker) as client:
        [message] = client.lrange(WORK, 0, -1)
    yield message
    doorbell.drop(WORK)


def forged(ring: bytes, change: Change) -> bytes:
    message = json.loads(ring)
    change(message)
    return json.dumps(message).encode()


def test_a_ring_and_a_sweep_are_ours(ring: bytes, broker: str) -> None:
    assert ours.is_ours(ring)
    for name in ("sweep", "sweep_if_overdue"):
        doorbell.drop(UPKEEP)
        app.send_task(f"feedback.submissions.tasks.{name}", queue=UPKEEP)
        assert ours.is_ours(one_in(broker, UPKEEP))


def test_a_ring_that_was_delivered_before_or_comes_again_later_is_ours(ring: bytes) -> None:
    soon = in_headers(eta="2024-07-21T00:00:00+00:00", retries=3, redelivered=True)
    assert ours.is_ours(forged(ring, soon))
    assert ours.is_ours(forged(ring, in_headers(timelimit=[300, 270]))), "as a worker sends it"


def one_in(broker: str, queue: str) -> bytes:
    """The only message of a queue, which is left empty."""
    with redis.Redis.from_url(broker) as client:
        [message] = client.lrange(queue, 0, -1)
    doorbell.drop(queue)
    return bytes(message)


def test_what_beat_sends_is_ours(broker: str) -> None:
    doorbell.drop(UPKEEP)
    beat = Scheduler(app=app, lazy=True)
    beat.merge_inplace(app.conf.beat_schedule)
    for entry in beat.schedule.values():
        beat.apply_async(entry, producer=beat.producer, advance=False)
    assert ours.is_ours(one_in(broker, UPKEEP))


def test_a_wake_that_a_worker_sends_again_after_a_failure_is_ours(broker: str, ring: bytes) -> None:
    message = json.loads(ring)
    properties = message["properties"]
    place = {**properties["delivery_info"], "priority": 0, "redelivered": True}
    carried = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "redelivered": True}
    # As Celery's Request and its `trace_task_ret` put it together.
    request = {**message["headers"], **carried, "properties": properties, "delivery_info": place, "hostname": "here"}
    request |= {key: properties[key] for key in ("reply_to", "correlation_id")}
    request |= {"args": [], "kwargs": {}, "is_eager": False, "called_directly": False} | EMBED
    doorbell.drop(WORK)
    tasks.wake.signature_from_request(Context(request), countdown=30, retries=1).apply_async()
    again = one_in(broker, WORK)
    assert json.loads(again)["headers"]["retries"] == 1
    assert json.loads(again)["headers"]["traceparent"] == carried["traceparent"]
    assert ours.is_ours(again)


@pytest.mark.parametrize("how", FORGED)
def test_what_differs_is_not(ring: bytes, how: str) -> None:
    assert not ours.is_ours(forged(ring, FORGED[how]))


@pytest.mark.parametrize("message", NO_ENVELOPES, ids=range(len(NO_ENVELOPES)))
def test_what_is_no_message_at_all_is_not(message: bytes) -> None:
    assert not ours.is_ours(message)


def test_a_worker_outlives_all_of_them_and_counts_them(start_services: Callable[..., Stack], ring: bytes) -> None:
    stack = start_services()
    worker = stack.processes["worker"]
    messages = [forged(ring, change) for change in FORGED.values()] + NO_ENVELOPES
    with redis.Redis.from_url(stack.environment["CELERY_BROKER_URL"]) as client:
        for queue in (WORK, UPKEEP):
            client.lpush(queue, *messages)
        worker.until(lambda: int(client.get(ours.REJECTED) or 0) == 2 * len(messages))
    address = stack.client.post("/assignment/html", json=class_of(3)).headers["Location"]

    assert stack.finished(address).status_code == 200
    assert worker.running
    assert worker.words().count("none of ours was rejected") == 1
    metrics = stack.client.get("/metrics").text
    assert f"feedback_rejected_messages_total {2.0 * len(messages)}" in metrics


def test_what_celery_shows_of_its_settings_has_none_of_djangos(service: Stack) -> None:
    worker = service.processes["worker"]
    worker.until(lambda: "ready." in worker.log.read_text())
    shown = service.run("celery", "-A", "feedback", "inspect", "conf", "--json", "--timeout", "10")
    assert "task_acks_late" in shown
    for secret in ("DATABASES", "SECRET_KEY", "INSTALLED_APPS", "MIDDLEWARE", "ALLOWED_HOSTS", "FEEDBACK_", "protects"):
        assert secret not in shown, secret


def test_flower_asks_for_its_password_everywhere(start_services: Callable[..., Stack]) -> None:
    stack = start_services(FLOWER_BASIC_AUTH="ada:let-me-in")
    port = Reservation()
    flower = stack.start("flower", "celery", "-A", "feedback", "flower", f"--port={port.port}", "--address=127.0.0.1")
    address = f"http://127.0.0.1:{port.port}"

    def status(path: str, **how: Any) -> int:
        try:
            return httpx.get(f"{address}{path}", timeout=30, trust_env=False, **how).status_code
        except httpx.TransportError:
            return 0

    flower.until(lambda: status("/") != 0)
    for path in ("/", "/workers", "/metrics", "/healthcheck", "/api/workers"):
        assert status(path) == 401, path
    for path in ("/metrics", "/healthcheck"):
        assert status(path, auth=("ada", "let-me-in")) == 200
    port.release()


def test_a_worker_that_starts_looks_for_work_and_sweeps_though_nobody_rings_and_beat_is_away(
    start_services: Callable[..., Stack],
) -> None:
    stack = start_services(FEEDBACK_LEASE_SECONDS="2")
    for name in ("worker", "beat"):
        stack.processes.pop(name).kill()
    address = stack.client.post("/assignment/html", json=class_of(3)).headers["Location"]
    with redis.Redis.from_url(stack.environment["CELERY_BROKER_URL"]) as client:
        client.flushdb()
    stack.start_worker("late")
    assert stack.finished(address).status_code == 200

    other = stack.client.post("/assignment/html", json=class_of(4)).headers["Location"]
    with redis.Redis.from_url(stack.environment["CELERY_BROKER_URL"]) as client:
        client.delete(WORK)
    assert stack.finished(other).status_code == 200
