"""All reports of a task as one ZIP, streamed: never more than a page of documents in memory."""

import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence

from feedback.api.layouts import Plan
from feedback.api.zip_stream import DATE, Sink, at_the_clients_speed
from feedback.queue.render_job import class_files
from feedback.store import bodies
from feedback.store.models import Task
from feedback.submissions.class_answers import computing

_PAGE = 32
# An archive has begun, and a client cannot be told to come again.
_PATIENCE_SECONDS = 600.0


def stream(task: Task, what: Plan) -> AsyncIterator[bytes]:
    """The bytes of the archive, for a response that is sent at the client's speed.

    A slow client holds up no one: between two parts the stream holds no connection to the database, and of each
    report only its id and its path.
    """
    return at_the_clients_speed(parts_of(task, what))


def parts_of(task: Task, what: Plan) -> Iterator[bytes]:
    """The same, in this process."""
    done = list(what.paths)
    sink = Sink()
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


def _class_files(task: Task, links: Sequence[str]) -> list[tuple[str, bytes]]:
    """All of them, because a client that is slow to take one must not keep the turn from others."""
    with computing(task.upload.owner, _PATIENCE_SECONDS):
        findings = Task.objects.filter(pk=task.pk).values_list("findings", flat=True).get()
        return list(class_files(task, bytes(findings or b""), links))


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, DATE)
    # A PDF's streams are compressed already, and an .xlsx is a ZIP.
    info.compress_type = zipfile.ZIP_STORED if name.endswith((".pdf", ".xlsx")) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
