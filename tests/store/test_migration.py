"""What the first edition stored lives on: filled as of commit 764c819, migrated, served, and made where it was not."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from feedback.analysis import AnalysisSettings, decode_findings
from feedback.contract.formats import Format
from feedback.pipeline import Recipe
from tests.harness import environment, stack
from tests.harness.stack import Stack
from tests.store.first_edition import NOW, OPTIONS, Database, FirstEdition, Report, Submission, log_of, token

SECRET_KEY = environment.SETTINGS["SECRET_KEY"]
CLASS = [log_of(f"student-{number}", *range(1, number + 2)) for number in range(3)]
KEYED = [log_of("keyed-1"), log_of("keyed-2")]


@dataclass
class Old:
    """What was stored, by what it is an example of, and the links that were handed out."""

    tasks: dict[str, Submission] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    users: list[int] = field(default_factory=list)


@dataclass
class Upgraded:
    """A service of this edition on that database."""

    service: Stack
    database: Database
    old: Old

    def get(self, address: str) -> Any:
        return self.service.client.get(address)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp(request.param)
    keys = environment.MODES["keys"] | {"SECRET_KEY": SECRET_KEY, "FEEDBACK_LEASE_SECONDS": "3"}
    with contextlib.ExitStack() as running:
        if request.param == "sqlite":
            (folder / "home").mkdir()
            url = f"sqlite:///{folder}/home/feedback.sqlite3"
            service = running.enter_context(Stack(folder, keys | {"FEEDBACK_HOME": str(folder / "home")}))
        else:
            request.getfixturevalue("postgres")
            broker = request.getfixturevalue("broker")
            url = running.enter_context(stack.fresh_database())
            addresses = {"DATABASE_URL": url, "CELERY_BROKER_URL": f"{broker.rpartition('/')[0]}/15"}
            service = running.enter_context(Stack(folder, environment.SETTINGS | keys | addresses))
        for app, last in (("reports", "0003"), ("auth", ""), ("access", ""), ("sessions", "")):
            service.run("python", "manage.py", "migrate", "--no-input", app, *filter(None, [last]))
        database = Database(url)
        old = filled(database)
        service.migrate()
        start(service, folder, request.param)
        yield Upgraded(service, database, old)


def start(service: Stack, folder: Path, kind: str) -> None:
    if kind == "sqlite":
        options = ["--host", "127.0.0.1", "--port", str(service.port), "--home", str(folder / "home")]
        service.start("serve", "feedback", "serve", *options).until(service.answers)
        return
    service.start_web().until(service.answers)
    service.start_worker()
    service.start_beat()


def filled(database: Database) -> Old:
    """A database of the first edition with a task of every kind, in every state."""
    first, old = FirstEdition(database), Old()
    tasks = old.tasks
    tasks["class, html"] = first.submit(Format.HTML, CLASS)
    tasks["class, pdf"] = first.submit(Format.PDF, CLASS, minutes=1)
    tasks["unfinished class"] = first.submit(
        Format.PDF, [log_of(f"late-{number}") for number in range(3)], {"late-1": "PENDING", "late-2": "RUNNING"}
    )
    tasks["retried class"] = first.submit(
        Format.PDF, [log_of(f"again-{number}") for number in range(3)], {"again-1": "PENDING"}
    )
    before = "UPDATE reports_report SET body = %s, sha256 = %s, findings = %s WHERE id = %s"
    database.run(before, b"as it was before the retry", "0" * 64, b"{}", tasks["retried class"].reports[0].id)
    tasks["failed in a class"] = first.submit(
        Format.HTML, [log_of(f"unlucky-{number}") for number in range(3)], {"unlucky-1": "FAILURE"}
    )
    tasks["single"] = first.submit(Format.HTML, [log_of("single")])
    tasks["single, other format waiting"] = first.submit(Format.PDF, [log_of("single")], {"single": "PENDING"})
    tasks["failed single"] = first.submit(Format.PDF, [log_of("given up")], {"given up": "FAILURE"})
    tasks["compared"] = first.submit(
        Format.PDF, [log_of(f"many-{number}") for number in range(12)], {"many-7": "PENDING"},
        options=OPTIONS | {"compare": "class"}, statistics=b"as the first edition had them",
    )  # fmt: skip
    erased = hashlib.sha256(b"at random").digest()
    tasks["lost a student"] = first.submit(Format.HTML, [log_of("left-1"), log_of("left-2")], content=erased)
    tasks["keyed"] = first.submit(Format.HTML, KEYED, key="exam-1")
    tasks["other version, html"] = first.submit(Format.HTML, [log_of("versions")])
    of_old = Recipe(AnalysisSettings(session_gap_minutes=3.0))
    tasks["other version, pdf"] = first.submit(Format.PDF, [log_of("versions", 1, 1, 2)], recipe=of_old,
                                               content=_content(tasks, database))  # fmt: skip
    tasks["untidy"] = first.submit(
        Format.PDF,
        [log_of(" padded ", namespace=" course"), log_of("Zoe\u0308"), log_of("twice "), log_of("twice"), log_of(" ")],
        {"Zoe\u0308": "PENDING"},
    )
    hand_out(first, old)
    old.users = list(people(database))
    return old


def _content(tasks: dict[str, Submission], database: Database) -> bytes:
    """The other version's two tasks are about one content."""
    found = database.run("SELECT content_sha256 FROM reports_submission WHERE id = %s", tasks["other version, html"].id)
    return bytes(found[0][0])


