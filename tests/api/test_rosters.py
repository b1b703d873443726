"""PUT and DELETE of a roster over HTTP: what is kept, what is answered, who may, and that it goes with its students."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from feedback.access.models import AuditEntry
from feedback.store.models import Student, Upload
from feedback.store.reaching import RosterEntry
from feedback.submissions import rosters
from feedback.submissions.roster_file import RosterRow
from feedback.submissions.roster_match import Joined
from tests.harness.in_process import Caller, Calling, Submit, class_of, student, work_off
from tests.harness.traces import traces_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

WORKSHEET = (
    b"Identifier,Full name,Email address,ID number,Status\n"
    b"Participant 11,Ada Lovelace,ada@example.edu,student-0,Submitted\n"
    b"Participant 12,Grace Hopper,student-1@example.edu,,Submitted\n"
    b"Participant 13,Nobody Known,nobody@example.edu,4711,Submitted\n"
)
SECRETS = ("Lovelace", "ada@example.edu", "Hopper")


def put(
    client: Client, task: str, content: bytes = WORKSHEET, content_type: str = "text/csv", **headers: str
) -> Answer:
    return client.put(f"{task}/roster", content, content_type=content_type, headers=headers)


def kept() -> dict[str, list[str]]:
    rows = RosterEntry.objects.values_list("about__student_id", "name", "email", "participant")
    return {student_id: said for student_id, *said in rows}


def test_a_roster_is_joined_kept_and_answered_with_what_does_not_fit(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    answer = put(client, task)

    assert answer.status_code == 200
    assert answer.json() == {
        "matched": 2,
        "students_without_row": [{"student_id": "student-2", "namespace": "course"}],
        "rows_without_student": [
            {
                "line": 4,
                "student_id": "4711",
                "namespace": None,
                "name": "Nobody Known",
                "email": "nobody@example.edu",
                "why": "fits no student",
            }
        ],
    }
    assert kept() == {
        "student-0": ["Ada Lovelace", "ada@example.edu", "11"],
        "student-1": ["Grace Hopper", "student-1@example.edu", "12"],
    }
    assert traces_of("Nobody Known") == set(), "what fits nobody is not stored"


def test_a_student_who_is_erased_while_the_rows_are_joined_gets_none(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = submit("html", class_of(3))
    joined = rosters._joined

    def meanwhile(upload: Upload, rows: Sequence[RosterRow]) -> Joined:
        found = joined(upload, rows)
        assert connection.savepoint_ids == [], "nothing is locked meanwhile"
        Student.objects.filter(student_id__in=["student-0", "student-2"]).delete()
        return found

    monkeypatch.setattr(rosters, "_joined", meanwhile)
    answer = put(client, task).json()

    assert (answer["matched"], answer["students_without_row"]) == (1, [])
    assert [(row["line"], row["why"]) for row in answer["rows_without_student"]] == [
        (2, "fits no student"),
        (4, "fits no student"),
    ]
    assert kept().keys() == {"student-1"}


def test_a_row_is_joined_by_the_name_that_came_with_the_log(client: Client, submit: Submit) -> None:
    task = submit("html", [student("x1") | {"name": "Ada Lovelace"}, student("x2")])

    assert put(client, task, b'name,email\n"Lovelace, Ada",ada@example.edu\n').json()["matched"] == 1
    assert list(kept()) == ["x1"]


def test_a_new_roster_takes_the_place_of_the_one_before(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    put(client, task)
    put(client, task, b"student_id,name\nstudent-2,Alan Turing\n")

    assert list(kept()) == ["student-2"]
    assert [traces_of(secret) for secret in SECRETS] == [set()] * 3


def test_all_formats_of_an_upload_share_the_roster(client: Client, submit: Submit) -> None:
    page, pdf = submit("html", class_of(3)), submit("pdf", class_of(3))
    put(client, page)
    put(client, pdf, b"student_id,name\nstudent-0,Ada\nstudent-1,Grace\n")

    assert list(kept()) == ["student-0", "student-1"]
    assert client.delete(f"{page}/roster").status_code == 204
    assert client.delete(f"{pdf}/roster").status_code == 204, "there is none any more, which is what was asked for"
    assert kept() == {}


def test_a_roster_that_fits_nobody_is_refused_and_the_one_before_is_kept(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    put(client, task)
    answer = put(client, task, b"student_id,name\nx,Ada\ny,Grace\n")

    assert answer.status_code == 400
    assert "No row of the roster fits a student" in answer.json()["error"]
    assert answer.json()["details"] == {"line 2": ["fits no student"], "line 3": ["fits no student"]}
    assert len(kept()) == 2


def test_what_cannot_be_read_names_every_fault_and_stores_nothing(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    answer = put(client, task, b"student_id,email\nstudent-0,x\nstudent-1,y\n")

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"line 2: email", "line 3: email"}
    assert put(client, task, b"colour\nred\n").status_code == 400
    assert put(client, task, b"").status_code == 400
    assert kept() == {}


def test_the_body_is_guarded_like_every_other(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))

    assert put(client, task, gzip.compress(WORKSHEET), **{"Content-Encoding": "gzip"}).json()["matched"] == 2
    assert put(client, task, b"\x1f\x8b nonsense", **{"Content-Encoding": "gzip"}).status_code == 400
    assert put(client, task, WORKSHEET, "application/json").status_code == 415
    assert put(client, task, WORKSHEET, "text/csv", **{"Content-Encoding": "br"}).status_code == 415
    many = b"student_id\n" + b"\n".join(b"s%d" % number for number in range(20_001))
    assert put(client, task, many).status_code == 413
    assert put(client, task, b"student_id,name\nstudent-0," + b"x" * 300 + b"\n").status_code == 400


def test_only_who_may_write_puts_and_forgets_a_roster(calling: Caller) -> None:
    ours = calling("ours")
    task = ours.submit("html", class_of(3))

    for stranger in (calling("theirs"), calling("ours", ["elsewhere"])):
        assert put(stranger.client, task).status_code == 404
        assert stranger.client.delete(f"{task}/roster").status_code == 404
    reader = calling("ours", read_only=True)
    assert (put(reader.client, task).status_code, reader.client.delete(f"{task}/roster").status_code) == (403, 403)
    assert put(ours.client, f"{task[:-4]}0000").status_code == 404
    assert put(ours.client, task).status_code == 200


def test_the_audit_log_has_that_it_was_done_and_nobodys_name(calling: Caller) -> None:
    ours = calling("ours")
    task = ours.submit("html", class_of(3))
    put(ours.client, task)
    ours.client.delete(f"{task}/roster")

    assert list(AuditEntry.objects.filter(what="roster").values_list("action", flat=True)) == ["amend", "erase"]
    assert [traces_of(secret) for secret in SECRETS] == [set()] * 3


def rows_of_links(caller: Calling, task: str) -> list[dict[str, str]]:
    made = caller.client.post(f"{task}/handouts")
    table = caller.client.get(f"{made['Location']}/links.csv")
    return list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))


def test_the_table_of_links_has_name_and_address_where_the_roster_does(calling: Caller) -> None:
    ours = calling("ours")
    task = ours.submit("html", class_of(3))
    work_off()
    assert set(rows_of_links(ours, task)[0]) == {"student_id", "namespace", "page", "pdf", "expires_at"}
    put(ours.client, task, b"student_id,name,email\nstudent-1,=cmd|' /C calc'!A0,a@example.edu\n")

    rows = rows_of_links(ours, task)
    assert [(row["name"], row["email"]) for row in rows] == [
        ("", ""),
        ("'=cmd|' /C calc'!A0", "a@example.edu"),
        ("", ""),
    ]
    assert list(rows[0]) == ["student_id", "namespace", "name", "email", "page", "pdf", "expires_at"]


def test_a_roster_of_a_class_of_thousands_is_joined_with_few_queries(
    client: Client, submit: Submit, statements: list[object]
) -> None:
    task = submit("html", class_of(1_200))
    statements.clear()
    rows = b"\n".join(b"student-%d,Name %d" % (number, number) for number in range(1_200))

    assert put(client, task, b"student_id,name\n" + rows).json()["matched"] == 1_200
    assert len(statements) < 20
    assert Student.objects.filter(roster_entry__name="Name 7").get().student_id == "student-7"
    assert json.dumps(client.get(task).json())
