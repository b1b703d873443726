"""Everything at once, at random, while work keeps coming: every 202 ever sent ends in one report, the right one."""

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from tests.chaos.conftest import FULL, MODES, Figures
from tests.chaos.monkey import Monkey
from tests.chaos.webhooks import assert_each_event_arrived, listening
from tests.chaos.work import expected_class_hash, expected_hashes
from tests.harness.site import Site
from tests.harness.students import Json, class_of, student
from tests.harness.waiting import until

REPORTS = int(os.environ.get("CHAOS_REPORTS", "10000" if FULL else "240"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
POSTERS = 4
# Between faults, in seconds. Each costs up to a lease of waiting, which the work of the others must outweigh.
PAUSE = (2.0, 6.0) if FULL else (1.0, 2.0)
AWAY = 10.0 if FULL else 2.0
LIMIT_SECONDS = 1200 if FULL else 240


@dataclass(frozen=True)
class Post:
    """What is sent; a class is a list. The hash of each student's report is known beforehand."""

    format: str
    students: list[Json]
    key: str

    @property
    def body(self) -> Json | list[Json]:
        return self.students if len(self.students) > 1 else self.students[0]


@dataclass
class Accepted:
    """A task of which a 202 told, with how many of them: each repeats the same task."""

    post: Post
    tasks: set[str]


def work(reports: int, chance: random.Random) -> Iterator[Post]:
    """Singles and classes in both formats, half of the reports PDF, a few with an Idempotency-Key."""
    number = made = 0
    while made < reports:
        size = 1 if chance.random() < 0.9 else chance.randint(2, 60)
        format_ = "pdf" if number % 2 else "html"
        key = f"key-{number}" if chance.random() < 0.1 else ""
        name = f"mayhem-{number}"
        yield Post(format_, class_of(size, name) if size > 1 else [student(name, *range(chance.randint(1, 12)))], key)
        number, made = number + 1, made + size


def send(site: Site, post: Post, impatient: bool) -> Accepted:
    """POST until there is an answer, as a client does that got a 503 or none; some do so once more than needed."""
    headers = {"Idempotency-Key": post.key} if post.key else {}
    tasks: set[str] = set()
    needed = 2 if impatient else 1
    with httpx.Client(base_url=site.url, headers=site.headers, timeout=30) as client:
        while needed:
            try:
                response = client.post(f"/assignment/{post.format}", json=post.body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.3)
                continue
            if response.status_code in (200, 202):
                tasks.add(response.json()["task_id"])
                needed -= 1
            else:
                assert response.status_code == 503, response.text
                time.sleep(0.3)
    return Accepted(post, tasks)


def send_all(site: Site, posts: Sequence[Post], chance: random.Random) -> list[Accepted]:
    impatient = [chance.random() < 0.1 for _ in posts]
    with ThreadPoolExecutor(POSTERS) as pool:
        return list(pool.map(lambda post, again: send(site, post, again), posts, impatient))


def unfinished(site: Site) -> int:
    query = "SELECT count(*) FROM reports_document WHERE state IN ('PENDING', 'RUNNING')"
    return int(site.query(query)[0][0])


def wrong_documents(site: Site, accepted: Sequence[Accepted]) -> list[str]:
    """What differs from a render in which nothing failed, by task and position."""
    query = (
        "SELECT task_id::text, position, kind, id::text, sha256, encode(sha256(body), 'hex') "
        "FROM reports_document WHERE state = 'SUCCESS' ORDER BY task_id, position"
    )
    rows: dict[str, list[tuple[str, str, str]]] = {}
    wrong = []
    for task, position, kind, report_id, sha256, of_body in site.query(query):
        if sha256 != of_body:
            wrong.append(f"{task} {position}: the hash is not the body's")
        rows.setdefault(task, []).append((kind, report_id, sha256))
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        sent = [one.post for one in accepted]
        formats = [post.format for post in sent]
        expected = pool.map(expected_hashes, [post.students for post in sent], formats, chunksize=16)
        for one, hashes in zip(accepted, expected, strict=True):
            task = next(iter(one.tasks))
            made = [row for row in rows.get(task, []) if row[0] == "student"]
            if [row[2] for row in made] != hashes:
                wrong.append(f"{task}: a student's report")
            if len(one.post.students) > 1:
                report_ids = [report_id for _, report_id, _ in made]
                class_reports = [row[2] for row in rows[task] if row[0] == "class"]
                if class_reports != [expected_class_hash(one.post.students, one.post.format, task, report_ids)]:
                    wrong.append(f"{task}: the class report")
    return wrong


@pytest.mark.parametrize("shared_site", MODES, indirect=True)
def test_every_202_ever_sent_ends_in_exactly_one_right_report(site: Site, figures: Figures) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chance that can be repeated
    posts = list(work(REPORTS, chance))
    reports = sum(len(post.students) + (len(post.students) > 1) for post in posts)
    begun = time.monotonic()
    accepted: list[Accepted] = []
    sender = threading.Thread(target=lambda: accepted.extend(send_all(site, posts, chance)))
    with listening(site) as receiver:
        with Monkey(site, SEED, PAUSE, AWAY) as monkey:
            sender.start()
            sender.join(LIMIT_SECONDS)
            until(lambda: settled(site, reports // 20), "all but a twentieth", LIMIT_SECONDS)
        faults = monkey.done
        site.run_all()
        until(lambda: unfinished(site) == 0, f"{reports} reports delivered (CHAOS_SEED={SEED})", LIMIT_SECONDS)
        seconds = time.monotonic() - begun
        repeated = assert_each_event_arrived(site, receiver, len(posts))
        events = "mayhem: webhooks that arrived, each task's under one id; of these more than once"
        figures.add(events, f"{len(posts)}, {repeated}", str(len(posts)))

    add_figures(figures, site, posts, faults.total(), seconds)
    for name, number in sorted(faults.items()):
        figures.add(f"mayhem: {name}", number, "")
    assert len(accepted) == len(posts)
    assert all(len(one.tasks) == 1 for one in accepted), "one task for each body, however often it was sent"
    stored = {task for (task,) in site.query("SELECT id::text FROM reports_task")}
    lost = {task for one in accepted for task in one.tasks} - stored
    states = dict(site.query("SELECT state, count(*) FROM reports_document GROUP BY state"))
    wrong = wrong_documents(site, accepted)
    figures.add(
        "mayhem: tasks lost, reports stuck or failed, extra tasks",
        f"{len(lost)}, {reports - states.get('SUCCESS', 0)}, {len(stored) - len(posts)}",
        "0, 0, 0",
    )
    figures.add("mayhem: documents that differ from a fault-free render", len(wrong), "0")
    assert not lost
    assert states == {"SUCCESS": reports}, f"CHAOS_SEED={SEED}"
    assert len(stored) == len(posts)
    assert wrong == []


def settled(site: Site, left: int) -> bool:
    try:
        return unfinished(site) <= left
    except psycopg.OperationalError:
        return False  # the database is down just now


def add_figures(figures: Figures, site: Site, posts: Sequence[Post], faults: int, seconds: float) -> None:
    [(claims, expiries, most)] = site.query(
        "SELECT sum(fence), sum(lease_expiries), max(attempts) FROM reports_document"
    )
    figures.add(
        f"mayhem (CHAOS_SEED={SEED}): POSTs, classes among them",
        f"{len(posts)}, {sum(len(post.students) > 1 for post in posts)}",
        "",
    )
    figures.add("mayhem: faults, seconds", f"{faults}, {seconds:.0f}", "")
    what = "mayhem: claims and releases, leases that ran out, most attempts at one report"
    figures.add(what, f"{claims}, {expiries}, {most}", "")
