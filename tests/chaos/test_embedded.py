"""The embedded service killed amid a class, whole and without warning, and started again on the same home."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.chaos.conftest import Figures
from tests.chaos.work import expected_sha256
from tests.harness.receiver import Receiver
from tests.harness.site import LEASE_SECONDS
from tests.harness.stack import Stack
from tests.harness.students import class_of, student
from tests.harness.waiting import until


def descendants(pid: int) -> set[int]:
    """Every process that this one has started, and they in turn."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def kill_whole(serve: int) -> int:
    """SIGKILL to it and all below it, none of which is left the time to notice; returns how many there were."""
    victims = [serve, *sorted(descendants(serve))]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for victim in victims:
            os.kill(victim, number)
    return len(victims)


def test_a_class_survives_the_death_of_the_whole_service(
    start_embedded: Callable[..., Stack], figures: Figures
) -> None:
    stack = start_embedded(FEEDBACK_LEASE_SECONDS=str(LEASE_SECONDS))
    serve = stack.processes["serve"]
    students = class_of(120, "embedded")
    address = stack.client.post("/assignment/pdf", json=students).headers["Location"]

    def progress() -> int:
        answer = stack.client.get(address)
        return int(answer.json()["progress"]["done"]) if answer.status_code == 202 else len(students)

    until(lambda: progress() > 0, "a class of which something is done")
    killed = kill_whole(serve.pid)
    serve.wait(10)
    serve.restart()
    serve.until(stack.answers)

    assert killed >= 4, "serve, web, a worker for each core"
    assert 0 < progress() < len(students), "amid the class"
    assert stack.finished(address).status_code == 200
    entries = stack.client.get(f"{address}/reports").json()["students"]
    made = [entry["sha256"] for entry in entries]
    figures.add("embedded: SIGKILL to all processes amid a class of 120: reports delivered", len(made), "120")
    assert made == [expected_sha256(student, "pdf") for student in students]


def test_events_survive_the_death_of_the_whole_service_while_their_receiver_is_down(
    start_embedded: Callable[..., Stack], figures: Figures
) -> None:
    stack = start_embedded(
        FEEDBACK_WEBHOOK_ALLOW_PRIVATE="true", FEEDBACK_WEBHOOK_RETRY_SECONDS=",".join(["0", *["1"] * 60])
    )
    stack.environment["FEEDBACK_HOME"] = str(stack.folder / "home")
    serve = stack.processes["serve"]
    with Receiver() as receiver:
        receiver.secret = stack.run("feedback", "manage", "webhook", "create", "--url", receiver.url).strip()
        receiver.stop()
        bodies = [student(f"embedded-{number}") for number in range(10)]
        addresses = [stack.client.post("/assignment/html", json=body).headers["Location"] for body in bodies]
        assert [stack.finished(address).status_code for address in addresses] == [200] * 10
        kill_whole(serve.pid)
        serve.wait(10)
        serve.restart()
        serve.until(stack.answers)
        receiver.start()
        until(lambda: len(receiver.ids_by_task()) == 10, "all events", seconds=120)

        figures.add(
            "embedded: SIGKILL to all, receiver down: tasks, events that arrived",
            f"10, {len(receiver.times())}",
            "10, 10",
        )
        assert set(receiver.ids_by_task()) == {address.rsplit("/", 1)[1] for address in addresses}
        assert all(len(ids) == 1 for ids in receiver.ids_by_task().values())
        assert receiver.forged == []
