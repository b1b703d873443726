"""The Python client, against the real service: both clients do the same, and every fault has its exception."""

import asyncio
import inspect
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

import feedback_client
from feedback_client import AsyncClient, Client, Task
from tests.harness import smtp
from tests.harness.environment import Reservation
from tests.harness.in_process import class_of, student
from tests.harness.stack import Stack
from tests.harness.waiting import until


@pytest.fixture
def client(embedded: Stack) -> Iterator[Client]:
    with Client(embedded.url) as found:
        yield found


def in_both(embedded: Stack, calls: Callable[[Any], Any]) -> list[Any]:
    """What `calls`, a function of coroutines, gives with the asynchronous client; and, run through, with the other."""

    class Awaitable:
        """The ordinary client as one whose methods are coroutines."""

        def __init__(self, client: Client) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            async def call(*arguments: Any, **options: Any) -> Any:
                return getattr(self._client, name)(*arguments, **options)

            return call

    async def asynchronously() -> Any:
        async with AsyncClient(embedded.url) as client:
            return await calls(client)

    with Client(embedded.url) as client:
        return [asyncio.run(calls(Awaitable(client))), asyncio.run(asynchronously())]


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def public(kind: type) -> dict[str, str]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        return {name: str(inspect.signature(method)) for name, method in methods if not name.startswith("_")}

    assert public(Client) == public(AsyncClient)
    assert len(public(Client)) > 15
    assert all(inspect.iscoroutinefunction(getattr(AsyncClient, name)) for name in public(AsyncClient))


def test_a_class_is_submitted_awaited_listed_and_fetched(embedded: Stack) -> None:
    async def all_of_it(client: Any) -> Any:
        seen = list[feedback_client.Progress]()
        task = await client.submit(class_of(3), "pdf", tz="Asia/Kolkata")
        await client.wait(task, 120, seen.append)
        reports = await client.reports(task)
        assert [each.state for each in reports] == ["SUCCESS"] * 3
        archive = io.BytesIO()
        await client.archive(task, archive)
        assert len(zipfile.ZipFile(archive).namelist()) >= 5
        assert len(json.loads(await client.findings(task))["rows"]) == 3
        return [await client.report(reports[0]), await client.document(task), await client.progress(task)]

    one, other = in_both(embedded, all_of_it)
    assert one == other
    assert one[0].startswith(b"%PDF-")
    assert one[1].startswith(b"%PDF-")
    assert one[2] is None


def test_whatever_events_are_given_as_they_are_the_same_task(client: Client, tmp_path: Path) -> None:
    given = class_of(2)
    file = tmp_path / "class.json"
    file.write_text(json.dumps(given))
    lines = "\n".join(map(json.dumps, given)).encode()
    ways: list[Any] = [given, tuple(given), {"students": given}, file, str(file), file.read_bytes(), iter(given)]
    tasks = {client.submit(way) for way in ways}
    tasks.add(client.submit(io.BytesIO(lines), media_type="application/x-ndjson"))
    with file.open("rb") as opened:
        tasks.add(client.submit(opened))
    assert len(tasks) == 1


def test_a_single_student_is_an_object(client: Client) -> None:
    task = client.wait(client.submit(student("ada")))
    assert b"Student ID: ada" in client.document(task)


