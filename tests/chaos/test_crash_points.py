"""A process killed at each step between the POST and the acknowledged message: the report is delivered, once."""

import hashlib
from dataclasses import dataclass

import httpx
import pytest

from tests.chaos.work import expected_sha256
from tests.harness.flaws import Flaw
from tests.harness.site import WORKERS, Site
from tests.harness.students import Json, class_of, student
from tests.harness.waiting import until

IN_WEB = {
    "before the commit": ("feedback.store.bulk_insert:insert_single", "before"),
    "after the commit, before the ring": ("feedback.queue.doorbell:ring", "before"),
    "after the ring, before the answer": ("feedback.queue.doorbell:ring", "after"),
}
IN_WORKER = {
    # What is loaded of a claim names the student, as the claim itself does not.
    "after the claim": ("feedback.store.loading:logs", "after"),
    "after the render": ("feedback.pipeline:render", "after"),
    "before the store": ("feedback.queue.claims:store", "before"),
    "after the store": ("feedback.queue.claims:store", "after"),
}


def assert_delivered_once(site: Site, ada: Json, address: str) -> None:
    finished = site.finished(address)
    assert finished.status_code == 200, finished.text
    assert hashlib.sha256(finished.content).hexdigest() == expected_sha256(ada, "html")
    rows = site.query(
        "SELECT state FROM reports_document d JOIN reports_student s ON s.id = d.about_id WHERE s.student_id = %s",
        ada["student_id"],
    )
    assert rows == [("SUCCESS",)]


@pytest.mark.parametrize("point", IN_WEB)
def test_web_is_killed(site: Site, point: str) -> None:
    target, when = IN_WEB[point]
    ada = student(f"web {point}")
    site.end("web")
    flaw = site.flaw("web", target, when=when, action="kill")
    site.start_web().until(site.answers)

    with pytest.raises(httpx.TransportError):
        site.client.post("/assignment/html", json=ada)
    assert flaw.victim
    site.run_all()

    stored = site.query("SELECT id FROM reports_task")
    assert len(stored) == (0 if point == "before the commit" else 1)
    if stored:  # what was stored is made although the client never heard of it
        assert_delivered_once(site, ada, f"/assignment/html/{stored[0][0]}")
    again = site.client.post("/assignment/html", json=ada)
    assert_delivered_once(site, ada, again.headers["Location"])


def test_web_is_killed_amid_the_rows_of_a_class(site: Site) -> None:
    site.end("web")
    flaw = site.flaw("web", "feedback.store.bulk_insert:_insert_all", when="after", action="kill")
    site.start_web().until(site.answers)

    with pytest.raises(httpx.TransportError):
        site.client.post("/assignment/html", json=class_of(3, "amid"))
    assert flaw.victim
    site.run_all()

    assert site.query("SELECT id FROM reports_task") == []
    assert site.query("SELECT id FROM reports_document") == []
    again = site.client.post("/assignment/html", json=class_of(3, "amid"))
    assert site.finished(again.headers["Location"]).status_code == 200


@dataclass
class Struck:
    """A report amid which a worker process was killed, and how often that process began to render it."""

    ada: Json
    address: str
    renders: int


@pytest.fixture(scope="module")
def struck(shared_site: Site) -> dict[str, Struck]:
    """All at once, as each then waits for its lease to run out: one worker is killed at every point in turn."""
    shared_site.end(*WORKERS)
    shared_site.reset()
    flaws: dict[str, tuple[Flaw, Flaw]] = {}
    students = {point: student(f"worker {point}") for point in IN_WORKER}
    for point, (target, when) in IN_WORKER.items():
        name = students[point]["student_id"]
        kill = shared_site.flaw(WORKERS[0], target, when=when, action="kill", only_for=name)
        render = "feedback.pipeline:render"
        flaws[point] = kill, shared_site.flaw(WORKERS[0], render, when="before", action="count", only_for=name)
    shared_site.start_worker()
    found = {}
    for point, (kill, renders) in flaws.items():
        posted = shared_site.client.post("/assignment/html", json=students[point])
        until(lambda kill=kill: bool(kill.victim), f"a worker killed {point}")  # type: ignore[misc] # bound at once
        found[point] = Struck(students[point], posted.headers["Location"], renders.count)
    return found


@pytest.mark.parametrize("point", IN_WORKER)
def test_a_worker_is_killed(shared_site: Site, struck: dict[str, Struck], point: str) -> None:
    one = struck[point]

    assert_delivered_once(shared_site, one.ada, one.address)
    assert one.renders == (0 if point == "after the claim" else 1)
    query = (
        "SELECT attempts, lease_expiries "
        "FROM reports_document d JOIN reports_student s ON s.id = d.about_id WHERE s.student_id = %s"
    )
    done_before = point == "after the store"
    assert shared_site.query(query, one.ada["student_id"]) == [(1, 0) if done_before else (2, 1)]


def test_a_worker_is_killed_before_the_acknowledgement(site: Site) -> None:
    ada = student("worker before the acknowledgement")
    site.end(*WORKERS)
    acknowledge = "celery.worker.request:Request.acknowledge"
    kill = site.flaw(WORKERS[0], acknowledge, when="before", action="kill", only_for="tasks.wake")
    worker = site.start_worker()
    posted = site.client.post("/assignment/html", json=ada)
    until(lambda: not worker.running, "a worker that is killed whole")
    assert kill.victim == worker.pid
    site.run_all()

    assert_delivered_once(site, ada, posted.headers["Location"])
    assert site.query("SELECT attempts FROM reports_document") == [(1,)]
