"""The client for code that awaits: the methods of `Client`, each a coroutine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self

import httpx

from feedback_client import operations
from feedback_client.bodies import Events, body_of
from feedback_client.files import Target, opened
from feedback_client.models import EVERYWHERE, Everywhere, Format, HandOut, Mailing, Progress, Report, RosterFit, Task
from feedback_client.operations import Answer, Call, Pause, Plan, Result
from feedback_client.transport import PAUSES, Connection, answer_of, begin_again, nobody, query_of, request_of


class AsyncClient:
    """One service, and the connections to it; close it, or use it as an asynchronous context.

    Every method raises Unreachable, NotUnderstood and the ApiError of the answer's status. What may be repeated
    without harm is tried again, up to `len(pauses)` times, where the network fails or the service says to come again.
    Safe to use from several tasks of one event loop.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        pauses: tuple[float, ...] = PAUSES,
        on_retry: Callable[[str, float], object] = nobody,
    ) -> None:
        self._connection = Connection(url.rstrip("/"), api_key, pauses, on_retry)
        self._http = httpx.AsyncClient(**self._connection.options())
        self.url = self._connection.url

    async def submit(
        self,
        events: Events,
        format: Format = "html",  # noqa: A002 - the contract's word
        *,
        media_type: str | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Task:
        """Post a student, a class or an envelope: a file, a value, or students as an iterable gives them.

        `options` are the query parameters of the POST: `tz`, `lang`, `paper`, `compare`, `source`, `source_tz`,
        `column=["student_id=Matrikel"]`, …
        """
        with body_of(events, media_type) as body:
            return await self._run(operations.submit(format, body, query_of(options), idempotency_key))

    async def progress(self, task: Task, wait: int = 0) -> tuple[Progress, float] | None:
        """How far a task is, and in how many seconds to ask again; None where it is done. Raises TaskFailed.

        The service may hold the answer back for `wait` seconds, until the task is done.
        """
        return await self._run(operations.progress(task, wait))

    async def wait(
        self, task: Task, seconds: float | None = None, on_progress: Callable[[Progress], object] = nobody
    ) -> Task:
        """The task, once it is done. Raises TaskFailed, and TimedOut after so many seconds."""
        return await self._run(operations.wait(task, seconds, on_progress))

    async def document(self, task: Task) -> bytes:
        """The report of a single, or of the class. Raises NotReady where it is not made yet."""
        return await self._run(operations.document(task.path))

    async def reports(self, task: Task) -> list[Report]:
        """What became of every student."""
        return await self._run(operations.reports(task))

    async def report(self, report: Report) -> bytes:
        """One student's report of a class. Raises NotReady where it is not made yet, ValueError where it failed."""
        return await self._run(operations.document(operations.link_of(report), link=True))

    async def findings(self, task: Task, report_id: str | None = None) -> bytes:
        """The findings of a single, of the class, or of one student of it, as JSON."""
        of_one = f"/reports/{report_id}" if report_id else ""
        return await self._run(operations.document(f"{task.path}{of_one}/findings"))

    async def archive(self, task: Task, target: Target, *, layout: str | None = None, partial: bool = False) -> None:
        """Download every report as a ZIP, whole or not at all; `layout` is `moodle`, `canvas` or `names`."""
        query = query_of({"layout": layout, "partial": "true" if partial else None})
        with opened(target) as file:
            await self._run(operations.download(f"{task.path}/archive.zip", query, file))

    async def set_context(self, task: Task, context: dict[str, Any]) -> None:
        """Change what is known of the exam (`exam`, `questions`, `report`); the reports are made again in place."""
        await self._run(operations.change("PUT", f"{task.path}/context", {}, context))

    async def set_remark(self, task: Task, report_id: str, remark: str | None) -> None:
        """Say something to one student; None takes it back."""
        await self._run(operations.change("PUT", f"{task.path}/reports/{report_id}/remark", {}, {"remark": remark}))

    async def set_roster(self, task: Task, csv: bytes) -> RosterFit:
        """Say who the students are, by a CSV of Moodle, of Canvas, or of one's own."""
        return await self._run(operations.put_roster(task, csv))

    async def hand_out(self, task: Task, days: int = 30) -> HandOut:
        """A link for every student of the upload, which opens the own report without a key."""
        return await self._run(operations.hand_out(task, days))

    async def mail(self, task: Task, handout_id: str, subject: str, body: str) -> Mailing:
        """Mail each student of the roster the own link: `{name}`, `{link}`, `{exam}`, `{expires}` in the words."""
        return await self._run(operations.mail(task, handout_id, subject, body))

    async def withdraw(self, task: Task, handout_id: str) -> None:
        """Close every link of a hand-out."""
        await self._run(operations.change("DELETE", f"{task.path}/handouts/{handout_id}", {}))

    async def erase(self, task: Task) -> None:
        """Erase a task with all that was made for it."""
        await self._run(operations.change("DELETE", task.path, {}))

    async def erase_student(self, student_id: str, namespace: str | Everywhere | None = EVERYWHERE) -> None:
        """Erase all that is held about a student: everywhere, in one namespace, or with None in none of them."""
        await self._run(operations.erase_student(student_id, namespace))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _run(self, plan: Plan[Result]) -> Result:
        try:
            step = next(plan)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(plan)
                else:
                    step = plan.send(await self._answer(step))
        except StopIteration as done:
            result: Result = done.value
            return result

    async def _answer(self, call: Call) -> Answer:
        attempt = 0
        while True:
            try:
                outcome: Answer | httpx.TransportError = await self._once(call, again=attempt > 0)
            except httpx.TransportError as fault:
                outcome = fault
            settled = self._connection.settled(call, attempt, outcome)
            if isinstance(settled, Answer):
                return settled
            await asyncio.sleep(settled)
            attempt += 1

    async def _once(self, call: Call, *, again: bool) -> Answer:
        if again:
            begin_again(call)
        made = request_of(call)
        if call.body is not None:
            made["content"] = _awaited(call.body.compressed())
        async with self._http.stream(call.method, self._connection.address_of(call), **made) as response:
            if call.target is None or response.status_code != httpx.codes.OK:
                return answer_of(response, await response.aread())
            async for chunk in response.aiter_bytes():
                call.target.write(chunk)
            return answer_of(response, b"")


async def _awaited(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read and compressed in a thread: a slow disk holds up nobody else."""
    while chunk := await asyncio.to_thread(next, chunks, b""):
        yield chunk