def test_faults_of_a_body_are_all_named_and_nothing_is_retried(embedded: Stack) -> None:
    told: list[str] = []
    with (
        Client(embedded.url, on_retry=lambda why, _: told.append(why)) as client,
        pytest.raises(feedback_client.BadRequest) as refused,
    ):
        client.submit([{"student_id": "", "events": [{"unit": None}]}])
    assert refused.value.status == 400
    assert set(refused.value.details) == {"students[0].student_id", "students[0].events[0].unit"}
    assert "students[0].events[0].unit" in str(refused.value)
    assert told == []


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda client: client.document(Task("html", "never-issued")), feedback_client.NotFound),
        (lambda client: client.progress(Task("html", "never-issued")), feedback_client.NotFound),
        (lambda client: client.submit(b"\x89PNG", media_type="image/png"), feedback_client.UnsupportedMedia),
        (lambda client: client.submit([student()], tz="Mars/Base"), feedback_client.BadRequest),
        (lambda client: client.hand_out(Task("html", "never-issued")), feedback_client.NotFound),
    ],
)
def test_each_status_is_an_exception_of_its_own(
    client: Client, call: Callable[[Client], object], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        call(client)


def test_another_body_under_the_same_key_is_refused(client: Client) -> None:
    client.submit(student("ada"), idempotency_key="client-key")
    with pytest.raises(feedback_client.KeyReused):
        client.submit(student("grace"), idempotency_key="client-key")


def test_without_a_valid_key_the_door_is_closed(service_with_keys: Stack) -> None:
    for key in (None, "fbk_nobody_nothing"):
        with Client(service_with_keys.url, key) as client, pytest.raises(feedback_client.Unauthorized):
            client.submit(student())
    key = service_with_keys.headers["Authorization"].removeprefix("Bearer ")
    with Client(service_with_keys.url, key) as client:
        assert b"ada" in client.document(client.wait(client.submit(student("ada")), 120))


def test_a_student_is_erased_where_the_call_says_and_nowhere_else(client: Client) -> None:
    of_nobody, of_course = student("twice") | {"namespace": None}, student("twice") | {"namespace": "erasing"}
    tasks = [client.wait(client.submit([one], "html"), 120) for one in (of_nobody, of_course)]
    (entry,) = client.reports(tasks[0])
    client.erase_student(entry.student_id, entry.namespace)
    with pytest.raises(feedback_client.NotFound):
        client.reports(tasks[0])
    assert [each.namespace for each in client.reports(tasks[1])] == ["erasing"]

    client.erase_student(entry.student_id, feedback_client.EVERYWHERE)
    with pytest.raises(feedback_client.NotFound):
        client.reports(tasks[1])


def test_hand_outs_rosters_and_erasure_by_the_client(start_services: Callable[..., Stack]) -> None:
    with smtp.mail_server() as server:
        stack = start_services(
            EMAIL_URL=server.url,
            FEEDBACK_MAIL_FROM="exams@example.edu",
            FEEDBACK_PUBLIC_URL="https://feedback.example.edu",
        )
        with Client(stack.url) as client:
            task = client.wait(client.submit(class_of(2), "html"), 120)
            first, second = client.reports(task)
            fit = client.set_roster(
                task, f"student_id,name,email\n{first.student_id},Ada,ada@example.edu\n,,\n".encode()
            )
            assert (fit.matched, [each.student_id for each in fit.students_without_row]) == (1, [second.student_id])

            handed_out = client.hand_out(task, days=3)
            assert [link.student_id for link in handed_out.links] == [first.student_id, second.student_id]
            mailing = client.mail(task, handed_out.handout_id, "Your report", "{link}")
            assert (mailing.queued, mailing.already, mailing.without_address) == (1, 0, 1)
            until(lambda: server.mailbox.counts == {"ada@example.edu": 1})
            client.withdraw(task, handed_out.handout_id)
            opened = httpx.get(f"{stack.url}{urlsplit(handed_out.links[0].page or '').path}", trust_env=False)
            assert opened.status_code == 410

            client.set_remark(task, first.report_id, "Well done with recursion")
            until(lambda: b"Well done with recursion" in made(lambda: client.report(client.reports(task)[0])))
            client.set_context(task, {"exam": {"title": "An exam by the client"}})
            until(lambda: b"An exam by the client" in made(lambda: client.document(task)))
            client.erase_student(first.student_id)
            assert [each.student_id for each in client.reports(task)] == [second.student_id]
            client.erase(task)
            with pytest.raises(feedback_client.NotFound):
                client.reports(task)


def made(document: Callable[[], bytes]) -> bytes:
    """The document, or nothing while it is being made anew."""
    try:
        return document()
    except feedback_client.NotReady:
        return b""


def test_what_is_not_made_yet_is_said_and_nothing_is_written(
    start_services: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = start_services()
    stack.processes.pop("worker").stop()
    with Client(stack.url) as client:
        task = client.submit(class_of(2))
        for ask in (
            lambda: client.document(task),
            lambda: client.findings(task),
            lambda: client.archive(task, tmp_path / "reports.zip"),
        ):
            with pytest.raises(feedback_client.NotReady):
                ask()
    assert list(tmp_path.glob("*.zip")) == []


def test_an_address_that_leads_elsewhere_is_not_taken_for_an_answer(start_services: Callable[..., Stack]) -> None:
    stack = start_services(FEEDBACK_HTTPS="true")
    with Client(stack.url) as client:
        for ask in (
            lambda: client.progress(Task("html", "any")),
            lambda: client.document(Task("html", "any")),
            lambda: client.erase(Task("html", "any")),
        ):
            with pytest.raises(feedback_client.NotUnderstood, match="https://"):
                ask()


def test_a_service_below_a_path_gives_its_reports_too(start_embedded: Callable[..., Stack]) -> None:
    stack = start_embedded(FEEDBACK_PATH_PREFIX="/feedback")
    with Client(f"{stack.url}/feedback") as client:
        task = client.wait(client.submit(class_of(2)), 120)
        reports = client.reports(task)
        assert reports[0].link is not None
        assert reports[0].link.startswith("/feedback/")
        assert reports[0].student_id.encode() in client.report(reports[0])


def test_a_download_into_an_open_file_keeps_what_stands_before_it(client: Client) -> None:
    task = client.wait(client.submit(class_of(2)))
    target = io.BytesIO(b"before")
    target.seek(0, io.SEEK_END)
    client.archive(task, target)
    assert target.getvalue().startswith(b"beforePK")


def test_what_is_not_done_in_time_is_said_and_can_be_waited_for_again(start_services: Callable[..., Stack]) -> None:
    stack = start_services()
    stack.processes.pop("worker").stop()
    with Client(stack.url) as client:
        task = client.submit(student())
        with pytest.raises(feedback_client.TimedOut):
            client.wait(task, 1)
        stack.start_worker("late")
        assert client.wait(task, 120) == task


def test_a_service_that_is_away_is_tried_again_and_then_said_to_be_away() -> None:
    port, told = Reservation(), list[tuple[str, float]]()
    url = f"http://127.0.0.1:{port.port}"
    with (
        Client(url, pauses=(0.01, 0.02), on_retry=lambda why, seconds: told.append((why, seconds))) as client,
        pytest.raises(feedback_client.Unreachable, match="cannot be reached"),
    ):
        client.submit(student())
    assert [seconds for _, seconds in told] == [0.01, 0.02]
    port.release()


def test_an_archive_is_at_its_path_whole_or_not_at_all(client: Client, tmp_path: Path) -> None:
    task = client.wait(client.submit(class_of(2)))
    client.archive(task, tmp_path / "reports.zip")
    assert zipfile.ZipFile(tmp_path / "reports.zip").testzip() is None
    with pytest.raises(feedback_client.NotFound):
        client.archive(Task("html", "never-issued"), tmp_path / "none.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["reports.zip"]


def test_something_else_at_the_address_is_not_taken_for_the_service(embedded: Stack) -> None:
    with Client(f"{embedded.url}/static") as client, pytest.raises(feedback_client.ApiError):
        client.submit(student())
