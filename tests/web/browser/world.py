"""A service with something there of every kind: reports made, waiting, failed, handed out, and what is past reading."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.harness.stack import Stack

# Of everyone who looks at a page: what their account may do.
PEOPLE = {"teacher": ["view_task", "add_task"], "reader": ["view_task"], "newcomer": []}
# Makes the accounts and logs them in, without the second of work that a password takes each time.
_ACCOUNTS = """
import json, sys
import django
django.setup()
from django.contrib.auth.models import Permission, User
from django.test import Client
cookies = {}
for name, permitted in json.loads(sys.argv[1]).items():
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permitted))
    client = Client()
    client.force_login(user)
    cookies[name] = client.cookies["sessionid"].value
print(json.dumps(cookies))
"""
# Not due while the tests run: no worker touches it.
_REST = "due_at = now() + interval '1 year', finished_at = NULL"
Json = dict[str, Any]


class World:
    """Addresses of pages by what they show. `open` makes the reports, `closed` shows them to who is logged in."""

    def __init__(self, open_: Stack, closed: Stack, made: str) -> None:
        self.closed = closed
        self._open = open_
        self.sessions: dict[str, str] = json.loads(closed.run("python", "-c", _ACCOUNTS, json.dumps(PEOPLE)))
        self.made = made
        classes = ("working", "failed", "old", "broken", "handed out", "mailed")
        singles = ("waiting", "not made", "alone")
        tasks = {name: self._submit([_student(f"{name} {one}") for one in "abc"]) for name in classes}
        tasks |= {name: self._submit([_student(name)]) for name in singles}
        for task in tasks.values():
            assert open_.finished(task).status_code == 200
        self._tasks = tasks
        self._alter()
        self._hand_out()
        self._deliver()

    def page(self, name: str) -> str:
        """Of an upload."""
        return "/submissions/" + self._tasks[name].rsplit("/", 1)[1] if name != "made" else self.made

    def student(self, name: str, position: int = 1) -> str:
        """Of a student in a class."""
        task = self._tasks.get(name) or self.made.replace("/submissions/", "/assignment/html/")
        entries = self._open.client.get(f"{task}/reports").json()["students"]
        return f"{self.page(name)}/students/{entries[position - 1]['report_id']}"

    def _submit(self, students: Sequence[Json]) -> str:
        answer = self._open.client.post("/assignment/html", json=students)
        return urlsplit(answer.headers["Location"]).path

    def _alter(self) -> None:
        """What takes a fault, or years, to come about."""
        failed = "state = 'FAILURE', error = 'It could not be made in three attempts.', body = NULL"
        self._set("working", f"state = 'PENDING', {_REST}", "position IN (0, 3)")
        self._set("working", failed, "position = 2")
        self._set("failed", failed, "position = 2")
        self._set("waiting", f"state = 'PENDING', {_REST}")
        self._set("not made", failed)
        upload = "(SELECT upload_id FROM reports_task WHERE id = %s)"
        self._sql("UPDATE reports_task SET findings = '{}' WHERE id = %s", self._id("old"))
        self._sql(f"UPDATE reports_student SET findings = '{{}}' WHERE upload_id = {upload}", self._id("old"))  # noqa: S608 - our own
        self._sql(f"UPDATE reports_upload SET options = '{{}}' WHERE id = {upload}", self._id("broken"))  # noqa: S608 - our own

    def _hand_out(self) -> None:
        task = self._tasks["handed out"]
        client = self._open.client
        given, withdrawn = [client.post(f"{task}/handouts", json={}).json() for _ in range(2)]
        client.delete(f"{task}/handouts/{withdrawn['handout_id']}")
        client.delete(f"{task}/handouts/{given['handout_id']}/links/{given['links'][1]['report_id']}")
        self.links = f"{self.page('handed out')}/handouts/{given['handout_id']}"
        self.closed_links = f"{self.page('handed out')}/handouts/{withdrawn['handout_id']}"
        self.link = urlsplit(given["links"][0]["page"]).path
        self.withdrawn_link = urlsplit(given["links"][1]["page"]).path
        self.busy_link = urlsplit(given["links"][2]["page"]).path

        self._mail()

    def _mail(self) -> None:
        """A class whose mails stand in every way, and a hand-out of it that nobody was mailed yet."""
        task, client = self._tasks["mailed"], self._open.client
        rows = "".join(f"Participant {n},Name {n},{n}@example.edu,mailed {one}\n" for n, one in enumerate("abc"))
        worksheet = f"Identifier,Full name,Email address,ID number\n{rows}".encode()
        client.put(f"{task}/roster", content=worksheet, headers={"Content-Type": "text/csv"})
        mailed, other = [client.post(f"{task}/handouts", json={}).json()["handout_id"] for _ in range(2)]
        self.mails = f"{self.page('mailed')}/handouts/{mailed}/mail"
        self.unmailed = f"{self.page('mailed')}/handouts/{other}/mail"
        mailing = "00000000-0000-0000-0000-000000000001"
        self._sql(
            "INSERT INTO reports_mailing (id, handout_id, subject, body, made_by) VALUES (%s, %s, %s, %s, %s)",
            *(mailing, mailed, "Your report: {exam}", "Dear {name},\n\n{link}\n", "teacher"),
        )
        states = (
            ("sent", ""),
            ("failed", "550 5.1.1 …: Recipient address rejected: User unknown"),
            ("uncertain", "lost"),
        )
        for position, (state, error) in enumerate(states, start=1):
            self._sql(
                "INSERT INTO reports_mail (id, handout_id, mailing_id, about_id, state, attempts, fence, error) SELECT "
                "gen_random_uuid(), %s, %s, s.id, %s, 1, 1, %s FROM reports_student s JOIN reports_task t "
                "ON t.upload_id = s.upload_id WHERE t.id = %s AND s.position = %s",
                *(mailed, mailing, state, error, self._id("mailed"), position),
            )

    def _deliver(self) -> None:
        """A webhook in each state, to an endpoint that is enabled and to one that wants no more."""
        made = """
            INSERT INTO reports_webhookendpoint (id, owner, url, secret, failures, disabled_at, disabled_because)
            VALUES (gen_random_uuid(), '', %s, '', 0, %s, '') RETURNING id"""
        well, gone = (
            self._sql(made, url, at)[0][0]
            for url, at in (("https://grades.example.edu/hooks", None), ("https://old.example/", "2026-11-14T09:00Z"))
        )
        sent = """
            INSERT INTO reports_webhookdelivery
                   (id, endpoint_id, task_id, fence, status, failed, happened_at, progress, attempts, due_at, answer)
            SELECT gen_random_uuid(), %s, id, 1, %s, 0, now() - interval '3 hours', %s, %s,
                   now() + interval '1 hour', %s
              FROM reports_task WHERE id = %s"""
        for endpoint, status, progress, attempts, answer, task in (
            (well, "SUCCESS", "delivered", 1, "answered 204", "handed out"),
            (well, "FAILURE", "failed", 10, "could not be reached: [Errno 111] Connection refused", "failed"),
            (well, "SUCCESS", "waiting", 3, "answered 302, and redirects are not followed", "alone"),
            (well, "SUCCESS", "waiting", 0, "", "old"),
            (gone, "SUCCESS", "failed", 1, "answered 410", "alone"),
        ):
            self._sql(sent, endpoint, status, progress, attempts, answer, self._id(task))

    def _id(self, name: str) -> str:
        return self._tasks[name].rsplit("/", 1)[1]

    def _set(self, name: str, changes: str, where: str = "true") -> None:
        self._sql(f"UPDATE reports_document SET {changes} WHERE task_id = %s AND {where}", self._id(name))  # noqa: S608 - our own

    def _sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.closed.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []


def _student(name: str) -> Json:
    events = [
        {"unit": unit, "type": type_, "created_time": f"2025-11-14T09:{minute:02}:00Z"}
        for minute, (unit, type_) in enumerate([(1, "saved_code"), (1, "submission"), (2, "saved_code")])
    ]
    return {"student_id": name, "namespace": "course of every kind", "events": events}
