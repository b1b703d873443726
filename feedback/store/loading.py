"""What a worker loads by ids. The queries are compiled once: Django takes longer to write one than to run it."""

import functools
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from feedback.db.compiled_query import CompiledQuery, padded, places
from feedback.store.models import Document, Task


class Log(NamedTuple):
    """What a document is made from: a student's log, and what was found in it, if anything was yet.

    `revision` says which log it is; of a class report all is empty.
    """

    payload: bytes
    findings: bytes | None
    revision: int


def task(task_id: UUID) -> Task | None:
    """None where it was erased."""
    return tasks([task_id]).get(task_id)


def tasks(ids: Collection[UUID]) -> dict[UUID, Task]:
    """Those that still are, by id, each with its upload and without its findings; one query."""
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    return {found.id: found for found in _of(len(wanted)).rows(values)}


@functools.cache
def _of(number: int) -> CompiledQuery[Task]:
    return CompiledQuery(Task.objects.filter(pk__in=places(number)).select_related("upload").defer("findings"))


def logs(ids: Collection[UUID]) -> dict[UUID, Log]:
    """The logs that documents are made from, by the document's id, those that still are; one query."""
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    return {found.id: _log_of(found) for found in _logs_of(len(wanted)).rows(values)}


def _log_of(document: Document) -> Log:
    about = document.about
    if about is None:
        return Log(b"", None, 0)
    return Log(bytes(about.payload), None if about.findings is None else bytes(about.findings), about.revision)


@functools.cache
def _logs_of(number: int) -> CompiledQuery[Document]:
    needed = ("pk", "about__payload", "about__findings", "about__revision")
    documents = Document.objects.filter(pk__in=places(number)).select_related("about")
    return CompiledQuery(documents.only(*needed), binary=True)
