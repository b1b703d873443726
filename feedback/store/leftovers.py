"""What is to be deleted from the object store: the bytes of documents that were erased or made anew.

Whoever erases or replaces a document notes that in the same transaction; upkeep deletes the objects soon after, so an
erasure never waits for the store and never forgets it. What nobody noted, because a worker died between its write and
its commit, is found by looking through the whole store, a page at a time.

A note is only a hint at a document: whatever it says, the object that the row names stays, and so does the one that the
holder of the row's present fence may be about to commit. All others have a fence that nobody can commit any more.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from feedback.contract.states import State
from feedback.store import objects
from feedback.store.bodies import Key
from feedback.store.models import Document, Leftover, Listing
from feedback.store.objects import ObjectStore, StoreLost

log = structlog.stdlib.get_logger(__name__)

# Notes of one round, and rounds of one upkeep: what is left over is for the next.
_AT_ONCE, _ROUNDS = 500, 10
# Objects younger than this may be of a worker that has yet to commit.
_AGE = timedelta(hours=24)
# A look through the whole store begins this long after the one before.
_EVERY = timedelta(hours=24)
_ROW = 1


def note(documents: QuerySet[Document]) -> None:
    """Note that these documents are about to be deleted: in the transaction that deletes them, and has locked them."""
    written = documents.filter(fence__gt=0) if settings.FEEDBACK_DOCUMENTS_URL else documents.exclude(stored_fence=None)
    try:
        wanted, parameters = written.order_by().values_list("task_id", "pk", "fence").query.sql_with_params()
    except EmptyResultSet:
        return  # of no ids
    table = connection.ops.quote_name(Leftover._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (task_id, document_id, fence) {wanted}", parameters)


def note_keys(keys: Iterable[Key]) -> None:
    """Note objects that were written and may not have been committed."""
    Leftover.objects.bulk_create(Leftover(task_id=task, document_id=id_, fence=fence) for task, id_, fence in keys)


def delete() -> int:
    """Delete what was noted, as far as the store lets it and no more than a bounded number; returns how many notes.

    Safe in several processes at once: to delete an object twice does no harm.
    """
    store, done, after = objects.store(), 0, 0
    if store is None:
        return 0
    try:
        for _ in range(_ROUNDS):
            notes = list(Leftover.objects.filter(pk__gt=after).order_by("pk")[:_AT_ONCE])
            finished = _delete(store, notes)
            Leftover.objects.filter(pk__in=finished).delete()
            done += len(finished)
            if len(notes) < _AT_ONCE:
                break
            after = notes[-1].pk
    except StoreLost as fault:
        log.warning("erased documents are still in the object store, and are deleted once it is back", fault=str(fault))
    return done


def _delete(store: ObjectStore, notes: Collection[Leftover]) -> list[int]:
    """Delete what these notes are about; returns those that are settled. A note on a document that a worker holds, and
    may yet commit, is for later.
    """
    kept = _kept([one.document_id for one in notes])
    last = {(one.task_id, one.document_id): one.fence for one in sorted(notes, key=lambda one: one.fence)}
    keys = [Key(*of, fence) for of, highest in last.items() for fence in range(1, highest + 1)]
    store.delete([str(key) for key in keys if key.fence not in kept.get(key.document, _NOTHING).fences])
    return [one.pk for one in notes if kept.get(one.document_id, _NOTHING).held != one.fence]


class _Kept(NamedTuple):
    """Of a document that is there: the fences under which its objects stay, and the one that a worker holds."""

    fences: Collection[int | None]
    held: int | None


_NOTHING = _Kept((), None)


def _kept(documents: Collection[UUID]) -> Mapping[UUID, _Kept]:
    rows = Document.objects.filter(pk__in=documents).values_list("pk", "stored_fence", "fence", "state")
    return {
        id_: _Kept((stored, present), present if state == State.RUNNING else None)
        for id_, stored, present, state in rows
    }


def look_through(age: timedelta = _AGE, every: timedelta = _EVERY) -> int:
    """Go one page further through the store and delete what no row names and is older than `age`; returns how many.

    Of several processes at once one goes on from each place.
    """
    store = objects.store()
    if store is None or (begun := _next_page(every)) is None:
        return 0
    try:
        page = store.page(begun)
        found = {str(one.key): key for one in page if (key := Key.read(one.key))}
        kept, old = _kept([key.document for key in found.values()]), timezone.now() - age
        unnamed = [
            one.key
            for one in page
            if one.modified_at < old
            and (key := found.get(one.key))
            and key.fence not in kept.get(key.document, _NOTHING).fences
        ]
        store.delete(unnamed)
    except StoreLost:
        return 0  # the same page again the next time
    Listing.objects.filter(pk=_ROW, after=begun).update(after=page[-1].key if page else None)
    if unnamed:
        log.info("objects deleted that no report names", number=len(unnamed))
    return len(unnamed)


def _next_page(every: timedelta) -> str | None:
    """Behind which key the next page begins, "" for the first one; None where the last look was not long ago."""
    Listing.objects.bulk_create([Listing(pk=_ROW)], ignore_conflicts=True)
    due = Q(begun_at=None) | Q(begun_at__lt=Now() - every)
    if Listing.objects.filter(due, pk=_ROW, after=None).update(begun_at=Now(), after=""):
        return ""
    return Listing.objects.values_list("after", flat=True).get(pk=_ROW)
