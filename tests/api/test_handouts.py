"""Hand-out links: each opens one student's own report, for a while, and nothing else."""

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.core.signing import Signer
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback.access import rate_limits
from feedback.access.models import AuditEntry
from feedback.store.models import (
    Document,
    HandOut,
    Task,
    WithdrawnLink,
)
from feedback.submissions import handouts, tasks
from tests.harness.in_process import (
    Caller,
    Calling,
    class_of,
    student,
    work_off,
)
from tests.harness.traces import traces_of

Links = dict[str, dict[str, Any]]


@pytest.fixture
def teacher(calling: Caller, settings: Settings) -> Calling:
    settings.ALLOWED_HOSTS = ["testserver"]
    return calling("teacher")


@pytest.fixture
def task(teacher: Calling) -> str:
    """The address of a class of three, made in both formats."""
    addresses = [teacher.submit(format_, class_of(3)) for format_ in ("pdf", "html")]
    work_off()
    return addresses[1]


def hand_out(teacher: Calling, task: str, query: str = "") -> tuple[str, Links]:
    """(address of the hand-out, its links by student)."""
    made = teacher.client.post(f"{task}/handouts{query}")
    assert made.status_code == 201, made.content
    return made["Location"], {link["student_id"]: link for link in made.json()["links"]}


def path_of(address: str) -> str:
    assert address.startswith("http://testserver/r/")
    return urlsplit(address).path


def test_each_link_opens_its_students_report_as_page_and_as_pdf(client: Client, teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task)

    assert list(links) == ["student-0", "student-1", "student-2"]
    for name, link in links.items():
        page, pdf = client.get(path_of(link["page"])), client.get(path_of(link["pdf"]))
        assert f"Student ID: {name}" in page.text
        assert not any(other in page.text for other in links if other != name)
        stored = Document.objects.get(about__student_id=name, task__format="pdf")
        assert pdf.content == bytes(stored.body or b"")
        assert pdf["Content-Type"] == "application/pdf"


def test_a_link_shows_that_report_and_nothing_else(client: Client, teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task)
    link = links["student-0"]
    client.get(path_of(link["page"]))
    token = path_of(link["page"]).removeprefix("/r/")

    for address in (task, f"{task}/reports", f"{task}/reports/{link['report_id']}", f"{task}/handouts"):
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": f"Bearer fbk_{token}"}):
            assert client.get(address, headers=headers).status_code == 401
    assert client.get(f"/r/{token}/findings").status_code == 404
    for method in ("post", "put", "patch", "delete", "options"):
        assert getattr(client, method)(f"/r/{token}").status_code in (200, 405)
    assert Document.objects.filter(state="SUCCESS").count() == 8


def test_a_page_behind_a_link_is_neither_kept_nor_indexed_nor_told_to_others(
    client: Client, teacher: Calling, task: str
) -> None:
    _, links = hand_out(teacher, task)
    for address in (links["student-0"]["page"], links["student-0"]["pdf"]):
        answer = client.get(path_of(address))
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "ETag" not in answer
        assert client.get(path_of(address), headers={"If-None-Match": "*"}).status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies
    page = client.get(path_of(links["student-0"]["page"]))
    assert "sandbox" in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]


def test_the_address_tells_nothing_of_the_student_or_the_task(teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task)
    path = path_of(links["student-0"]["page"])

    for secret in ("student", "0", "course", task.rsplit("/", 1)[1], links["student-0"]["report_id"]):
        assert len(secret) < 2 or secret not in path


def test_a_link_changed_in_any_place_leads_nowhere(client: Client, teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task)
    token = path_of(links["student-0"]["page"]).removeprefix("/r/")
    named, _, signature = token.partition(".")
    other = path_of(links["student-1"]["page"]).removeprefix("/r/")
    forged = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))]
    forged += [f"{other.partition('.')[0]}.{signature}", named, f"{named}.", signature, f".{signature}", token * 2]
    forged += [Signer(key="another secret", salt="feedback.reports.handout", sep=".").sign(named)]
    forged += [Signer(sep=".").sign(named), "x" * 5_000, "%00", "é"]

    with CaptureQueriesContext(connection) as queries:
        assert {client.get(f"/r/{one}").status_code for one in forged} == {404}
    assert len(queries) == 0, "nothing is looked up, and nothing counted, for a link that we did not make"


