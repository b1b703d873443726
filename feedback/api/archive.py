"""All reports of a task as one ZIP, streamed: never more than a page of documents in memory."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from feedback.api.layouts import Plan
from feedback.queue.render_job import class_files
from feedback.store import bodies
from feedback.store.models import Task

_PAGE = 32
# The archive is a function of what is in it: no wall clock.
_DATE = (2000, 1, 1, 0, 0, 0)


def stream(task: Task, what: Plan) -> AsyncIterator[bytes]:
    """The bytes of the archive, for a response that is sent at the client's speed.

    A slow client holds up no one: between two parts the stream holds no connection to the database, and of each
    report only its id and its path.
    """
    return _at_the_clients_speed(parts_of(task, what))


async def _at_the_clients_speed(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while part := await sync_to_async(_next)(parts):
        yield part


def _next(parts: Iterator[bytes]) -> bytes:
    try:
        return next(parts, b"")
    finally:
        close_old_connections()


def parts_of(task: Task, what: Plan) -> Iterator[bytes]:
    """The same, in this process."""
    done = list(what.paths)
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for path, content in what.beside:
            archive.writestr(_info(path), content)
            yield sink.take()
        if what.of_class:
            for path, content in _class_files(task, list(what.paths.values())):
                archive.writestr(_info(path), content)
                yield sink.take()
        for start in range(0, len(done), _PAGE):
            for report_id, body in bodies.of_many(done[start : start + _PAGE]):
                archive.writestr(_info(what.paths[report_id]), body)
                yield sink.take()
    yield sink.take()


def _class_files(task: Task, links: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    findings = Task.objects.filter(pk=task.pk).values_list("findings", flat=True).get()
    return class_files(task, bytes(findings or b""), links)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    # A PDF's streams are compressed already, and an .xlsx is a ZIP.
    info.compress_type = zipfile.ZIP_STORED if name.endswith((".pdf", ".xlsx")) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


class _Sink(io.RawIOBase):
    """Where zipfile writes, and from where the parts are taken; not seekable, so it never goes back."""

    def __init__(self) -> None:
        self._parts = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type] # whatever the buffer protocol offers
        self._parts += view
        return view.nbytes

    def take(self) -> bytes:
        part = bytes(self._parts)
        self._parts.clear()
        return part
