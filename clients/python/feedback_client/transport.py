"""What both clients share: how a call becomes a request, and when it is tried again."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from feedback_client.errors import Unreachable
from feedback_client.operations import Answer, Call

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_PAUSE = 30.0
# An answer may take long on a busy machine; a connection may not.
TIMEOUT = httpx.Timeout(30, read=300)
# The service, or what stands before it, says that it did nothing with the request.
_NOTHING_DONE = frozenset({429, 503})
_PERHAPS_DONE = frozenset({502, 504})


def nobody(*_: object) -> None:
    """Told where the caller does not want to know."""


@dataclass(frozen=True)
class Connection:
    """Where the service is, and how to speak to it; `on_retry` is told why, and in how many seconds, it asks again."""

    url: str
    api_key: str | None
    pauses: tuple[float, ...]
    on_retry: Callable[[str, float], object]

    def options(self) -> dict[str, Any]:
        """What httpx's clients are made with. A proxy of the environment cannot reach this machine's own address."""
        headers = {"User-Agent": "feedback-generator-client"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return {
            "base_url": self.url,
            "headers": headers,
            "timeout": TIMEOUT,
            "trust_env": not _is_loopback(httpx.URL(self.url).host),
        }

    def address_of(self, call: Call) -> str:
        """What httpx puts below the service's address; of a link, which has that in it, the whole."""
        return str(httpx.URL(self.url).join(call.path)) if call.link else call.path

    def settled(self, call: Call, attempt: int, outcome: Answer | httpx.TransportError) -> Answer | float:
        """The answer that counts, or in how many seconds to try again. Raises Unreachable after the last attempt."""
        last = attempt >= len(self.pauses)
        if isinstance(outcome, Answer):
            again = outcome.status in _NOTHING_DONE or (outcome.status in _PERHAPS_DONE and call.repeatable)
            if last or not again:
                return outcome
            seconds = self.pauses[attempt] if outcome.retry_after is None else outcome.retry_after
            return self._told(f"it answered {outcome.status}", min(seconds, LONGEST_PAUSE))
        never_sent = isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        if last or not (call.repeatable or never_sent):
            raise Unreachable(self.url, _reason(outcome))
        return self._told(_reason(outcome), self.pauses[attempt])

    def _told(self, why: str, seconds: float) -> float:
        self.on_retry(why, seconds)
        return seconds


def request_of(call: Call) -> dict[str, Any]:
    """The arguments of httpx's `build_request`, but for the content of a body."""
    headers = dict(call.headers)
    if call.body is not None:
        headers["Content-Encoding"] = "gzip"
    made: dict[str, Any] = {"params": {name: _values(value) for name, value in call.query.items()}, "headers": headers}
    if call.json is not None:
        made["json"] = call.json
    if call.content is not None:
        made["content"] = call.content
    return made


def answer_of(response: httpx.Response, content: bytes) -> Answer:
    return Answer(response.status_code, response.headers, content)


def begin_again(call: Call) -> None:
    """What an attempt before has written of an answer is not part of it."""
    if call.target is not None and call.target.seekable():
        call.target.seek(call.start)
        call.target.truncate()


def _values(value: Any) -> Any:
    return value if isinstance(value, str) else list(value)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(fault: Exception) -> str:
    return str(fault) or type(fault).__name__


def query_of(options: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Options as query parameters; None is what was not said."""
    return {
        name: [str(each) for each in value] if isinstance(value, list | tuple) else str(value)
        for name, value in options.items()
        if value is not None
    }
