"""The broker or the database is away: what was accepted is delivered when it returns, with no one's help."""

import httpx

from tests.chaos.clients import post_all
from tests.chaos.conftest import FULL, Figures
from tests.harness.site import WORKERS, Site
from tests.harness.students import class_of, student
from tests.harness.waiting import until

BURST = 1_000 if FULL else 60
CLIENTS = 8


def all_done(site: Site, number: int) -> bool:
    return site.query("SELECT state, count(*) FROM reports_document GROUP BY state") == [("SUCCESS", number)]


def assert_delivered(site: Site, number: int) -> float:
    return until(lambda: all_done(site, number), f"{number} reports delivered", seconds=60 + number)


def test_the_broker_is_down_for_a_whole_burst(site: Site, figures: Figures) -> None:
    site.redis.process.kill()
    answers = post_all(site, [student(f"burst-{number}") for number in range(BURST)], CLIENTS)
    site.redis.restart()

    slowest = max(answer.seconds for answer in answers)
    figures.add(f"broker down, {BURST} POSTs by {CLIENTS} clients: slowest 202, in seconds", slowest, "< 1")
    assert {answer.status for answer in answers} == {202}
    assert slowest < 1 or not FULL
    seconds = assert_delivered(site, BURST)
    figures.add(f"broker back: seconds until all {BURST} were delivered", seconds, "all")


def test_the_broker_is_frozen_for_a_whole_burst(site: Site, figures: Figures) -> None:
    site.redis.process.freeze()
    answers = post_all(site, [student(f"frozen-{number}") for number in range(BURST)], CLIENTS)
    site.redis.process.thaw()

    slowest = max(answer.seconds for answer in answers)
    figures.add(f"broker frozen, {BURST} POSTs by {CLIENTS} clients: slowest 202, in seconds", slowest, "< 2")
    assert {answer.status for answer in answers} == {202}
    assert slowest < 2 or not FULL
    assert_delivered(site, BURST)


def test_the_broker_loses_everything_it_holds(site: Site) -> None:
    site.end(*WORKERS)
    post_all(site, [*(student(f"lost-{number}") for number in range(20)), class_of(20, "lost-class")], CLIENTS)
    site.redis.flush()
    site.run_all()

    assert_delivered(site, 41)


def test_the_database_is_down(site: Site, figures: Figures) -> None:
    accepted = site.client.post("/assignment/html", json=class_of(40, "before"))
    site.postgres.crash()
    answer = site.client.post("/assignment/html", json=student("meanwhile"))
    fetched = site.client.get(accepted.headers["Location"])
    for response in (answer, fetched, site.client.get("/health/ready"), site.client.get("/health/accepting")):
        assert response.status_code == 503
        assert set(response.json()) == {"error", "details"}
        assert int(response.headers["Retry-After"]) >= 1
    assert site.client.get("/health/live").status_code == 200

    site.postgres.restart()
    seconds = until(lambda: posted(site) == 202, "a POST that is taken again")
    figures.add("database back: seconds until a POST is taken", seconds, "all")
    assert_delivered(site, 42)


def posted(site: Site) -> int:
    try:
        return site.client.post("/assignment/html", json=student("meanwhile")).status_code
    except httpx.TransportError:
        return 0
