"""Documents in an object store that is lost, frozen and brought back, and moved while everything goes on."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.chaos.conftest import FULL, Figures
from tests.chaos.test_outages import all_done, assert_delivered
from tests.chaos.work import expected_class_hash, expected_hashes
from tests.harness import environment
from tests.harness.processes import ROOT, freeze
from tests.harness.servers import Seaweed, private_objects
from tests.harness.site import LEASE_SECONDS, WORKERS, Site
from tests.harness.students import Json, class_of, student
from tests.harness.waiting import until

SIZE = 1_000 if FULL else 40
CLIENTS = 8


class Stored:
    """A site whose documents are in an object store, both its own."""

    def __init__(self, site: Site, store: Seaweed) -> None:
        self.site, self.store = site, store

    def named(self) -> list[str]:
        """The keys that rows name."""
        rows = self.site.query("SELECT task_id, id, stored_fence FROM reports_document WHERE stored_fence IS NOT NULL")
        return sorted("/".join(["documents", *map(str, row)]) for row in rows)

    def tidy(self) -> bool:
        """Whether the bucket holds what rows name and nothing else, and nothing is waiting to be deleted."""
        return self.store.keys() == self.named() and not self.site.query("SELECT 1 FROM reports_leftover LIMIT 1")

    def become_tidy(self) -> None:
        """Wait until it is. Raises AssertionError with what is too much or too little."""
        with suppress(TimeoutError):
            until(self.tidy, seconds=60)
        there, named = set(self.store.keys()), set(self.named())
        rows = self.site.query("SELECT task_id, id, state, fence, stored_fence FROM reports_document")
        too_much = {key: [row for row in rows if str(row[1]) in key] for key in there - named}
        assert (too_much, named - there, self.site.query("SELECT * FROM reports_leftover")) == ({}, set(), [])

    def write_to(self, place: str) -> None:
        """Start everything again with documents going there."""
        self.site.end("web", "beat", *WORKERS)
        self.site.environment["FEEDBACK_DOCUMENTS_TO"] = place
        self.site.run_all()

    @contextmanager
    def moving(self, to: str) -> Iterator[None]:
        """`move-documents` runs from the beginning of this context, and has ended well at its end."""
        command = [sys.executable, "manage.py", "move-documents", "--to", to]
        told = {**self.site.environment, "FEEDBACK_DOCUMENTS_TO": to}
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        mover = subprocess.Popen(command, cwd=ROOT, env=told, text=True, **both)  # type: ignore[call-overload] # of these two
        try:
            yield
            words, _ = mover.communicate(timeout=120 + SIZE)
        finally:
            mover.kill()
        assert mover.returncode == 0, words
        assert words.endswith("none is left to move.\n")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    with (
        private_objects() as store,
        Site(tmp_path_factory.mktemp("stored"), None, **environment.MODES[environment.MODE], **store.settings) as site,
    ):
        yield Stored(site, store)


@pytest.fixture
def stored(both: Stored) -> Iterator[Stored]:
    """Everything runs, and there is no work and no object."""
    both.site.reset()
    both.site.query("TRUNCATE reports_leftover")
    both.store.empty()
    both.site.environment["FEEDBACK_DOCUMENTS_TO"] = "s3"
    both.site.run_all()
    yield both
    both.store.process.thaw()
    if not both.store.process.running:
        both.store.restart()
    both.site.mend()


def submit(site: Site, students: list[Json]) -> str:
    answer = site.client.post("/assignment/html", json=students)
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"]


def links_of(site: Site, address: str) -> list[str]:
    return [one["link"] for one in site.client.get(f"{address}/reports").json()["students"]]


def content_of(site: Site, link: str) -> bytes:
    """A document, for a client that comes again as a 503 tells it: the last vain request may be a moment ago."""
    answer, deadline = site.client.get(link), time.monotonic() + 20
    while answer.status_code == 503 and time.monotonic() < deadline:
        time.sleep(int(answer.headers["Retry-After"]))
        answer = site.client.get(link)
    assert answer.status_code == 200, answer.text
    return answer.content


def assert_right(site: Site, address: str, students: list[Json]) -> None:
    """Every report of a class, and the class report, is what a service in which nothing fails would give."""
    links = links_of(site, address)
    hashes = [hashlib.sha256(content_of(site, link)).hexdigest() for link in links]
    assert hashes == expected_hashes(students, "html")
    task, ids = address.rsplit("/", 1)[1], [link.rsplit("/", 1)[1] for link in links]
    whole = hashlib.sha256(content_of(site, address)).hexdigest()
    assert whole == expected_class_hash(students, "html", task, ids)


def assert_unavailable(site: Site, *addresses: str) -> None:
    for address in addresses:
        answer = site.client.get(address)
        assert answer.status_code == 503, address
        assert int(answer.headers["Retry-After"]) >= 1
        assert set(answer.json()) == {"error", "details"}


def tried_in_vain(site: Site) -> bool:
    """Whether workers have claimed documents and given them back."""
    return bool(site.query("SELECT 1 FROM reports_document WHERE fence > 0 AND attempts = 0 LIMIT 1"))


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_the_store_is_gone_for_the_whole_of_a_class_and_comes_back(stored: Stored, figures: Figures, how: str) -> None:
    site, store = stored.site, stored.store
    done, erased = submit(site, class_of(3, f"done-{how}")), submit(site, class_of(2, f"erased-{how}"))
    assert site.finished(done).status_code == site.finished(erased).status_code == 200
    until(stored.tidy)
    store.process.kill() if how == "killed" else store.process.freeze()

    students = class_of(SIZE, f"class-{how}")
    waiting = submit(site, students)
    single = submit(site, [student(f"single-{how}")])
    assert_unavailable(site, done, f"{done}/archive.zip", "/health/ready")
    assert site.client.get(waiting).status_code == 202
    assert site.client.get("/health/accepting").status_code == 200
    assert site.client.delete(erased).status_code == 204
    until(lambda: tried_in_vain(site), "an attempt that was given back", 60)
    assert not site.query("SELECT 1 FROM reports_document WHERE attempts > 1 LIMIT 1")
    unmade = "SELECT count(*) FROM reports_document WHERE state IN ('PENDING', 'RUNNING')"
    assert site.query(unmade) == [(SIZE + 2,)]

    store.restart() if how == "killed" else store.process.thaw()
    seconds = assert_delivered(site, 4 + SIZE + 1 + 1)
    figures.add(f"object store {how}, and back: seconds until a class of {SIZE} was delivered", seconds, "all")
    assert_right(site, waiting, students)
    assert site.client.get(single).status_code == site.client.get(done).status_code == 200
    attempts = "SELECT DISTINCT attempts, state FROM reports_document"
    assert site.query(attempts) == [(1, "SUCCESS")], "no attempt was counted"
    # Each once: as many objects as rows, once what was written and refused is gone.
    stored.become_tidy()
    assert len(store.keys()) == 4 + SIZE + 1 + 1


def test_the_store_is_lost_again_and_again_amid_a_class(stored: Stored) -> None:
    students = class_of(2 * SIZE, "again")
    address = submit(stored.site, students)
    for _ in range(3):
        made = len(stored.store.keys())
        until(lambda made=made: all_done(stored.site, 2 * SIZE + 1) or len(stored.store.keys()) > made)  # type: ignore[misc]
        stored.store.process.kill()
        stored.store.restart()

    assert_delivered(stored.site, 2 * SIZE + 1)
    assert_right(stored.site, address, students)
    assert not stored.site.query("SELECT 1 FROM reports_document WHERE attempts <> 1 LIMIT 1")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_is_killed_about_its_write_to_the_store(stored: Stored, when: str) -> None:
    site = stored.site
    site.end(*WORKERS)
    flaw = site.flaw(WORKERS[0], "feedback.store.bodies:put", when=when, action="kill")
    site.start_worker(WORKERS[0])
    address = submit(site, class_of(3, f"killed {when}"))
    until(lambda: flaw.victim, "a killed worker")
    site.run_all()

    assert_delivered(site, 4)
    assert_right(site, address, class_of(3, f"killed {when}"))
    assert site.client.delete(address).status_code == 204
    until(lambda: stored.store.keys() == [], "an empty bucket", 30)


def test_a_worker_frozen_past_its_lease_never_touches_its_successors_bytes(stored: Stored) -> None:
    site = stored.site
    site.end(*WORKERS)
    flaw = site.flaw(WORKERS[0], "feedback.store.bodies:put", when="before", action="freeze")
    site.start_worker(WORKERS[0])
    address = submit(site, [student("frozen")])
    until(lambda: flaw.victim, "a worker about to write")
    victim = flaw.victim or 0
    freeze(victim)
    site.start_worker(WORKERS[1])
    assert site.finished(address, seconds=60 + LEASE_SECONDS).status_code == 200
    before = site.client.get(address).content

    flaw.thaw()
    os.kill(victim, signal.SIGCONT)
    until(lambda: "documents refused" in site.processes[WORKERS[0]].words(), "a refused write")
    stored.become_tidy()
    assert site.client.get(address).content == before


def test_documents_are_moved_there_and_back_amid_work_amendments_and_erasures(stored: Stored) -> None:
    site, gone = stored.site, f"gone-{SIZE}"
    stored.write_to("database")
    students = class_of(SIZE, "moved")
    old = submit(site, [*students, student(gone)])
    assert site.finished(old).status_code == 200
    for to in ("s3", "database"):
        stored.write_to(to)
        with stored.moving(to):
            new = submit(site, class_of(SIZE, f"new {to}"))
            link = links_of(site, old)[1]
            for number in range(10):
                assert site.client.put(f"{link}/remark", json={"remark": f"{to} {number}"}).status_code == 202
                assert site.client.get(link).status_code == 200, "the old one until the new one is there"
            site.client.delete("/students", params={"student_id": gone})
            assert site.finished(new).status_code == site.finished(old).status_code == 200
        assert_right(site, new, class_of(SIZE, f"new {to}"))
        assert f"{to} 9" in site.client.get(link).text
        assert {site.client.get(one).status_code for one in links_of(site, old)} == {200}
        stored.become_tidy()
        left = "SELECT count(*) FROM reports_document WHERE {} IS NOT NULL"
        assert site.query(left.format("body" if to == "s3" else "stored_fence")) == [(0,)]
    assert stored.store.keys() == []
