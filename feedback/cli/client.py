"""A client of the service's HTTP contract: patient with the network, plain about everything else.

ServiceError
├── Unreachable     the network or the service is away, and stayed so
└── Refused         the service answered, and what it said
    └── Failing     it answered with a 5xx status: the fault is its own, and its log says more
"""

import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Self, TypeVar

import httpx
import msgspec

from feedback.cli import console
from feedback.cli.embedded import is_loopback
from feedback.cli.files import detail_lines
from feedback.contract.formats import Format
from feedback.contract.manifest import Manifest
from feedback.events import MediaType
from feedback.events.spool import CHUNK_BYTES

Answer = TypeVar("Answer")
_GZIP_WBITS = 31
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between attempts
_LONGEST_WAIT = 30.0  # however long a Retry-After asks for
_TRANSIENT = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE}
_TRANSIENT |= {httpx.codes.GATEWAY_TIMEOUT}


class ServiceError(Exception):
    """What to tell the person: a sentence, and lines of detail."""

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = list(details)


class Unreachable(ServiceError):
    """No answer that counts, after every attempt."""


class Refused(ServiceError):
    """An answer that is not what was asked for, in the service's own words."""


class Failing(Refused):
    """An answer with a 5xx status: the fault is the service's own."""


class _Words(msgspec.Struct):
    """The envelope of an error."""

    error: str
    details: dict[str, list[str] | int] = {}


# The parameters of a POST; one that may come several times has a list.
Query = Mapping[str, str | list[str]]


class Counts(msgspec.Struct, frozen=True):
    """How many of a task's reports there are, are done, and have failed."""

    total: int
    done: int
    failed: int


class _Accepted(msgspec.Struct):
    task_id: str


class _Unfinished(msgspec.Struct):
    progress: Counts


class Service:
    """One service, and the connections to it. `api_key` is sent as a Bearer token."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        timeout = httpx.Timeout(30, read=300)  # an answer may take long on a busy machine; a connection may not
        # A proxy that the environment names cannot reach this machine's own loopback address; httpx heeds NO_PROXY.
        proxied = not is_loopback(httpx.URL(url).host)
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=proxied)
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.close()

    def submit(self, format_: Format, content: IO[bytes], media_type: MediaType, options: Query) -> str:
        """Post a body, compressed as it is sent; the id of the task. Sent again, it is the same task."""
        response = self._send(
            lambda: self._http.post(
                f"/assignment/{format_}",
                params=dict(options),
                headers={"Content-Type": media_type, "Content-Encoding": "gzip", "Accept": "application/json"},
                content=_compressed(content),
            )
        )
        return _decoded(response, _Accepted).task_id

    def progress(self, format_: Format, task_id: str, wait: int = 0) -> tuple[Counts, float] | None:
        """How far a task is and how many seconds to wait before asking again; None once it is done.

        The service may hold the answer for `wait` seconds, until it is done. Raises Refused with the service's
        words where the task has failed.
        """
        path, headers = f"/assignment/{format_}/{task_id}", {"Accept": "application/json"}
        query = {"wait": str(wait)} if wait else None
        response = self._send(lambda: self._http.get(path, params=query, headers=headers))
        if response.status_code != httpx.codes.ACCEPTED:
            return None
        return _decoded(response, _Unfinished).progress, _retry_after(response, 1.0)

    def manifest(self, format_: Format, task_id: str) -> Manifest:
        path = f"/assignment/{format_}/{task_id}/reports"
        return _decoded(self._send(lambda: self._http.get(path)), Manifest)

    def findings(self, format_: Format, task_id: str, report_id: str | None = None) -> bytes:
        """The findings of a finished task, as JSON: of the student or the class, or of one student of a class."""
        of_one = f"/reports/{report_id}" if report_id else ""
        path = f"/assignment/{format_}/{task_id}{of_one}/findings"
        return self._send(lambda: self._http.get(path)).content

    def archive(self, format_: Format, task_id: str, target: IO[bytes]) -> None:
        """Download a final task whole into `target`: a ZIP of every report there is, in the layout of files."""

        def download() -> httpx.Response:
            target.seek(0)
            target.truncate()
            path = f"/assignment/{format_}/{task_id}/archive.zip"
            with self._http.stream("GET", path, params={"partial": "true"}) as response:
                if response.is_success:
                    for chunk in response.iter_bytes():
                        target.write(chunk)
                else:
                    response.read()
            return response

        self._send(download)

    def _send(self, attempt: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer, once there is one; again after a pause where another attempt may help."""
        for pause in (*_PAUSES, None):
            try:
                response = attempt()
                if response.status_code not in _TRANSIENT or pause is None:
                    return _successful(response)
                why, wait = f"it answered {response.status_code}", _retry_after(response, pause)
            except httpx.TransportError as fault:
                if pause is None:
                    raise Unreachable(f"{self.url} cannot be reached.", [_reason(fault)]) from None
                why, wait = _reason(fault), pause
            console.note(f"{self.url}: {why}; trying again in {wait:g} s")
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")


def _compressed(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    deflater = zlib.compressobj(wbits=_GZIP_WBITS)
    while chunk := content.read(CHUNK_BYTES):
        if piece := deflater.compress(chunk):
            yield piece
    yield deflater.flush()


def _successful(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    refused = Failing if response.is_server_error else Refused
    try:
        words = msgspec.json.decode(response.content, type=_Words)
    except msgspec.DecodeError:
        raise refused(f"{response.url} answered {response.status_code} {response.reason_phrase}.") from None
    raise refused(words.error, detail_lines(words.details))


def _retry_after(response: httpx.Response, otherwise: float) -> float:
    try:
        return min(max(float(response.headers["Retry-After"]), 0.0), _LONGEST_WAIT)
    except (KeyError, ValueError):
        return otherwise


def _decoded(response: httpx.Response, wanted: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(response.content, type=wanted)
    except msgspec.DecodeError as fault:
        raise Refused(f"{response.url} does not answer like a Feedback Generator ({fault}). Check --url.") from None


def _reason(fault: httpx.TransportError) -> str:
    return str(fault) or type(fault).__name__
