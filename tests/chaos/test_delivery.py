"""Messages that come often, workers that freeze, end or die: each report is made, by one of them, once."""

import os
import signal
from collections import Counter

import redis

from feedback.celery import WORK
from tests.chaos.conftest import Figures
from tests.chaos.work import expected_sha256
from tests.harness.processes import freeze
from tests.harness.site import WORKERS, Site
from tests.harness.students import class_of, student
from tests.harness.waiting import until

RENDER = "feedback.pipeline:render"


def states(site: Site) -> Counter[str]:
    return Counter(state for (state,) in site.query("SELECT state FROM reports_document"))


def multiply_messages(site: Site, times: int) -> int:
    """Put every waiting message into its queue again and again; returns how many there are then."""
    with redis.Redis.from_url(site.redis.url) as broker:
        for message in broker.lrange(WORK, 0, -1):
            broker.rpush(WORK, *[message] * (times - 1))
        return int(broker.llen(WORK))


def test_each_message_delivered_ten_times_makes_each_report_once(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    renders = [site.flaw(name, RENDER, when="before", action="count") for name in WORKERS]
    students = class_of(30, "tenfold")
    addresses = [
        site.client.post("/assignment/html", json=body).headers["Location"] for body in (students, students[0])
    ]
    messages = multiply_messages(site, 10)
    for name in WORKERS:
        site.start_worker(name)

    for address in addresses:
        assert site.finished(address).status_code == 200
    assert messages >= 20
    assert states(site) == {"SUCCESS": 32}
    rendered = sum(flaw.count for flaw in renders)
    figures.add("each message delivered 10 times: renders of 31 reports", rendered, "31")
    assert rendered == 31


def test_a_message_wiped_after_each_post_leaves_the_work_to_the_sweep(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    addresses = []
    for number in range(10):
        body = class_of(5, f"wiped-{number}") if number % 5 == 0 else student(f"wiped-{number}")
        addresses.append(site.client.post("/assignment/html", json=body).headers["Location"])
        site.redis.flush()
    for name in WORKERS:
        site.start_worker(name)

    assert [site.finished(address).status_code for address in addresses] == [200] * 10
    figures.add("messages wiped after each of 10 POSTs: reports delivered", states(site)["SUCCESS"], "20")
    assert states(site) == {"SUCCESS": 20}


def test_sixteen_worker_processes_all_store_reports_of_one_class(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    stores = site.flaw(WORKERS[0], "feedback.queue.claims:store", when="after", action="count")
    site.start_worker(WORKERS[0], concurrency=16)
    address = site.client.post("/assignment/html", json=class_of(1_000, "sixteen")).headers["Location"]

    assert site.finished(address).status_code == 200
    figures.add("16 worker processes on a class of 1,000: how many stored reports", len(stores.processes), "16")
    assert len(stores.processes) == 16
    assert states(site) == {"SUCCESS": 1_001}


def test_a_worker_frozen_past_its_lease_finds_its_write_refused(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    frozen = site.flaw(WORKERS[0], RENDER, when="after", action="freeze")
    renders = site.flaw(WORKERS[0], RENDER, when="before", action="count")
    site.start_worker(WORKERS[0])
    posted = site.client.post("/assignment/pdf", json=student("frozen"))
    until(lambda: frozen.victim is not None, "a worker amid a report")
    victim = frozen.victim or 0
    freeze(victim)
    site.start_worker(WORKERS[1])
    finished = site.finished(posted.headers["Location"])
    before = site.query("SELECT sha256, fence, finished_at FROM reports_document")

    frozen.thaw()
    os.kill(victim, signal.SIGCONT)
    refused = "documents refused"
    until(lambda: refused in site.processes[WORKERS[0]].words(), "the thawed worker's write to be refused")

    after = site.query("SELECT sha256, fence, finished_at FROM reports_document")
    figures.add("a worker frozen past its lease: writes of it that counted", int(after != before), "0")
    assert after == before
    assert before[0][:2] == (expected_sha256(student("frozen"), "pdf"), 2)
    assert site.client.get(posted.headers["Location"]).content == finished.content
    assert renders.count == 1


def test_a_report_that_kills_its_worker_every_time_is_given_up_and_its_99_neighbours_are_made(
    site: Site, figures: Figures
) -> None:
    site.end(*WORKERS)
    for name in WORKERS:
        site.flaw(name, RENDER, when="before", action="kill", once=False, only_for="poisoned-57'")
        site.start_worker(name)
    students = class_of(100, "poisoned")
    address = site.client.post("/assignment/html", json=students).headers["Location"]

    assert site.finished(address, seconds=180).status_code == 200
    manifest = {entry["student_id"]: entry for entry in site.client.get(f"{address}/reports").json()["students"]}
    given_up = manifest.pop("poisoned-57")
    assert (given_up["state"], given_up["link"]) == ("FAILURE", None)
    assert "lost 3 times" in given_up["error"]
    assert {entry["state"] for entry in manifest.values()} == {"SUCCESS"}
    for body in students:
        if body["student_id"] in manifest:
            assert manifest[body["student_id"]]["sha256"] == expected_sha256(body, "html")
    query = (
        "SELECT attempts FROM reports_document d JOIN reports_student s ON s.id = d.about_id WHERE s.student_id = %s"
    )
    [(claims,)] = site.query(query, "poisoned-57")
    figures.add("poison in a class of 100: claims of it, neighbours made", f"{claims}, {len(manifest)}", "3, 99")
    assert (claims, len(manifest)) == (3, 99)
    assert site.client.get(f"{address}/archive.zip").status_code == 409


def test_a_worker_that_is_told_to_end_hands_back_what_it_cannot_finish(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    site.flaw(WORKERS[0], RENDER, when="before", action="freeze")
    worker = site.start_worker(WORKERS[0])
    address = site.client.post("/assignment/html", json=student("handed back")).headers["Location"]
    until(lambda: states(site)["RUNNING"] == 1, "a claim")
    site.start_worker(WORKERS[1])
    worker.send(signal.SIGTERM)
    seconds = until(lambda: not worker.running, "the end of the worker", seconds=30)

    assert site.finished(address).status_code == 200
    assert site.query("SELECT attempts, lease_expiries FROM reports_document") == [(1, 0)]
    figures.add("SIGTERM amid an endless report: seconds to hand it back and end", seconds, "< 30")


def test_a_worker_whose_parent_is_killed_hands_back_what_it_has(site: Site) -> None:
    site.end(*WORKERS)
    site.flaw(WORKERS[0], RENDER, when="before", action="freeze")
    worker = site.start_worker(WORKERS[0])
    address = site.client.post("/assignment/html", json=student("orphaned")).headers["Location"]
    until(lambda: states(site)["RUNNING"] == 1, "a claim")
    worker.send(signal.SIGKILL)

    until(lambda: worker.group() == [], "the end of the worker's process")
    assert site.query("SELECT state, attempts FROM reports_document") == [("PENDING", 0)]
    site.run_all()
    assert site.finished(address).status_code == 200
