"""Every operation, once for both clients: a generator that asks for calls and pauses, and returns the result."""

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

from feedback_client.bodies import Body
from feedback_client.errors import ApiError, NotFound, NotReady, NotUnderstood, TaskFailed, TimedOut, error_of
from feedback_client.models import Everywhere, Format, HandOut, Mailing, Progress, Report, RosterFit, Task

Result = TypeVar("Result")
Query = Mapping[str, str | Sequence[str]]
_JSON = {"Accept": "application/json"}
_UNFINISHED = 202
_UNDER_WAY = ("PENDING", "RUNNING")
HELD_SECONDS = 20  # how long the service may hold an answer back until a task is done: it takes at most 30


@dataclass(frozen=True)
class Call:
    """A request. `body` is sent compressed, `target` takes the content of a 200 in pieces, from its present place on.

    The path is below the service's address; a `link` is one that the service gave, from the root of its host. A call
    that is not `repeatable` is sent again only where the service said that it did nothing.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    json: Any = None
    content: bytes | None = None
    target: IO[bytes] | None = None
    start: int = 0  # where the target stood
    link: bool = False
    repeatable: bool = True


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        try:
            return max(float(self.headers["retry-after"]), 0.0)
        except (KeyError, ValueError):
            return None


Plan = Generator[Call | Pause, Answer, Result]


def ask(call: Call) -> Plan[Answer]:
    """The answer to one call. Raises ApiError for one that is no success, NotUnderstood where it leads elsewhere."""
    answer = yield call
    if answer.is_success:
        return answer
    if answer.status < 400:
        to = answer.headers.get("location", "elsewhere")
        raise NotUnderstood(f"{call.path} leads to {to}: give the client the address that it has there.")
    raise fault_of(answer)


def fault_of(answer: Answer) -> ApiError:
    try:
        said = json.loads(answer.content)
        fault = error_of(answer.status, str(said["error"]), dict(said.get("details", {})), answer.retry_after)
        fault.of_task = "task_id" in said
        return fault
    except (ValueError, KeyError, TypeError):
        return error_of(answer.status, f"The service answered {answer.status}.", {}, answer.retry_after)


def ask_json(call: Call) -> Plan[Any]:
    answer = yield from ask(call)
    try:
        return json.loads(answer.content)
    except ValueError:
        raise _not_ours(call) from None


def _read(call: Call, read: Callable[[Any], Result]) -> Plan[Result]:
    said = yield from ask_json(call)
    try:
        return read(said)
    except (KeyError, TypeError, AttributeError):
        raise _not_ours(call) from None


def _not_ours(call: Call) -> NotUnderstood:
    return NotUnderstood(f"{call.path} does not answer like a Feedback Generator.")


def submit(format_: Format, body: Body, query: Query, idempotency_key: str | None) -> Plan[Task]:
    """Sent again, the same body is the same task."""
    key = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    headers = {**_JSON, "Content-Type": body.media_type, **key}
    call = Call("POST", f"/assignment/{format_}", query, headers, body)
    return (yield from _read(call, lambda said: Task(format_, str(said["task_id"]))))


def progress(task: Task, wait: int = 0) -> Plan[tuple[Progress, float] | None]:
    """How far a task is, and in how many seconds to ask again; None where it is done. Raises TaskFailed."""
    call = Call("GET", task.path, {"wait": str(wait)} if wait else {}, _JSON)
    try:
        answer = yield from ask(call)
    except NotFound as fault:
        if fault.of_task:
            raise TaskFailed(task.task_id, fault.error, fault.details) from None
        raise
    if answer.status != _UNFINISHED:
        return None
    try:
        return Progress.of(json.loads(answer.content)["progress"]), answer.retry_after or 1.0
    except (ValueError, KeyError, TypeError):
        raise _not_ours(call) from None


def wait(task: Task, seconds: float | None, tell: Callable[[Progress], object]) -> Plan[Task]:
    """The task, once it is done. Raises TimedOut and TaskFailed."""
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        left = HELD_SECONDS if until is None else until - time.monotonic()
        begun = time.monotonic()
        found = yield from progress(task, max(min(int(left), HELD_SECONDS), 0))
        if found is None:
            return task
        tell(found[0])
        if until is not None and time.monotonic() >= until:
            raise TimedOut(f"Task {task.task_id} is not done after {seconds:g} seconds; it goes on.")
        yield Pause(max(min(found[1] - (time.monotonic() - begun), left), 0.0))


def link_of(report: Report) -> str:
    """Raises NotReady where the report is not made yet, ValueError where it failed."""
    if report.link is not None:
        return report.link
    if report.state in _UNDER_WAY:
        raise NotReady(f"The report of {report.student_id!r} is still being made: wait for the task first.")
    raise ValueError(f"The report of {report.student_id!r} is {report.state}: there is nothing to fetch.")


def document(path: str, *, link: bool = False) -> Plan[bytes]:
    return (yield from _made(Call("GET", path, link=link))).content


def _made(call: Call) -> Plan[Answer]:
    """The answer with something that is made. Raises NotReady where it is not yet."""
    answer = yield from ask(call)
    if answer.status == _UNFINISHED:
        raise NotReady(f"{call.path} is still being made: wait for the task first.")
    return answer


def reports(task: Task) -> Plan[list[Report]]:
    call = Call("GET", f"{task.path}/reports", {}, _JSON)
    return (yield from _read(call, lambda said: [Report.of(each) for each in said["students"]]))


def download(path: str, query: Query, target: IO[bytes]) -> Plan[None]:
    again = target.seekable()  # a pipe takes nothing back
    start = target.tell() if again else 0
    yield from _made(Call("GET", path, query, target=target, start=start, repeatable=again))


def hand_out(task: Task, days: int) -> Plan[HandOut]:
    call = Call("POST", f"{task.path}/handouts", {"days": str(days)}, _JSON, repeatable=False)
    return (yield from _read(call, HandOut.of))


def mail(task: Task, handout_id: str, subject: str, body: str) -> Plan[Mailing]:
    """To be repeated without harm: each student gets one mail of a hand-out."""
    words = {"subject": subject, "body": body}
    return (yield from _read(Call("POST", f"{task.path}/handouts/{handout_id}/mail", json=words), Mailing.of))


def put_roster(task: Task, csv: bytes) -> Plan[RosterFit]:
    call = Call("PUT", f"{task.path}/roster", headers={"Content-Type": "text/csv"}, content=csv)
    return (yield from _read(call, RosterFit.of))


def change(method: str, path: str, query: Query, said: Any = None) -> Plan[None]:
    yield from ask(Call(method, path, query, _JSON, json=said))


def erase_student(student_id: str, namespace: str | Everywhere | None) -> Plan[None]:
    asked = {"student_id": student_id}
    if not isinstance(namespace, Everywhere):
        asked["namespace"] = namespace or ""
    yield from change("POST", "/students/erase", {}, asked)