def test_who_has_the_database_alone_cannot_make_a_link(teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task)
    token = path_of(links["student-0"]["page"]).removeprefix("/r/")

    assert traces_of(token) == set()
    assert traces_of(token.partition(".")[2]) == set()


def test_links_end_with_their_time(client: Client, teacher: Calling, task: str) -> None:
    _, links = hand_out(teacher, task, "?days=7")
    [made] = HandOut.objects.all()
    assert timedelta(days=6, hours=23) < made.expires_at - made.made_at < timedelta(days=7, hours=1)
    HandOut.objects.update(expires_at=Now() - timedelta(seconds=1))
    closed = client.get(path_of(links["student-0"]["page"]))

    assert closed.status_code == 410
    assert "This link is closed" in closed.text
    assert "Upload" not in closed.text
    assert (closed["Referrer-Policy"], closed["Cache-Control"]) == ("no-referrer", "no-store")
    assert teacher.client.get(f"{task}/handouts").json()["handouts"][0]["withdrawn_at"] is None


def test_one_link_is_withdrawn_and_the_others_stay(client: Client, teacher: Calling, task: str) -> None:
    address, links = hand_out(teacher, task)
    _, again = hand_out(teacher, task)
    withdrawn = links["student-1"]

    assert teacher.client.delete(f"{address}/links/{withdrawn['report_id']}").status_code == 204
    assert teacher.client.delete(f"{address}/links/{withdrawn['report_id']}").status_code == 204
    assert teacher.client.delete(f"{address}/links/{uuid4()}").status_code == 404
    assert client.get(path_of(withdrawn["page"])).status_code == 410
    assert client.get(path_of(withdrawn["pdf"])).status_code == 410
    assert client.get(path_of(links["student-0"]["page"])).status_code == 200
    assert client.get(path_of(again["student-1"]["page"])).status_code == 200
    left = {link["student_id"] for link in teacher.client.get(address).json()["links"]}
    assert left == {"student-0", "student-2"}


def test_a_hand_out_is_withdrawn_whole(client: Client, teacher: Calling, task: str) -> None:
    address, links = hand_out(teacher, task)

    closed = teacher.client.delete(address)
    assert closed.status_code == 204
    assert "Content-Type" not in closed
    assert {client.get(path_of(link["page"])).status_code for link in links.values()} == {410}
    assert teacher.client.get(address).json()["links"] == []
    assert teacher.client.get(address).json()["withdrawn_at"] is not None


def test_the_table_for_a_mail_merge_has_a_row_for_each_open_link(client: Client, teacher: Calling) -> None:
    task = teacher.submit("html", [student('=HYPERLINK("http://evil")'), student('a,"b"\r\nc', namespace="")])
    work_off()
    address, links = hand_out(teacher, task)
    table = teacher.client.get(f"{address}/links.csv")

    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert table["Content-Disposition"].startswith('attachment; filename="links-')
    header, first, second = csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline=""))
    assert header == ["student_id", "namespace", "page", "pdf", "expires_at"]
    assert first[0] == '\'=HYPERLINK("http://evil")', "no spreadsheet takes it for a formula"
    assert second[:2] == ['a,"b"\r\nc', ""]
    assert [first[2], second[2]] == [link["page"] for link in links.values()]
    assert client.get(path_of(first[2])).status_code == 200
    teacher.client.delete(address)
    assert teacher.client.get(f"{address}/links.csv").content.count(b"\r\n") == 1


