"""One student's rights: all that is held on them, and its erasure."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.access import audit
from feedback.api.authentication import caller_of
from feedback.api.bodies import student_from, student_in_body
from feedback.api.views import ContractView
from feedback.contract.states import State
from feedback.store import bodies
from feedback.store.models import Document, Task, Upload
from feedback.store.reaching import Mail, RosterEntry
from feedback.submissions import disclosures, erasure
from feedback.submissions.errors import NotWritable, UnknownStudent
from feedback.submissions.mail import outbox

# The archive is a function of what is in it: no wall clock.
_DATE = (2000, 1, 1, 0, 0, 0)


class StudentsView(ContractView):
    """Erasure, with the student in the query."""

    def delete(self, request: Request) -> HttpResponseBase:
        return _erase(request, *student_from(request))


class StudentErasureView(ContractView):
    """The same with the student in the body, which no log of addresses has."""

    def post(self, request: Request) -> HttpResponseBase:
        return _erase(request, *student_in_body(request))


class StudentExportView(ContractView):
    """All that is held on a student, as far as the caller may read it."""

    def get(self, request: Request) -> HttpResponseBase:
        return _export(request, *student_from(request))

    def post(self, request: Request) -> HttpResponseBase:
        return _export(request, *student_in_body(request))


def _erase(request: Request, student_id: str, namespace: str | None) -> HttpResponseBase:
    caller = caller_of(request)
    if namespace is not None and namespace not in caller.writes:
        raise NotWritable
    if not erasure.erase_student(Upload.objects.writable_by(caller), caller.name, student_id, namespace):
        raise UnknownStudent
    return Response(status=204)


def _export(request: Request, student_id: str, namespace: str | None) -> HttpResponseBase:
    caller = caller_of(request)
    documents = Document.objects.filter(about__student_id=student_id, task__in=Task.objects.visible_to(caller))
    if namespace is not None:
        documents = documents.filter(about__namespace=namespace)
    found = list(
        documents.select_related("about", "task__upload")
        .defer("body", "about__payload", "about__findings", "task__findings", "task__upload__facts")
        .order_by("task__created_at", "pk")
    )
    if not found:
        raise UnknownStudent
    if not caller.is_anyone:
        for document in found:
            audit.record(caller.name, audit.Action.READ, "student export", document.task_id, document.pk)
    bodies.check(found)
    headers = {"Content-Disposition": 'attachment; filename="student.zip"'}
    return StreamingHttpResponse(_stream(found), content_type="application/zip", headers=headers)


async def _stream(documents: list[Document]) -> AsyncIterator[bytes]:
    """Between two parts no connection to the database is held."""
    parts = _parts(documents)
    while part := await sync_to_async(_next)(parts):
        yield part


def _next(parts: Iterator[bytes]) -> bytes:
    try:
        return next(parts, b"")
    finally:
        close_old_connections()


def _parts(documents: list[Document]) -> Iterator[bytes]:
    sink = io.BytesIO()
    with zipfile.ZipFile(_Unseekable(sink), "w", zipfile.ZIP_DEFLATED) as archive:
        record = [_described(document) for document in documents]
        archive.writestr(zipfile.ZipInfo("record.json", _DATE), msgspec.json.format(msgspec.json.encode(record)))
        yield _taken(sink)
        for document in documents:
            for name, content in zip(_names(document), _contents(document), strict=False):
                if content:
                    archive.writestr(zipfile.ZipInfo(name, _DATE), content)
                    yield _taken(sink)
    yield _taken(sink)


def _contents(document: Document) -> Iterator[bytes]:
    """The log, the findings and the document, as far as they are there; nothing where it was erased meanwhile."""
    stored = Document.objects.filter(pk=document.pk).values_list("about__payload", "about__findings").first()
    if stored:
        yield from (bytes(one or b"") for one in stored)
        yield from (content for _, content in bodies.of_many([document.pk]))


def _described(document: Document) -> dict[str, Any]:
    task, upload = document.task, document.task.upload
    return {
        "task_id": task.pk,
        "report_id": document.pk,
        "student_id": document.student_id,
        "namespace": document.namespace or None,
        "submitted_by": upload.owner or None,
        "submitted_at": task.created_at,
        "format": task.format,
        "source": upload.source,
        "options": upload.options,
        "exam": msgspec.Raw(bytes(upload.context)) if upload.context else None,
        "in_a_class": upload.is_class,
        "state": document.state,
        "error": document.error or None,
        "roster": _roster(document),
        "mails": [_mail(mail) for mail in Mail.objects.filter(about=document.about_id).order_by("changed_at")],
        "files": _names(document) if document.state == State.SUCCESS else _names(document)[:1],
        "read_by": list(disclosures.of_document(document)),
    }


def _roster(document: Document) -> dict[str, str] | None:
    """What the teacher's roster says of the student; None where it says nothing."""
    entry = RosterEntry.objects.filter(about=document.about_id).first()
    names = ("name", "email", "participant", "canvas_user", "canvas_file")
    return {name: getattr(entry, name) for name in names} if entry else None


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "handout_id": mail.handout_id,
        "state": outbox.told(mail.state),
        "error": mail.error or None,
        "at": mail.changed_at,
    }


def _names(document: Document) -> list[str]:
    folder = f"{document.task_id}/{document.pk}"
    return [f"{folder}/received.json", f"{folder}/findings.json", f"{folder}/report.{document.task.format}"]


def _taken(sink: io.BytesIO) -> bytes:
    part = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return part


class _Unseekable(io.RawIOBase):
    """What zipfile writes to without going back, as the part before has been sent."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._sink.write(data)
