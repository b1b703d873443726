"""Mails while everything breaks: each is sent once, or is listed as uncertain."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Self

import pytest

from tests.chaos.conftest import FULL, Figures
from tests.chaos.monkey import Monkey
from tests.harness import environment
from tests.harness.site import WORKERS, Site
from tests.harness.smtp import MailServer, mail_server
from tests.harness.students import class_of, student
from tests.harness.waiting import until

STUDENTS = 212 if FULL else 40
# A full run takes so long that faults come amid the mails from the first to the last.
PER_MINUTE = 240 if FULL else 1_200
WORDS = {"subject": "Your report", "body": "Dear {name}, {link}"}
SEED = int(os.environ.get("CHAOS_SEED", "20261127"))
POINTS = {
    "after the claim": ("feedback.submissions.mail.outbox:claim", "after"),
    "between the sending and its record": ("feedback.submissions.mail.outbox:record", "before"),
    "after the record": ("feedback.submissions.mail.outbox:record", "after"),
}


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def mailing_site(mail: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = environment.MODES[environment.MODE] | {
        "EMAIL_URL": mail.url,
        "FEEDBACK_MAIL_FROM": "Exams <exams@example.edu>",
        "FEEDBACK_PUBLIC_URL": "https://feedback.example.edu",
        "FEEDBACK_MAILS_PER_MINUTE": str(PER_MINUTE),
    }
    with Site(tmp_path_factory.mktemp("mail"), None, **settings) as site:
        yield site


@pytest.fixture
def site(mailing_site: Site, mail: MailServer) -> Iterator[Site]:
    mailing_site.reset()
    mail.mailbox.messages.clear()
    mailing_site.run_all()
    yield mailing_site
    mailing_site.mend()


def handed_out(site: Site, size: int, marker: str) -> str:
    """The address of the mails of a class with an address for each student, not asked for yet."""
    address = site.client.post("/assignment/html", json=class_of(size, marker)).headers["Location"]
    assert site.finished(address).status_code == 200
    students = [one["student_id"] for one in site.client.get(f"{address}/reports").json()["students"]]
    rows = "".join(f"{student_id},{number}@example.edu\n" for number, student_id in enumerate(students))
    roster = f"student_id,email\n{rows}".encode()
    taken = site.client.put(f"{address}/roster", content=roster, headers={"Content-Type": "text/csv"})
    assert taken.json()["matched"] == size
    return str(site.client.post(f"{address}/handouts").headers["Location"]) + "/mail"


def states(site: Site) -> Counter[str]:
    return Counter(state for (state,) in site.query("SELECT state FROM reports_mail"))


def all_ended(site: Site) -> bool:
    return set(states(site)) <= {"sent", "uncertain", "failed"}


def sent_by_student(site: Site, mail: MailServer) -> list[tuple[str, int]]:
    """(state, how many mails came) of each student."""
    rows = site.query(
        "SELECT m.state, r.email FROM reports_mail m JOIN reports_rosterentry r ON r.about_id = m.about_id"
    )
    return [(state, mail.mailbox.counts[email]) for state, email in rows]


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_is_killed_and_no_mail_is_sent_twice(site: Site, mail: MailServer, point: str) -> None:
    target, when = POINTS[point]
    address = handed_out(site, 3, point)
    site.end(*WORKERS)
    flaw = site.flaw(WORKERS[0], target, when=when, action="kill", only_for="" if when == "before" else "Mail")
    site.start_worker(WORKERS[0])
    # A worker of Celery gives up where it loses a process before it has begun; one that makes a report has.
    begun = site.client.post("/assignment/html", json=student(f"begun {point}"))
    assert site.finished(begun.headers["Location"]).status_code == 200
    assert site.client.post(address, json=WORDS).json()["queued"] == 3

    until(lambda: all_ended(site), "mails that have ended")
    assert flaw.victim
    assert states(site) == ({"sent": 3} if point == "after the record" else {"sent": 2, "uncertain": 1})
    found = Counter(sent_by_student(site, mail))
    came = 1 if point == "between the sending and its record" else 0
    assert found == Counter(
        {("sent", 1): 3} if point == "after the record" else {("sent", 1): 2, ("uncertain", came): 1}
    )
    listed = site.client.get(address).json()["mails"]
    assert Counter(one["state"] for one in listed) == states(site)


def test_every_mail_is_sent_once_or_listed_as_uncertain_whatever_breaks(
    site: Site, mail: MailServer, figures: Figures
) -> None:
    address = handed_out(site, STUDENTS, "mayhem")
    with Monkey(site, SEED, (0.5, 2.0), 2.0) as monkey, Hiccups(mail) as hiccups:
        until(lambda: _asked(site, address), "a web process that takes it")
        for _ in range(3):  # whoever presses the button again and again
            time.sleep(1.0)
            _asked(site, address)
        enough = 30 if FULL else 4
        until(lambda: sum(monkey.done.values()) >= enough, "faults enough", seconds=180)
    site.run_all()
    until(lambda: all_ended(site), "mails that have ended", seconds=180)

    found = sent_by_student(site, mail)
    assert len(found) == STUDENTS
    assert {pair for pair in found if pair not in (("sent", 1), ("uncertain", 0), ("uncertain", 1))} == set()
    # A fault catches at most one mail of each process between its claim and its record.
    assert states(site)["uncertain"] <= (sum(monkey.done.values()) + hiccups.done) * len(WORKERS)
    assert states(site)["sent"] > 0
    figures.add("mails amid mayhem: faults", sum(monkey.done.values()), "")
    figures.add(
        "mails amid mayhem: sent once, uncertain", f"{states(site)['sent']}, {states(site)['uncertain']}", "all"
    )
    figures.add("mails amid mayhem: sent twice", max(mail.mailbox.counts.values()) - 1, "0")


def _asked(site: Site, address: str) -> bool:
    """Whether the mails were asked for; a process that is being killed does not answer."""
    try:
        return site.client.post(address, json=WORDS).status_code == 202
    except Exception:
        return False


class Hiccups:
    """A mail server that is away now and then, as long as the context lasts; `done` counts how often."""

    def __init__(self, mail: MailServer) -> None:
        self.done = 0
        self._mail = mail
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._act)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _act(self) -> None:
        while not self._over.wait(3.0):
            self.done += 1
            self._mail.stop()
            self._over.wait(1.0)
            self._mail.start()
