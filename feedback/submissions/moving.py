"""Moving documents between the database and the object store, while the service runs.

A move is a write of its own: it takes a fence, so the object that it writes is nobody else's, and it is committed only
where nothing happened to the document since. A move that is interrupted is begun anew: what it had finished is done,
and what it had begun is as it was.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from feedback.contract.states import State
from feedback.queue import unclaimed
from feedback.store import bodies, leftovers, locks
from feedback.store.bodies import Kept, Key
from feedback.store.models import Document

# Documents of one transaction. Their bytes are in memory at a time.
_AT_ONCE = 50
_FIRST = UUID(int=0)
# Where what is left is being made at this moment, for so long until the next try.
_WAIT_SECONDS = 1.0


def to_store(sleep: Callable[[float], None] = time.sleep) -> Iterator[int]:
    """Move every document that is in the database, until none is; yields how many, batch by batch. Raises StoreLost."""
    return _until_none(Q(stored_fence=None, body__isnull=False), _batch_to_store, sleep)


def to_database(sleep: Callable[[float], None] = time.sleep) -> Iterator[int]:
    """The same for every document that is in the object store."""
    return _until_none(Q(stored_fence__isnull=False), _batch_to_database, sleep)


def _until_none(where: Q, move: Callable[[Sequence[UUID]], int], sleep: Callable[[float], None]) -> Iterator[int]:
    """Through all documents in the order of their ids, and again for those that were being made meanwhile.

    After each batch comes a pause as long as the batch took: half of the disks' time is for everybody else.
    """
    while True:
        after, left = _FIRST, 0
        while ids := list(_next_ids(where, after)):
            begun = time.monotonic()
            moved = move(ids)
            left += len(ids) - moved
            after = ids[-1]
            yield moved
            sleep(time.monotonic() - begun)
        if not left and not Document.objects.filter(where).exists():
            return
        sleep(_WAIT_SECONDS)


def _next_ids(where: Q, after: UUID) -> Iterator[UUID]:
    documents = Document.objects.filter(where, pk__gt=after).order_by("pk").values_list("pk", flat=True)
    return iter(documents[:_AT_ONCE])


def _lock_those_at_rest(ids: Sequence[UUID]) -> None:
    """A worker that stores documents holds some while it waits for the next, in an order of its own: leave it those."""
    locks.documents(Q(pk__in=ids) & ~Q(state=State.RUNNING))


def _batch_to_store(ids: Sequence[UUID]) -> int:
    with transaction.atomic():
        _lock_those_at_rest(ids)
        found = unclaimed.begin_move(ids)
    bodies.put(found)
    return _commit([(key, Kept(None, key.fence, len(body))) for key, body in found], written=True)


def _batch_to_database(ids: Sequence[UUID]) -> int:
    with transaction.atomic():
        _lock_those_at_rest(ids)
        begun = unclaimed.begin_move_back(ids)
    found = dict(bodies.of_many([key.document for key, _ in begun]))
    rows = [
        (key, Kept(found[key.document], None, len(found[key.document]))) for key, _ in begun if key.document in found
    ]
    return _commit(rows, written=False)


def _commit(rows: Sequence[tuple[Key, Kept]], *, written: bool) -> int:
    """Name the new places in the rows; note what is then superfluous: refused objects, or those that were read."""
    superfluous = []
    with transaction.atomic():
        _lock_those_at_rest([key.document for key, _ in rows])
        moved = {key for key, kept in rows if unclaimed.moved(key, kept)}
        for key, _ in rows:
            if written and key not in moved:
                superfluous.append(key)
            elif not written and key in moved:
                superfluous.append(key._replace(fence=key.fence - 1))
        leftovers.note_keys(superfluous)
    return len(moved)