def test_only_who_may_write_hands_out(calling: Caller, teacher: Calling, task: str, client: Client) -> None:
    address, links = hand_out(teacher, task)
    report = links["student-0"]["report_id"]
    below = [f"{task}/handouts", address, f"{address}/links.csv"]
    cases = (
        (client, 401),
        (calling("teacher", read_only=True).client, 403),
        (calling("stranger").client, 404),
        (calling("teacher", ["elsewhere"]).client, 404),
    )
    for caller, status in cases:
        assert {caller.get(one).status_code for one in below} == {status}
        assert caller.post(f"{task}/handouts").status_code == status
        assert caller.delete(address).status_code == status
        assert caller.delete(f"{address}/links/{report}").status_code == status
    assert HandOut.objects.filter(withdrawn_at=None).count() == 1
    assert not WithdrawnLink.objects.exists()


def test_a_hand_out_is_found_under_its_own_task_alone(teacher: Calling, task: str) -> None:
    address, links = hand_out(teacher, task)
    other = teacher.submit("html", class_of(2))
    moved = address.replace(task, other)

    assert teacher.client.get(moved).status_code == 404
    assert teacher.client.delete(moved).status_code == 404
    assert teacher.client.delete(f"{moved}/links/{links['student-0']['report_id']}").status_code == 404
    foreign = Document.objects.get(task=UUID(other.rsplit("/", 1)[1]), position=1)
    assert teacher.client.delete(f"{address}/links/{foreign.id}").status_code == 404


def test_a_link_never_opens_the_class_report(client: Client, teacher: Calling, task: str) -> None:
    hand_out(teacher, task)
    [made] = HandOut.objects.all()
    for report in Document.objects.filter(kind="class"):
        assert client.get(f"/r/{handouts.token_of(made.id, report.id)}").status_code == 404


@pytest.mark.parametrize("days", ["0", "366", "-1", "x", "", "1e1", "٣", "9" * 5_000])
def test_a_time_that_makes_no_sense_is_a_400(teacher: Calling, task: str, days: str) -> None:
    refused = teacher.client.post(f"{task}/handouts?days={days}")

    assert refused.status_code == 400
    assert "days" in refused.json()["details"]
    assert "`days`" in refused.json()["error"]


def test_a_report_that_is_not_made_yet_says_so_and_opens_later(client: Client, teacher: Calling) -> None:
    task = teacher.submit("html", class_of(2))
    _, links = hand_out(teacher, task)
    early = client.get(path_of(links["student-0"]["page"]))
    assert early.status_code == 404
    assert "not there yet" in early.text
    work_off()

    assert client.get(path_of(links["student-0"]["page"])).status_code == 200


@pytest.mark.parametrize(("format_", "there", "missing"), [("html", "page", "pdf"), ("pdf", "pdf", "page")])
def test_no_link_is_given_to_a_format_that_nobody_had_made(
    client: Client, teacher: Calling, format_: str, there: str, missing: str
) -> None:
    task = teacher.submit(format_, student())
    work_off()
    address, links = hand_out(teacher, task)
    [row] = csv.DictReader(io.StringIO(teacher.client.get(f"{address}/links.csv").content.decode("utf-8-sig")))

    assert links["ada"][missing] is None
    assert row[missing] == ""
    assert row[there] == links["ada"][there]
    assert client.get(path_of(links["ada"][there])).status_code == 200
    # Whoever tries the address of the other all the same is told why, or given what there is.
    path = path_of(links["ada"][there])
    tried = client.get(f"{path}.pdf" if format_ == "html" else path.removesuffix(".pdf"))
    if format_ == "html":
        assert tried.status_code == 404
        assert "nobody had it made in this format" in tried.text
    else:
        assert tried["Content-Type"] == "application/pdf"


def test_a_format_that_is_made_later_gets_its_links_in_a_hand_out_of_before(client: Client, teacher: Calling) -> None:
    address, _ = hand_out(teacher, teacher.submit("html", class_of(2)))
    teacher.submit("pdf", class_of(2))
    work_off()

    for link in teacher.client.get(address).json()["links"]:
        assert client.get(path_of(link["pdf"]))["Content-Type"] == "application/pdf"