def hand_out(first: FirstEdition, old: Old) -> None:
    html, pdf = old.tasks["class, html"], old.tasks["class, pdf"]
    withdrawn = html.of_student("student-1")
    given = first.hand_out(html, withdrawn=[withdrawn])
    over = first.hand_out(pdf, over=True)
    by_pdf = first.hand_out(pdf)
    old.links = {
        "open": token(given, html.of_student("student-0"), SECRET_KEY),
        "withdrawn": token(given, withdrawn, SECRET_KEY),
        "over": token(over, pdf.of_student("student-0"), SECRET_KEY),
        "by the pdf": token(by_pdf, pdf.of_student("student-2"), SECRET_KEY),
        "of the class report": token(given, html.reports[0], SECRET_KEY),
    }


def people(database: Database) -> Iterator[int]:
    """Two who were given Django's permissions on all submissions, one by a group."""
    wanted = "SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id WHERE "
    [(view,)] = database.run(f"{wanted} t.app_label = 'reports' AND p.codename = 'view_submission'")
    for name in ("ada", "grace"):
        columns = {"username": name, "password": "", "first_name": "", "last_name": "", "email": "", "date_joined": NOW}
        database.insert("auth_user", columns | {"is_superuser": False, "is_staff": False, "is_active": True})
        [(user,)] = database.run("SELECT id FROM auth_user WHERE username = %s", name)
        yield user
    [ada, grace] = [user for (user,) in database.run("SELECT id FROM auth_user ORDER BY username")]
    database.insert("auth_user_user_permissions", {"user_id": ada, "permission_id": view})
    database.insert("auth_group", {"name": "readers"})
    [(group,)] = database.run("SELECT id FROM auth_group")
    database.insert("auth_group_permissions", {"group_id": group, "permission_id": view})
    database.insert("auth_user_groups", {"user_id": grace, "group_id": group})


def finished(old: Old) -> Iterator[tuple[Submission, Report]]:
    for name, task in old.tasks.items():
        if name != "untidy":
            yield from ((task, report) for report in task.reports if report.state == "SUCCESS")


def test_every_document_is_where_it_was_byte_for_byte_with_its_findings(upgraded: Upgraded) -> None:
    number = 0
    for task, report in finished(upgraded.old):
        address = task.address if report.position == 0 else f"{task.address}/reports/{report.id}"
        assert upgraded.get(address).content == report.columns["body"], address
        assert upgraded.get(f"{address}/findings").content == report.columns["findings"]
        number += 1
    assert number > 20


def test_manifests_name_the_same_reports(upgraded: Upgraded) -> None:
    for name, task in upgraded.old.tasks.items():
        students = [report for report in task.reports if report.kind == "student"]
        entries = upgraded.get(f"{task.address}/reports").json()["students"]
        assert [UUID(entry["report_id"]) for entry in entries] == [report.id for report in students], name


def test_what_failed_says_so_and_is_made_when_it_is_asked_for_again(upgraded: Upgraded) -> None:
    failed = upgraded.get(upgraded.old.tasks["failed single"].address)
    assert (failed.status_code, failed.json()["error"]) == (404, "it could not be made")
    task = upgraded.old.tasks["failed in a class"]
    states = {
        entry["student_id"]: entry["state"] for entry in upgraded.get(f"{task.address}/reports").json()["students"]
    }
    assert states == {"unlucky-0": "SUCCESS", "unlucky-1": "FAILURE", "unlucky-2": "SUCCESS"}


@pytest.mark.parametrize(
    "name", ["unfinished class", "retried class", "single, other format waiting", "untidy", "compared"]
)
def test_what_was_unfinished_is_made(upgraded: Upgraded, name: str) -> None:
    task = upgraded.old.tasks[name]
    made = upgraded.service.finished(task.address)

    assert made.status_code == 200
    assert made.content.startswith(b"%PDF-")
    assert {entry["state"] for entry in upgraded.get(f"{task.address}/reports").json()["students"]} == {"SUCCESS"}


