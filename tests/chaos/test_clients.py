"""Clients that are slow, many, or gone: they cost the others nothing, and make no second task."""

import httpx

from tests.chaos.clients import percentile, post_all, send_raw
from tests.chaos.conftest import FULL, Figures
from tests.harness.site import Site
from tests.harness.students import student
from tests.harness.waiting import until

SLOW = 200
REQUESTS = 400 if FULL else 60


def p95_of_posts(site: Site, name: str) -> float:
    """Of POSTs by one client that waits for each answer, in seconds."""
    bodies = [student(f"{name}-{number}") for number in range(REQUESTS)]
    answers = post_all(site, bodies, clients=1)
    assert {answer.status for answer in answers} == {202}
    return percentile([answer.seconds for answer in answers], 0.95)


def test_200_half_sent_bodies_leave_other_requests_as_quick_as_they_were(site: Site, figures: Figures) -> None:
    before = p95_of_posts(site, "alone")
    slow = [send_raw(site, b'{"student_id": "slow', length=2_000_000) for _ in range(SLOW)]
    try:
        beside = p95_of_posts(site, "beside")
    finally:
        for sock in slow:
            sock.close()

    ratio = beside / before
    figures.add(f"{SLOW} half-sent bodies: others' p95, ms before", before * 1000, "")
    figures.add(f"{SLOW} half-sent bodies: others' p95, ms beside them", beside * 1000, "")
    figures.add(f"{SLOW} half-sent bodies: ratio of others' p95", ratio, "<= 2")
    assert ratio <= 2 or not FULL
    assert site.query("SELECT count(*) FROM reports_task") == [(2 * REQUESTS,)]


def test_clients_that_leave_before_they_are_answered_cost_no_connection(site: Site) -> None:
    body = b'{"student_id": "gone", "events": []}'
    for _ in range(200):
        send_raw(site, body).close()

    # Each request held one of the 16 connections of web's pool; those that are lost would be missed by now.
    answers = post_all(site, [student(f"stayed-{number}") for number in range(40)], clients=16)
    assert {answer.status for answer in answers} == {202}
    assert site.query("SELECT count(*) FROM reports_upload WHERE student_id = 'gone'")[0][0] <= 1


def test_100_posts_at_once_of_one_body_or_of_one_key_make_one_task(site: Site, figures: Figures) -> None:
    tasks = {}
    for name, headers in (("body", {}), ("key", {"Idempotency-Key": "one"})):
        answers = post_all(site, [student("the same")] * 100, clients=100, **headers)
        assert {answer.status for answer in answers} <= {202, 200}
        tasks[name] = {answer.address for answer in answers}

    stored = site.query("SELECT count(*) FROM reports_task")[0][0]
    figures.add("100 identical POSTs at once: tasks", len(tasks["body"]), "1")
    figures.add("100 POSTs at once with one Idempotency-Key: tasks", len(tasks["key"]), "1")
    assert (len(tasks["body"]), len(tasks["key"]), stored) == (1, 1, 2)
    other = site.client.post("/assignment/html", json=student("another"), headers={"Idempotency-Key": "one"})
    assert other.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert site.finished(tasks["key"].pop()).status_code == 200
    until(lambda: site.query("SELECT DISTINCT state FROM reports_document") == [("SUCCESS",)], "both reports")
