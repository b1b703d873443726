"""ETags, and 304 for whoever has the content already: after the same checks, and without reading what is large."""

import hashlib
import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from feedback.access.models import ApiKey, AuditEntry
from feedback.store.models import Document
from tests.harness.in_process import (
    Caller,
    Submit,
    class_of,
    student,
    work_off,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

BELOW = ("", "/findings", "/reports/{report}", "/reports/{report}/findings", "/archive.zip", "/class-questions.csv")
# Of a 200, all but what describes the content itself.
KEPT = ("ETag", "Cache-Control", "Vary", "Referrer-Policy", "Content-Security-Policy", "Content-Disposition")


def addresses_of(task: str) -> list[str]:
    report = Document.objects.filter(task=UUID(task.rsplit("/", 1)[1])).latest("position")
    return [task + below.format(report=report.id) for below in BELOW]


def again(client: Client, address: str, etag: str, **headers: str) -> Answer:
    return client.get(address, headers={"If-None-Match": etag, **headers})


@pytest.mark.parametrize("format_", ["html", "pdf"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_already_is_told_so_with_the_headers_of_the_whole_answer(
    client: Client, submit: Submit, format_: str, method: str
) -> None:
    task = submit(format_, class_of(2))
    work_off()

    for address in addresses_of(task):
        whole = client.generic(method, address)
        answer = client.generic(method, address, headers={"If-None-Match": whole["ETag"]})
        assert (whole.status_code, answer.status_code) == (200, 304), address
        assert whole["Cache-Control"] == "private, no-cache"
        assert answer.content == b""
        assert "Content-Length" not in answer
        assert {name: answer.get(name) for name in KEPT} == {name: whole.get(name) for name in KEPT}


def test_the_etag_of_a_document_is_the_hash_of_its_bytes(client: Client, submit: Submit) -> None:
    task = submit("html", student())
    work_off()
    answer = client.get(task)

    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'


def test_no_two_of_them_share_an_etag(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(2))
    work_off()

    assert len({client.get(address)["ETag"] for address in addresses_of(task)}) == len(BELOW)


def test_a_304_reads_neither_document_nor_findings(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(2))
    work_off()

    for address in addresses_of(task):
        etag = client.get(address)["ETag"]
        with CaptureQueriesContext(connection) as asked:
            assert again(client, address, etag).status_code == 304
        statements = " ".join(query["sql"] for query in asked.captured_queries)
        assert not re.search(r'"(body|findings|payload)"', statements), address


def test_another_etag_gets_the_whole(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(2))
    work_off()

    for address in addresses_of(task):
        answer = again(client, address, f'"{"0" * 64}"')
        assert answer.status_code == 200
        assert int(answer.get("Content-Length", "1")) > 0


@pytest.mark.parametrize("named", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_it_may_be_named_in_any_way_that_the_standard_knows(client: Client, submit: Submit, named: str) -> None:
    task = submit("html", student())
    work_off()
    etag = client.get(task)["ETag"]

    assert again(client, task, named.format(etag=etag)).status_code == 304


@pytest.mark.parametrize("nonsense", ["", ",", "unquoted", '"', "W/"])
def test_what_is_no_etag_is_nothing_that_anyone_has(client: Client, submit: Submit, nonsense: str) -> None:
    task = submit("html", student())
    work_off()

    assert again(client, task, nonsense).status_code == 200


def test_what_is_not_done_cannot_be_known(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(2))
    assert {again(client, address, "*").status_code for address in addresses_of(task)} == {202}
    Document.objects.update(state="FAILURE", error="it could not be made")

    assert again(client, task, "*").status_code == 404


def test_a_description_is_another_matter(client: Client, submit: Submit) -> None:
    task = submit("html", student())
    work_off()
    etag = client.get(task)["ETag"]
    answer = again(client, task, etag, Accept="application/json")

    assert answer.status_code == 200
    assert answer.json()["sha256"] in etag


def test_a_document_in_answer_to_a_post_comes_whole(client: Client, submit: Submit) -> None:
    task = submit("html", student())
    work_off()
    headers = {"Accept": "text/html", "If-None-Match": client.get(task)["ETag"]}
    answer = client.post("/assignment/html", student(), content_type="application/json", headers=headers)

    assert answer.status_code == 200
    assert answer.content == client.get(task).content


def test_access_is_checked_first(calling: Caller) -> None:
    caller, other = calling("a"), calling("b")
    task = caller.submit("html", class_of(2))
    work_off()
    etags = {address: caller.client.get(address)["ETag"] for address in addresses_of(task)}

    for address, etag in etags.items():
        assert again(other.client, address, etag).status_code == 404
        assert again(other.client, address, "*").status_code == 404
        assert again(Client(), address, etag).status_code == 401
    ApiKey.objects.update(revoked_at="2024-07-21T00:00:00Z")
    for address, etag in etags.items():
        assert again(caller.client, address, etag).status_code == 401


def test_a_304_is_a_reading_and_counts(calling: Caller) -> None:
    caller = calling("a")
    task = caller.submit("html", class_of(2))
    work_off()
    etags = {address: caller.client.get(address)["ETag"] for address in addresses_of(task)}
    AuditEntry.objects.all().delete()
    answers = [again(caller.client, address, etag) for address, etag in etags.items()]

    read = AuditEntry.objects.filter(action="read").order_by("pk").values_list("what", flat=True)
    assert list(read) == ["task", "findings", "report", "report-findings", "archive", "class-questions.csv"]
    assert all("RateLimit" in answer for answer in answers)


def test_a_class_that_lost_a_student_has_changed_and_the_others_reports_have_not(
    client: Client, submit: Submit
) -> None:
    task = submit("html", class_of(3))
    work_off()
    etags = {address: client.get(address)["ETag"] for address in addresses_of(task)}
    assert client.delete("/students?student_id=student-0").status_code == 204
    work_off()
    now = [again(client, address, etag).status_code for address, etag in etags.items()]

    assert dict(zip(BELOW, now, strict=True)) == dict(zip(BELOW, (200, 200, 304, 304, 200, 200), strict=True))


def test_a_condition_of_another_kind_changes_nothing(client: Client, submit: Submit) -> None:
    task = submit("html", student())
    work_off()
    long_ago = "Wed, 21 Oct 2015 07:28:00 GMT"

    for header, value in (
        ("If-Match", '"another"'),
        ("If-Unmodified-Since", long_ago),
        ("If-Modified-Since", long_ago),
    ):
        answer = client.get(task, headers={header: value})
        assert (answer.status_code, len(answer.content) > 0) == (200, True), header
        known = again(client, task, '"another"', **{header: value})
        assert known.status_code == 200, header
