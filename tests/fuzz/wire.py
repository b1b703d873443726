"""A client that sends anything and keeps count of what came back."""

import http.client
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.strategies import Request

REFUSALS = (400, 404, 405, 413, 415, 422, 431)
SLOW_SECONDS = 2.0
# Of the server itself, for what is no request at all: a control character in a header, say.
NOT_HTTP = b"Invalid HTTP request received."


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One kept connection to a service, what it answered in numbers, and the tasks it has accepted."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        """`headers` go with every request that has none of these names itself."""
        self._headers = headers
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self.tasks: set[str] = set()

    def send(self, request: Request) -> Answer:
        """Raises AssertionError for an answer that no request may get."""
        begun = time.monotonic()
        try:
            answer = self._exchange(request, begun)
        except (http.client.HTTPException, OSError):
            self._connection.close()  # the server may end a connection whose body it did not read to the end
            begun = time.monotonic()
            answer = self._exchange(request, begun)
        self.statuses[answer.status] += 1
        self.slowest = max(self.slowest, answer.seconds)
        self._judge(request, answer)
        return answer

    def _exchange(self, request: Request, begun: float) -> Answer:
        self._connection.request(request.method, request.path, request.body, self._headers | request.headers)
        response = self._connection.getresponse()
        body = response.read()
        media_type = (response.headers.get("Content-Type") or "").partition(";")[0]
        return Answer(response.status, media_type, body, time.monotonic() - begun)

    def _judge(self, request: Request, answer: Answer) -> None:
        shown = f"{answer.status} {answer.body[:500]!r} to {request}"
        stranger = self._headers and "Authorization" in request.headers
        assert answer.status in ((401, *REFUSALS) if stranger else (200, 202, *REFUSALS)), shown
        if answer.status >= 400 and request.method != "HEAD" and answer.body != NOT_HTTP:
            assert answer.media_type == "application/json", shown
            assert set(answer.json()) == {"error", "details"}, shown
        if answer.status == 202 and request.method == "POST":
            self.tasks.add(answer.json()["task_id"])

    def close(self) -> None:
        self._connection.close()


def memory_megabytes(pid: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