def test_a_link_opens_no_report_of_another_owner_with_the_same_class(
    client: Client, calling: Caller, teacher: Calling
) -> None:
    task = teacher.submit("html", class_of(2))
    calling("stranger").submit("pdf", class_of(2))
    work_off()
    _, links = hand_out(teacher, task)

    assert links["student-0"]["pdf"] is None
    assert client.get(path_of(links["student-0"]["page"]) + ".pdf").status_code == 404


def test_erasing_closes_the_links(client: Client, teacher: Calling, task: str) -> None:
    address, links = hand_out(teacher, task)
    teacher.client.delete(f"{address}/links/{links['student-1']['report_id']}")
    teacher.client.delete("/students?student_id=student-1")
    gone = client.get(path_of(links["student-1"]["page"]))
    assert gone.status_code == 404
    assert "It is no longer here, or the link was cut short" in gone.text
    assert not WithdrawnLink.objects.exists()
    assert traces_of("student-1") == set()
    assert client.get(path_of(links["student-0"]["page"])).status_code == 200
    teacher.client.delete(task)
    left = client.get(path_of(links["student-0"]["page"]))
    assert (left.status_code, left["Content-Type"]) == (200, "application/pdf"), "the format that is left"
    teacher.client.delete(f"/assignment/pdf/{Task.objects.get().id}")

    assert client.get(path_of(links["student-0"]["page"])).status_code == 404
    assert not HandOut.objects.exists()


def test_handing_out_opening_and_withdrawing_are_written_down(client: Client, teacher: Calling, task: str) -> None:
    address, links = hand_out(teacher, task)
    for _ in range(3):
        client.get(path_of(links["student-0"]["page"]))
    teacher.client.delete(f"{address}/links/{links['student-0']['report_id']}")
    teacher.client.delete(address)
    made = f"hand-out {HandOut.objects.get().id}"

    done = (
        AuditEntry.objects.exclude(action__in=("key", "submit")).order_by("pk").values_list("action", "what", "actor")
    )
    assert [(action, what) for action, what, _ in done] == [
        ("hand out", made),
        ("read", "html"),
        ("withdraw", f"link of {made}"),
        ("withdraw", made),
    ]
    assert done[1][2] == f"link of {made}"


def test_a_link_that_is_opened_without_end_is_a_429_and_the_others_are_not(
    client: Client, teacher: Calling, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handouts, "_OPENINGS", rate_limits.Limit("openings", 2, 10**9))
    _, links = hand_out(teacher, task)
    pages = [path_of(links[name]["page"]) for name in ("student-0", "student-0", "student-0", "student-1")]
    answers = [client.get(page) for page in pages]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert int(answers[2]["Retry-After"]) > 0
    assert answers[2]["Cache-Control"] == "no-store"


def test_what_closed_long_ago_is_forgotten(teacher: Calling, task: str, client: Client) -> None:
    _, links = hand_out(teacher, task)
    HandOut.objects.update(expires_at=Now() - timedelta(days=31))
    tasks.sweep()

    assert not HandOut.objects.exists()
    assert client.get(path_of(links["student-0"]["page"])).status_code == 404


def test_opening_a_link_takes_few_queries(client: Client, teacher: Calling, task: str, settings: Settings) -> None:
    _, links = hand_out(teacher, task)
    with CaptureQueriesContext(connection) as queries:
        client.get(path_of(links["student-0"]["page"]))

    assert len(queries) <= 4  # the link, the report, the audit log twice
    assert Task.objects.count() == 2
    assert settings.FEEDBACK_AUTH == "keys"


def test_links_begin_with_the_public_address_whatever_host_was_asked_for(calling: Caller, settings: Settings) -> None:
    settings.FEEDBACK_PUBLIC_URL = "https://feedback.example.edu"
    caller = calling("a")
    task = caller.submit("html", student())
    work_off()
    made = caller.client.post(f"{task}/handouts", headers={"Host": "127.0.0.1:9999"}).json()

    assert made["links"][0]["page"].startswith("https://feedback.example.edu/r/")