def test_two_formats_of_one_class_are_one_upload_that_holds_each_log_once(upgraded: Upgraded) -> None:
    html, pdf = upgraded.old.tasks["class, html"], upgraded.old.tasks["class, pdf"]
    uploads = "SELECT count(DISTINCT upload_id) FROM reports_task WHERE id IN (%s, %s)"
    assert upgraded.database.run(uploads, html.id, pdf.id) == [(1,)]
    logs = "SELECT count(*) FROM reports_student WHERE upload_id = (SELECT upload_id FROM reports_task WHERE id = %s)"
    assert upgraded.database.run(logs, pdf.id) == [(3,)]


def test_tasks_of_which_different_things_were_found_stay_apart(upgraded: Upgraded) -> None:
    two = [upgraded.old.tasks[f"other version, {format_}"].id for format_ in ("html", "pdf")]
    uploads = "SELECT count(DISTINCT upload_id) FROM reports_task WHERE id IN (%s, %s)"
    assert upgraded.database.run(uploads, *two) == [(2,)]


def test_the_same_body_with_the_same_key_is_the_same_task(upgraded: Upgraded) -> None:
    task = upgraded.old.tasks["keyed"]
    body = [json.loads(report.columns["payload"]) for report in task.reports[1:]]
    again = upgraded.service.client.post("/assignment/html", json=body, headers={"Idempotency-Key": "exam-1"})
    assert (again.status_code, again.json()["task_id"]) == (200, str(task.id))
    other = upgraded.service.client.post("/assignment/html", json=body[0], headers={"Idempotency-Key": "exam-1"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("link", "status"),
    [("open", 200), ("withdrawn", 410), ("over", 410), ("by the pdf", 200), ("of the class report", 404)],
)
def test_links_that_were_handed_out_open_or_stay_closed(upgraded: Upgraded, link: str, status: int) -> None:
    assert upgraded.get(f"/r/{upgraded.old.links[link]}").status_code == status


def test_an_open_link_shows_the_student_in_both_formats(upgraded: Upgraded) -> None:
    for link, name in (("open", "student-0"), ("by the pdf", "student-2")):
        address = f"/r/{upgraded.old.links[link]}"
        html, pdf = (upgraded.old.tasks[f"class, {format_}"].of_student(name) for format_ in ("html", "pdf"))
        assert upgraded.get(address).content == html.columns["body"]
        assert upgraded.get(f"{address}.pdf").content == pdf.columns["body"]


def test_hand_outs_are_listed_and_withdrawn_under_the_tasks_of_the_upload(upgraded: Upgraded) -> None:
    for format_ in ("html", "pdf"):
        listed = upgraded.get(f"{upgraded.old.tasks[f'class, {format_}'].address}/handouts").json()["handouts"]
        assert len(listed) == 3


def test_permissions_are_kept_by_whom_they_were_given_to(upgraded: Upgraded) -> None:
    codename = (
        "SELECT p.codename, t.model FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id "
        "WHERE p.id IN (SELECT permission_id FROM auth_user_user_permissions "
        "UNION SELECT permission_id FROM auth_group_permissions)"
    )
    assert upgraded.database.run(codename) == [("view_task", "task")]
    number = "SELECT count(*) FROM auth_permission WHERE codename IN ('view_task', 'view_submission')"
    assert upgraded.database.run(number) == [(1,)]


def test_ids_are_trimmed_and_in_nfc_unless_that_makes_two_of_one_or_none(upgraded: Upgraded) -> None:
    task = upgraded.old.tasks["untidy"]
    upgraded.service.finished(task.address)
    entries = upgraded.get(f"{task.address}/reports").json()["students"]
    names = [(entry["student_id"], entry["namespace"]) for entry in entries]
    expected = ["padded", "Zo\u00eb", "twice ", "twice", " "]
    assert names == [(name, "course") for name in expected]
    for entry, name in zip(entries, expected, strict=True):
        findings = upgraded.get(f"{task.address}/reports/{entry['report_id']}/findings").content
        assert decode_findings(findings).student_id == name
    assert upgraded.service.client.delete("/students?student_id=padded").status_code == 204


def test_the_migrated_tables_are_as_the_models_say(upgraded: Upgraded) -> None:
    upgraded.service.run("python", "manage.py", "makemigrations", "--check", "--dry-run")
    left = "SELECT count(*) FROM reports_document WHERE kind = 'student' AND about_id IS NULL"
    assert upgraded.database.run(left) == [(0,)]
