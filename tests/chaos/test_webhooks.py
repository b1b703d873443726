"""Webhooks while everything breaks: each finished task's event arrives, under one `webhook-id`, however often."""

import time

from tests.chaos.clients import post_all
from tests.chaos.conftest import FULL, Figures
from tests.chaos.webhooks import assert_each_event_arrived, listening
from tests.harness.site import WORKERS, Site
from tests.harness.students import Json, class_of, student
from tests.harness.waiting import until

SINGLES = 500 if FULL else 24
CLIENTS = 8
# Where a worker process is killed, and in what an event then is: each once, whichever process comes there first.
POINTS = {
    "after the store, before anybody is told": ("feedback.queue.claims:store", "after", ""),
    "after the claim of a delivery": ("feedback.submissions.webhooks.outbox:claim", "after", "msg_"),
    "after a delivery, before its record": ("feedback.submissions.webhooks.outbox:record", "before", "answered 204"),
    "after the record of a delivery": ("feedback.submissions.webhooks.outbox:record", "after", "answered 204"),
}


def test_workers_are_killed_at_every_step_of_a_delivery(site: Site, figures: Figures) -> None:
    site.end(*WORKERS)
    with listening(site) as receiver:
        kills = {
            point: site.flaw(WORKERS[0], target, when=when, action="kill", only_for=only_for)
            for point, (target, when, only_for) in POINTS.items()
        }
        site.start_worker(WORKERS[0])
        number = 0
        while not all(kill.victim for kill in kills.values()):
            assert number < 300, "each point is come to"
            post_all(site, [student(f"killed {number + more}") for more in range(3)], 3)
            number += 3
            time.sleep(0.5)
        repeated = assert_each_event_arrived(site, receiver, number)

    figures.add("webhooks: a worker killed at 4 steps: tasks, events that arrived", f"{number}, {number}", "all")
    figures.add("webhooks: events that arrived again, under the same id", repeated, "≥ 1")
    assert repeated >= 1, "what was delivered and not recorded comes again"


def test_the_receiver_is_down_while_redis_is_wiped_and_postgresql_crashes(site: Site, figures: Figures) -> None:
    with listening(site) as receiver:
        receiver.stop()
        bodies: list[Json | list[Json]] = [
            *(student(f"down-{number}") for number in range(SINGLES)),
            class_of(20, "down-class"),
        ]
        post_all(site, bodies, CLIENTS)
        site.redis.flush()
        site.postgres.crash()
        site.postgres.restart()
        site.run_all()
        done = "SELECT count(*) FROM reports_document WHERE state = 'SUCCESS'"
        until(lambda: site.query(done) == [(SINGLES + 21,)], "the reports", seconds=60 + SINGLES)
        tried = "SELECT count(*) FROM reports_webhookdelivery WHERE attempts > 0"
        until(lambda: site.query(tried)[0][0] > 0, "a try in vain")
        assert receiver.received == []
        site.end(*WORKERS)
        site.redis.flush()
        site.run_all()
        receiver.start()
        seconds = until(lambda: len(receiver.ids_by_task()) == len(bodies), "all events", seconds=180)
        assert_each_event_arrived(site, receiver, len(bodies))

    what = "webhooks: receiver down all the while, Redis wiped, PostgreSQL crashed: tasks, events that arrived"
    figures.add(what, f"{len(bodies)}, {len(bodies)}", "all")
    figures.add("webhooks: receiver back: seconds until all had arrived", seconds, "all")
