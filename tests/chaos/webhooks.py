"""An endpoint beside a site that breaks, and what must have come to it in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.harness.receiver import Receiver
from tests.harness.site import Site
from tests.harness.waiting import until


@contextmanager
def listening(site: Site) -> Iterator[Receiver]:
    """An endpoint for all that is submitted, until the site is reset."""
    name = ["--name", "tests"] if site.environment["FEEDBACK_AUTH"] == "keys" else []
    with Receiver() as receiver:
        receiver.secret = site.run("python", "manage.py", "webhook", "create", "--url", receiver.url, *name).strip()
        yield receiver


def tasks(site: Site) -> set[str]:
    return {task for (task,) in site.query("SELECT id::text FROM reports_task")}


def settled(site: Site) -> bool:
    return site.query("SELECT count(*) FROM reports_webhookdelivery WHERE progress <> 'delivered'") == [(0,)]


def assert_each_event_arrived(site: Site, receiver: Receiver, number: int) -> int:
    """Each of so many tasks has been told of, under one id, signed; returns how many events came more than once."""
    until(lambda: len(receiver.ids_by_task()) == number, f"{number} events", seconds=180)
    until(lambda: settled(site), "the record of every delivery", seconds=60)
    assert set(receiver.ids_by_task()) == tasks(site)
    assert all(len(ids) == 1 for ids in receiver.ids_by_task().values()), "one webhook-id for each task"
    assert {one.event["type"] for one in receiver.received} == {"task.completed"}
    assert receiver.forged == []
    return sum(times > 1 for times in receiver.times().values())
