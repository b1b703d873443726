"""Who read a student's reports: what the audit log knows of them, as long as they are there.

Its entries have ids alone. Once a student is erased nobody can tell any more that they were about this student.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q

from feedback.access.audit import Action
from feedback.access.models import AuditEntry
from feedback.store.models import Document

# What is written down about a student: not that somebody submitted it, or took it away.
_DISCLOSING = (Action.READ, Action.HAND_OUT)


class Disclosure(msgspec.Struct, frozen=True):
    """One entry: what was read is the report itself, or with `report_id` None the whole task that it belongs to."""

    at: datetime
    by: str
    what: str
    task_id: UUID
    report_id: UUID | None


def of_document(document: Document) -> Iterator[Disclosure]:
    """The entries on a student's document and on the whole of its task, the oldest first."""
    entries = AuditEntry.objects.filter(action__in=_DISCLOSING, task_id=document.task_id)
    theirs = entries.filter(Q(report_id=document.pk) | Q(report_id=None)).order_by("at", "pk")
    for at, by, what, report_id in theirs.values_list("at", "actor", "what", "report_id"):
        yield Disclosure(at, by, what, document.task_id, report_id)


def of_student(student_id: str, namespace: str | None = None) -> Iterator[Disclosure]:
    """The same for all documents of a student, in one namespace or in all."""
    documents = Document.objects.filter(about__student_id=student_id)
    if namespace is not None:
        documents = documents.filter(about__namespace=namespace)
    for document in documents.only("pk", "task_id").order_by("task__created_at", "pk"):
        yield from of_document(document)
