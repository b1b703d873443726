"""The Python client, against the real service: both clients do the same, and every fault has its exception."""

import asyncio
import inspect
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import feedback_client
import pytest
from feedback_client import AsyncClient, Client, Task

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


def test_hand_outs_rosters_and_erasure_by_the_client(service: Stack) -> None:
    with Client(service.url) as client:
        task = client.wait(client.submit(class_of(2), "html"), 120)
        handed_out = client.hand_out(task, days=3)
        assert len(handed_out.links) == 2
        assert all(link.page and link.pdf is None for link in handed_out.links)
        fit = client.set_roster(task, b"student_id,name,email\n" + _row(client, task))
        assert fit.matched == 1
        assert len(fit.students_without_row) == 1
        client.withdraw(task, handed_out.handout_id)
        client.set_remark(task, client.reports(task)[0].report_id, "Well done")
        client.set_context(task, {"exam": {"title": "An exam by the client"}})
        until(lambda: b"An exam by the client" in client.document(task))
        client.erase_student(client.reports(task)[0].student_id)
        client.erase(task)
        with pytest.raises(feedback_client.NotFound):
            client.reports(task)


def _row(client: Client, task: Task) -> bytes:
    return f"{client.reports(task)[0].student_id},Ada,ada@example.edu\n".encode()


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
