"""Documents in an object store, on a real one: the same answers as from the database, and nothing left behind."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.api import health
from feedback.queue import claims, unclaimed
from feedback.queue.claims import Share, Work
from feedback.queue.worker import Worker
from feedback.store import bodies, leftovers
from feedback.store.bodies import Key
from feedback.store.models import Document, Leftover, Listing, Student, Task
from feedback.store.objects import StoreLost
from feedback.submissions import retention, tasks
from tests.harness.environment import Reservation
from tests.harness.in_process import Post, Submit, class_of, made_of, student, work_off
from tests.harness.in_store import kept, named, point_at
from tests.harness.servers import Seaweed

__all__ = ["kept"]

GONE = "lovelace-1815"
AT_ONCE = timedelta(seconds=-60)  # however new an object is


@pytest.fixture
def lose(settings: Settings, kept: Seaweed) -> Iterator[Callable[[], None]]:
    """`lose()`: from now on nothing answers where the store was."""
    port = Reservation()
    yield lambda: point_at(settings, {**kept.settings, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port.port}"})
    port.release()


def files_of(answer: Any) -> dict[str, bytes]:
    async def whole() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    with zipfile.ZipFile(io.BytesIO(async_to_sync(whole)())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def task_of(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


def look_through_all() -> int:
    """A whole look through the store, now, at objects of any age."""
    Listing.objects.all().delete()
    found = leftovers.look_through(AT_ONCE)
    while Listing.objects.exclude(after=None).exists():
        found += leftovers.look_through(AT_ONCE)
    return found


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_documents_are_in_the_store_under_task_document_and_fence_and_not_in_the_database(
    kept: Seaweed, submit: Submit, format_: str
) -> None:
    submit(format_, class_of(3))
    work_off()

    assert kept.keys() == named()
    assert len(named()) == 4
    for one in Document.objects.all():
        assert (one.state, one.body, one.stored_fence) == ("SUCCESS", None, one.fence)
        assert len(bodies.of(one)) == one.size
        assert hashlib.sha256(bodies.of(one)).hexdigest() == one.sha256


@pytest.mark.django_db(transaction=True)  # what is streamed reads the database outside of a test's transaction
@pytest.mark.parametrize("where", ["database", "s3"])
def test_an_answer_is_the_same_wherever_the_document_is(
    kept: Seaweed, client: Client, post: Post, submit: Submit, settings: Settings, where: str
) -> None:
    settings.FEEDBACK_DOCUMENTS_TO = where
    body = class_of(2)
    address = submit("html", body)
    work_off()
    assert bool(kept.keys()) == (where == "s3")
    one = Document.objects.get(kind="class")

    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["ETag"] == f'"{one.sha256}"'
    assert hashlib.sha256(answer.content).hexdigest() == one.sha256
    assert client.head(address)["Content-Length"] == str(len(answer.content))
    described = client.get(address, headers={"Accept": "application/json"}).json()
    assert described["bytes"] == len(answer.content)
    assert post("html", body, Accept="text/html").content == answer.content
    archive = files_of(client.get(f"{address}/archive.zip"))
    report = client.get(client.get(f"{address}/reports").json()["students"][0]["link"])
    assert archive["html/student-0.html"] == report.content
    export = files_of(client.get("/students/export?student_id=student-0&namespace=course"))
    assert [content for name, content in export.items() if name.endswith("report.html")] == [report.content]


def test_a_304_does_not_read_the_store_and_a_document_that_is_lost_there_is_a_503(
    kept: Seaweed, client: Client, submit: Submit
) -> None:
    address = submit("html", student("ada"))
    work_off()
    etag = client.get(address)["ETag"]
    kept.empty()

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "Nothing was lost" in answer.json()["error"]


def test_other_bytes_than_were_written_are_never_served(kept: Seaweed, client: Client, submit: Submit) -> None:
    address = submit("html", student("ada"))
    work_off()
    kept.put(named()[0], b"<p>something else</p>")

    assert client.get(address).status_code == 503


def test_a_late_worker_never_touches_its_successors_bytes(kept: Seaweed, client: Client, submit: Submit) -> None:
    address = submit("html", student("ada"))
    [late] = claims.claim(Work(""), Share(1, 1))
    Document.objects.update(due_at=Now() - timedelta(seconds=1))
    [successor] = claims.claim(Work(""), Share(1, 1))
    assert claims.store([made_of(successor)]) == 1
    before = client.get(address).content

    assert claims.store([made_of(late)]) == 0
    assert len(kept.keys()) == 2, "each under a fence of its own"
    assert client.get(address).content == before
    leftovers.delete()
    assert kept.keys() == named() == [f"documents/{task_of(address)}/{successor.report_id}/{successor.fence}"]
    assert client.get(address).content == before


def test_an_amended_report_is_read_as_it_was_until_the_new_one_is_there_and_then_the_old_bytes_go(
    kept: Seaweed, client: Client, submit: Submit
) -> None:
    address = submit("html", student("ada"))
    work_off()
    before, keys = client.get(address).content, kept.keys()
    report = Document.objects.get()

    changed = client.put(f"{address}/reports/{report.id}/remark", {"remark": "See me"}, content_type="application/json")
    assert changed.status_code == 202
    tasks.sweep()
    assert (client.get(address).content, kept.keys()) == (before, keys)
    [held] = claims.claim(Work(""), Share(1, 1))
    tasks.sweep()
    assert client.get(address).content == before, "while it is being made, too"
    claims.store([made_of(held)])
    assert b"See me" in client.get(address).content
    leftovers.delete()
    assert kept.keys() == named()
    assert kept.keys() != keys


@pytest.mark.usefixtures("kept")
def test_a_reader_whose_document_is_replaced_meanwhile_gets_the_new_one(submit: Submit) -> None:
    submit("html", student("ada"))
    work_off()
    read = Document.objects.get()
    unclaimed.make_again(read.task.upload_id)
    work_off()
    leftovers.delete()

    assert hashlib.sha256(bodies.of(read)).hexdigest() == read.sha256
    assert read.stored_fence == Document.objects.get().stored_fence


@pytest.mark.parametrize("whole", [True, False])
def test_after_an_erasure_the_bucket_holds_nothing_of_it(
    kept: Seaweed, client: Client, submit: Submit, whole: bool
) -> None:
    address = submit("html", [*class_of(2), student(GONE)])
    own = submit("pdf", student(GONE, 3))
    work_off()
    if whole:
        assert client.delete(address).status_code == client.delete(own).status_code == 204
    else:
        assert client.delete(f"/students?student_id={GONE}").status_code == 204
    work_off()
    tasks.sweep()

    assert kept.keys() == named()
    assert len(kept.keys()) == (0 if whole else 3), "two students and the class report, made again"
    assert not Leftover.objects.exists()


def test_erasing_the_last_student_takes_the_class_report_along(kept: Seaweed, client: Client, submit: Submit) -> None:
    submit("html", [student("a"), student("b")])
    work_off()
    for name in "ab":
        assert client.delete(f"/students?student_id={name}").status_code == 204
    tasks.sweep()
    assert kept.keys() == []


def test_an_erasure_takes_along_what_a_dead_worker_left_uncommitted(
    kept: Seaweed, client: Client, submit: Submit
) -> None:
    address = submit("html", student("ada"))
    [held] = claims.claim(Work(""), Share(1, 1))
    bodies.put([(Key(held.task_id, held.report_id, held.fence), b"of a worker that died")])
    Document.objects.update(due_at=Now())
    work_off()
    assert len(kept.keys()) == 2

    client.delete(address)
    leftovers.delete()
    assert kept.keys() == []


def test_a_write_that_comes_after_the_erasure_is_noted_by_who_wrote_it(
    kept: Seaweed, client: Client, submit: Submit
) -> None:
    address = submit("html", student("ada"))
    [held] = claims.claim(Work(""), Share(1, 1))
    made = made_of(held)
    client.delete(address)
    leftovers.delete()

    assert claims.store([made]) == 0
    assert len(kept.keys()) == 1
    leftovers.delete()
    assert kept.keys() == []


def test_a_note_on_what_a_worker_holds_waits_until_it_is_settled(kept: Seaweed, submit: Submit) -> None:
    submit("html", student("ada"))
    [held] = claims.claim(Work(""), Share(1, 1))
    key = Key(held.task_id, held.report_id, held.fence)
    bodies.put([(key, b"not committed yet")])
    leftovers.note_keys([key])

    assert leftovers.delete() == 0
    assert len(kept.keys()) == 1
    claims.release([held])
    assert leftovers.delete() == 1
    assert kept.keys() == []


def test_what_no_row_names_is_deleted_once_it_is_old_and_nothing_else(kept: Seaweed, submit: Submit) -> None:
    submit("html", [student("a"), student("b")])
    work_off()
    mine = named()
    one = Document.objects.filter(kind="student").first()
    assert one
    Document.objects.filter(pk=one.pk).update(fence=F("fence") + 3, state="RUNNING")
    held = Key(one.task_id, one.pk, one.fence + 3)
    dead = [Key(one.task_id, one.pk, one.fence + 1), Key(one.task_id, UUID(int=7), 1)]
    bodies.put([(key, b"x") for key in (held, *dead)])
    kept.put("documents/readme.txt", b"of the people who keep the bucket")
    kept.put("elsewhere/a/b/1", b"of another service")

    Listing.objects.all().delete()
    assert leftovers.look_through() == 0, "all of it is younger than a day"
    assert look_through_all() == 2
    assert kept.keys() == sorted([*mine, f"documents/{held}", "documents/readme.txt", "elsewhere/a/b/1"])


def test_a_look_through_the_store_is_begun_once_a_day(kept: Seaweed, db: None) -> None:  # noqa: ARG001 - asked
    assert look_through_all() == 0
    bodies.put([(Key(UUID(int=1), UUID(int=2), 1), b"x")])
    assert leftovers.look_through(AT_ONCE) == 0
    Listing.objects.update(begun_at=Now() - timedelta(hours=25))
    assert leftovers.look_through(AT_ONCE) == 1
    assert kept.keys() == []


@pytest.mark.parametrize("small", [True, False])
def test_what_is_past_its_retention_leaves_the_bucket_too(
    kept: Seaweed, submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    for name in ("_LEAST", "_MOST"):
        monkeypatch.setattr(retention, name, 100 if small else 2)
    settings.FEEDBACK_RETENTION_DAYS = 30
    submit("html", class_of(5))
    work_off()
    Task.objects.update(created_at=Now() - timedelta(days=31))
    retention.purge(60, sleep=lambda _: None)
    leftovers.delete()

    assert kept.keys() == []
    assert not Student.objects.exists()


def test_a_lost_store_gives_the_attempt_back_and_takes_no_post_and_no_erasure_along(
    kept: Seaweed, lose: Callable[[], None], client: Client, post: Post, submit: Submit, settings: Settings
) -> None:
    done = submit("html", student("done"))
    work_off()
    lose()
    waiting = post("html", class_of(2))
    assert waiting.status_code == 202
    for _ in range(3):
        with pytest.raises(StoreLost):
            Worker(ring=int).answer()
    assert set(Document.objects.exclude(task=task_of(done)).values_list("state", "attempts")) == {("PENDING", 0)}

    for address in (done, f"{done}/archive.zip"):
        answer = client.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "1"), address
    assert client.get(f"{done}/reports").status_code == 200, "which the database knows"
    health.documents_kept.forget()
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert "AWS_ENDPOINT_URL" in ready.json()["error"]
    where = settings.FEEDBACK_DOCUMENTS_OPTIONS["endpoint"].rpartition("/")[2]
    assert where not in ready.text, "where the store is concerns nobody who may ask for this"
    assert settings.FEEDBACK_DOCUMENTS_URL.removeprefix("s3://") not in ready.text
    assert client.get("/health/accepting").status_code == 200
    assert client.delete(done).status_code == 204
    tasks.sweep()
    assert Leftover.objects.filter(task_id=task_of(done)).count() == 1

    point_at(settings, kept.settings)
    work_off()
    tasks.sweep()
    assert client.get(waiting["Location"]).status_code == 200
    assert kept.keys() == named()
    assert set(Document.objects.values_list("state", "attempts")) == {("SUCCESS", 1)}


@pytest.mark.parametrize("where", ["in the store", "in the database"])
def test_what_was_written_and_not_committed_goes_soon(
    kept: Seaweed, submit: Submit, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    submit("html", class_of(2))
    real = bodies.keep

    def keep(given: Any) -> Any:
        found = real(given)
        if where == "in the store":
            raise StoreLost("after some of them")
        return found

    def commit(*_: Any, **__: Any) -> int:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as broken:
        broken.setattr(bodies, "keep", keep)
        if where == "in the database":
            broken.setattr(claims, "_replacing", commit)
        with pytest.raises((StoreLost, OperationalError)):
            Worker(ring=int).answer()
    assert len(kept.keys()) > 0
    leftovers.delete()
    assert kept.keys() == []
    work_off()
    assert (len(kept.keys()), kept.keys()) == (3, named())


def test_a_worker_that_lost_the_store_asks_for_it_before_it_renders_again(
    lose: Callable[[], None], submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", student("ada"))
    lose()
    with pytest.raises(StoreLost):
        Worker(ring=int).answer()
    claimed: list[Any] = []
    monkeypatch.setattr(claims, "claim", lambda *_: claimed.append(1))
    with pytest.raises(StoreLost):
        Worker(ring=int).answer()
    assert claimed == []
