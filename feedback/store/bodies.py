"""Where the bytes of documents are kept: in the database beside their rows, or in an object store. The same calls for
both.

A row says by itself where its bytes are: in `body`, or where `stored_fence` is set in the store, under
`<task>/<document>/<stored_fence>`. So both can be in use at a time, while documents are moved from one to the other.

An object is written before the row that names it is committed, under a fence that no other write has: a worker that was
taken over never touches its successor's bytes. What no row names in the end is deleted (`leftovers`).
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models.functions import Coalesce, Length

from feedback.store import objects
from feedback.store.loading import BYTES_AT_ONCE, portions
from feedback.store.models import Document
from feedback.store.objects import ObjectStore, StoreLost

log = structlog.stdlib.get_logger(__name__)
_COLUMNS = ("stored_fence", "body", "sha256", "filename", "media_type")


class Key(NamedTuple):
    """The name of an object: one write of one document."""

    task: UUID
    document: UUID
    fence: int

    def __str__(self) -> str:
        return f"{self.task}/{self.document}/{self.fence}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """None for what is no key of ours."""
        try:
            task, document, fence = text.split("/")
            key = cls(UUID(task), UUID(document), int(fence))
        except ValueError:
            return None
        return key if str(key) == text else None


class Kept(NamedTuple):
    """What the row of a document says of its bytes."""

    body: bytes | None
    stored_fence: int | None
    size: int


def keep(bodies: Sequence[tuple[Key, bytes]]) -> list[Kept]:
    """Keep new documents where FEEDBACK_DOCUMENTS_TO says, and return what to write into their rows. Raises StoreLost.

    To be called before the transaction that writes the rows.
    """
    if settings.FEEDBACK_DOCUMENTS_TO == "database":
        return [Kept(body, None, len(body)) for _, body in bodies]
    put(bodies)
    return [Kept(None, key.fence, len(body)) for key, body in bodies]


def put(bodies: Sequence[tuple[Key, bytes]]) -> None:
    """Write documents to the store. Raises StoreLost."""
    _store().put([(str(key), body) for key, body in bodies])


def of(document: Document) -> bytes:
    """The bytes of a document; b"" where there are none.

    Where another write replaced them since the row was read, the row is read anew, in place. Raises StoreLost, and
    Document.DoesNotExist where it was erased meanwhile.
    """
    content = _read([document]).get(document.pk)
    if content is None:
        before = document.stored_fence
        document.refresh_from_db(fields=_COLUMNS)
        content = _read([document]).get(document.pk)
        if content is None:
            raise _gone(document, before)
    return content


def of_many(ids: Collection[UUID]) -> Iterator[tuple[UUID, bytes]]:
    """The same of several documents by their ids, in no order, without those that were erased.

    One portion of them is in memory at a time.
    """
    size = Coalesce("size", Length("body"), 0)
    for portion in portions(Document.objects.filter(pk__in=ids).values_list("pk", size), len(ids), BYTES_AT_ONCE):
        documents = list(Document.objects.filter(pk__in=[id_ for id_, _ in portion]).only("task_id", *_COLUMNS))
        found = _read(documents)
        for document in documents:
            try:
                yield document.pk, found[document.pk] if document.pk in found else of(document)
            except Document.DoesNotExist:
                continue


def require() -> None:
    """Where this process lost the store, ask whether it is back before any work is begun. Raises StoreLost."""
    if settings.FEEDBACK_DOCUMENTS_TO != "database" and _store().suspect:
        _store().reach()


def check(documents: Collection[Document]) -> None:
    """Ask whether the store is there, where any of these documents is in it: before an answer begins that streams them.

    Raises StoreLost.
    """
    if any(one.stored_fence for one in documents):
        _store().reach()


def _read(documents: Sequence[Document]) -> dict[UUID, bytes]:
    """What there is of their bytes. Raises StoreLost."""
    stored = {one.pk: str(Key(one.task_id, one.pk, one.stored_fence)) for one in documents if one.stored_fence}
    found = {one.pk: bytes(one.body or b"") for one in documents if one.pk not in stored}
    if not stored:
        return found
    contents = _store().get(list(stored.values()))
    for one in documents:
        content = contents.get(stored.get(one.pk, ""))
        if content is not None:
            found[one.pk] = _checked(one, content)
    return found


def _checked(document: Document, content: bytes) -> bytes:
    """The store is outside of the database's transactions and backups, so what it gives is compared with the row."""
    if hashlib.sha256(content).hexdigest() != document.sha256:
        log.error("the document store has other bytes than the row says", report_id=str(document.pk))
        raise StoreLost("The document store has other bytes under a key than were written there.")
    return content


def _gone(document: Document, before: int | None) -> StoreLost:
    log.error("the document store lacks what a row names", report_id=str(document.pk), fence=before)
    return StoreLost("The document store lacks a document. Restore the bucket to the state of the database.")


def _store() -> ObjectStore:
    if (found := objects.store()) is None:
        raise StoreLost("A document is in the object store, and FEEDBACK_DOCUMENTS_URL does not say where that is.")
    return found
