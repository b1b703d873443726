"""Two of everything that there should be one of, and clocks that are minutes off: all times are the database's."""

from tests.chaos.clients import post_all
from tests.chaos.conftest import Figures
from tests.harness.site import WORKERS, Site
from tests.harness.students import Json, class_of, student
from tests.harness.waiting import until

RENDER = "feedback.pipeline:render"
MINUTES = 300


def test_two_beats_and_clocks_that_are_minutes_apart(site: Site, figures: Figures) -> None:
    site.end("web", "beat", *WORKERS)
    site.clocks = {"web": MINUTES, WORKERS[0]: -MINUTES, "beat": MINUTES, "beat-2": -MINUTES}
    lost = site.flaw(WORKERS[0], RENDER, when="before", action="kill")
    renders = [site.flaw(name, RENDER, when="before", action="count") for name in WORKERS]
    site.start_web().until(site.answers)
    bodies: list[Json | list[Json]] = [
        *(student(f"skewed-{number}") for number in range(20)),
        class_of(20, "skewed-class"),
    ]
    answers = post_all(site, bodies, clients=4)
    site.redis.flush()
    for name in ("beat", "beat-2"):
        site.start_beat(name)
    for name in WORKERS:
        site.start_worker(name)

    done = "SELECT count(*) FROM reports_document WHERE state = 'SUCCESS'"
    seconds = until(lambda: site.query(done) == [(41,)], "41 reports", seconds=90)
    assert {answer.status for answer in answers} == {202}
    assert lost.victim, "a lease that ran out by the database's clock"
    repeated = sum(flaw.count for flaw in renders) - 40
    figures.add("2 beats, clocks 5 min apart, hints lost, a worker killed: seconds to deliver", seconds, "< 90")
    figures.add("the same: renders beyond the first of each report", repeated, "<= 1")
    assert repeated <= 1, "none but the one at which the worker was killed"
