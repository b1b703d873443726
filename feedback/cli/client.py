"""The service as the command line knows it: the Python client, and what goes wrong in words for a terminal.

ServiceError
├── Unreachable     the network or the service is away, and stayed so
└── Refused         the service answered, and what it said
    └── Failing     it answered with a 5xx status: the fault is its own, and its log says more
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Self

import feedback_client
from feedback.cli import console
from feedback.cli.files import detail_lines
from feedback.contract.formats import Format
from feedback.contract.manifest import Manifest, ManifestEntry
from feedback.contract.states import State
from feedback.events import MediaType
from feedback_client import Progress, Task

# The parameters of a POST; one that may come several times has a list.
Query = Mapping[str, str | list[str]]


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


class Service:
    """One service, and the connections to it. `api_key` is sent as a Bearer token."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self._client = feedback_client.Client(url, api_key, on_retry=self._note)
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, format_: Format, content: IO[bytes], media_type: MediaType, options: Query) -> str:
        """Post a body, compressed as it is sent; the id of the task. Sent again, it is the same task."""
        content.seek(0)
        with _in_words():
            return self._client.submit(content, format_.value, media_type=media_type, **dict[str, Any](options)).task_id

    def progress(self, format_: Format, task_id: str, wait: int = 0) -> tuple[Progress, float] | None:
        """How far a task is and how many seconds to wait before asking again; None once it is done.

        The service may hold the answer for `wait` seconds, until it is done. Raises Refused with the service's
        words where the task has failed.
        """
        with _in_words():
            return self._client.progress(_task(format_, task_id), wait)

    def manifest(self, format_: Format, task_id: str) -> Manifest:
        with _in_words():
            return Manifest(task_id, [_entry(each) for each in self._client.reports(_task(format_, task_id))])

    def findings(self, format_: Format, task_id: str, report_id: str | None = None) -> bytes:
        """The findings of a finished task, as JSON: of the student or the class, or of one student of a class."""
        with _in_words():
            return self._client.findings(_task(format_, task_id), report_id)

    def archive(self, format_: Format, task_id: str, target: IO[bytes]) -> None:
        """Download a final task whole into `target`: a ZIP of every report there is, in the layout of files."""
        with _in_words():
            self._client.archive(_task(format_, task_id), target, partial=True)

    def _note(self, why: str, seconds: float) -> None:
        console.note(f"{self.url}: {why}; trying again in {seconds:g} s")


def _task(format_: Format, task_id: str) -> Task:
    return Task(format_.value, task_id)


def _entry(report: feedback_client.Report) -> ManifestEntry:
    state = State(report.state)
    return ManifestEntry(
        report.student_id, report.namespace, report.report_id, state, report.error, report.link, report.sha256
    )


def _lines(details: feedback_client.Details) -> list[str]:
    return detail_lines({place: what if isinstance(what, int) else list(what) for place, what in details.items()})


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except feedback_client.Unreachable as fault:
        raise Unreachable(f"{fault.url} cannot be reached.", [fault.reason]) from None
    except feedback_client.NotUnderstood as fault:
        raise Refused(f"{fault} Check --url.") from None
    except feedback_client.NotReady as fault:
        raise Refused(str(fault)) from None
    except feedback_client.TaskFailed as fault:
        raise Refused(fault.error, _lines(fault.details)) from None
    except feedback_client.ApiError as fault:
        refused = Failing if isinstance(fault, feedback_client.ServerError) else Refused
        raise refused(fault.error, _lines(fault.details)) from None
