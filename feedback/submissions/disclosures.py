"""Who read a student's reports: what the audit log knows of them, as long as they are there.

Its entries have ids alone. Once a student is erased nobody can tell any more that they were about this student.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from itertools import chain
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


def of_documents(documents: Collection[Document]) -> dict[UUID, list[Disclosure]]:
    """The entries on each of a student's documents and on the whole of its task, the oldest first; by document."""
    of_task = defaultdict[UUID, list[Document]](list)
    for document in documents:
        of_task[document.task_id].append(document)
    entries = AuditEntry.objects.filter(
        Q(report_id__in=[document.pk for document in documents]) | Q(report_id=None),
        action__in=_DISCLOSING,
        task_id__in=of_task,
    )
    found: dict[UUID, list[Disclosure]] = {document.pk: [] for document in documents}
    for entry in entries.order_by("at", "pk"):
        for document in of_task[entry.task_id] if entry.task_id else ():
            if entry.report_id in (None, document.pk):
                one = Disclosure(entry.at, entry.actor, entry.what, document.task_id, entry.report_id)
                found[document.pk].append(one)
    return found


def of_student(student_id: str, namespace: str | None = None) -> list[Disclosure]:
    """The same for all documents of a student, in one namespace or in all."""
    documents = Document.objects.filter(about__student_id=student_id)
    if namespace is not None:
        documents = documents.filter(about__namespace=namespace)
    found = list(documents.only("pk", "task_id").order_by("task__created_at", "pk"))
    return list(chain.from_iterable(of_documents(found).values()))
