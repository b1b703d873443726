"""One student's rights: all that is held on them, and its erasure."""

import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Prefetch, Q
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.access import audit
from feedback.api.authentication import caller_of
from feedback.api.bodies import student_from, student_in_body
from feedback.api.views import ContractView
from feedback.api.zip_stream import DATE, Sink, at_the_clients_speed
from feedback.contract.states import State
from feedback.store import bodies
from feedback.store.models import Document, Student, Task, Upload
from feedback.store.reaching import Mail
from feedback.store.small import small
from feedback.submissions import disclosures, erasure, rosters
from feedback.submissions.disclosures import Disclosure
from feedback.submissions.errors import NotWritable, UnknownStudent
from feedback.submissions.mail import outbox


class StudentsView(ContractView):
    """Erasure, with the student in the query."""

    def delete(self, request: Request) -> HttpResponseBase:
        return _erase(request, *student_from(request))


class StudentErasureView(ContractView):
    """The same with the student in the body, which no log of addresses has."""

    def post(self, request: Request) -> HttpResponseBase:
        return _erase(request, *student_in_body(request))


class StudentExportView(ContractView):
    """All that is held on a student, as far as the caller may read it; a POST only reads as well."""

    permission_classes = (IsAuthenticated,)

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
    found = list[Document](
        small(documents, "about__roster_entry", "task__upload")
        .annotate(has_exam=Q(task__upload__context__isnull=False))
        .prefetch_related(Prefetch("about__mails", Mail.objects.order_by("changed_at")))
        .order_by("task__created_at", "pk")
    )
    if not found:
        raise UnknownStudent
    if not caller.is_anyone:
        audit.record_reading_of_reports(caller.name, "student export", {one.pk: one.task_id for one in found})
    bodies.check(found)
    headers = {"Content-Disposition": 'attachment; filename="student.zip"'}
    return StreamingHttpResponse(at_the_clients_speed(_parts(found)), content_type="application/zip", headers=headers)


def _parts(documents: list[Document]) -> Iterator[bytes]:
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        read_by = disclosures.of_documents(documents)
        exams = _exams(documents)
        record = [_described(document, exams, read_by[document.pk]) for document in documents]
        archive.writestr(zipfile.ZipInfo("record.json", DATE), msgspec.json.format(msgspec.json.encode(record)))
        yield sink.take()
        for upload, name in exams.items():
            if exam := Upload.objects.filter(pk=upload).values_list("context", flat=True).first():
                archive.writestr(zipfile.ZipInfo(name, DATE), bytes(exam))
                yield sink.take()
        for document in documents:
            for name, content in zip(_names(document), _contents(document), strict=False):
                if content:
                    archive.writestr(zipfile.ZipInfo(name, DATE), content)
                    yield sink.take()
    yield sink.take()


def _exams(documents: list[Document]) -> dict[UUID, str]:
    """The name of a file with what was said of the exam, for each upload of which anything was.

    All reports of an upload share it: it may have megabytes, and a student any number of reports.
    """
    exams = dict[UUID, str]()
    for document in documents:
        if document.has_exam:  # type: ignore[attr-defined] # annotated
            exams.setdefault(document.task.upload_id, f"{document.task_id}/exam.json")
    return exams


def _contents(document: Document) -> Iterator[bytes]:
    """The log, the findings and the document, as far as they are there; nothing where it was erased meanwhile."""
    stored = Document.objects.filter(pk=document.pk).values_list("about__payload", "about__findings").first()
    if stored:
        yield from (bytes(one or b"") for one in stored)
        yield from (content for _, content in bodies.of_many([document.pk]))


def _described(document: Document, exams: dict[UUID, str], read_by: list[Disclosure]) -> dict[str, Any]:
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
        "exam": exams.get(upload.pk),
        "in_a_class": upload.is_class,
        "state": document.state,
        "error": document.error or None,
        "roster": _roster(document),
        "mails": [_mail(mail) for mail in _student(document).mails.all()],
        "files": _names(document) if document.state == State.SUCCESS else _names(document)[:1],
        "read_by": read_by,
    }


def _roster(document: Document) -> dict[str, str] | None:
    """What the teacher's roster says of the student; None where it says nothing."""
    entry = getattr(_student(document), "roster_entry", None)
    return {name: getattr(entry, name) for name in rosters.KEPT} if entry else None


def _student(document: Document) -> Student:
    assert document.about is not None  # noqa: S101 - each was found by its student
    return document.about


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
