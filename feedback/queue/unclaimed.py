"""The transitions of a document's state that need no claim: a retry, an amendment, an erasure, a move.

All but a retry move the fence on, so that a worker that holds a claim is refused; a move leaves alone what is claimed.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from feedback.contract.states import State
from feedback.queue.statements import among, change, found_id, parameter, rows
from feedback.store import locks
from feedback.store.bodies import Kept, Key
from feedback.store.models import Document


def retry(task_id: UUID) -> int:
    """Make what failed in a task pending again, and with it the class report; returns how many had failed.

    A worker that makes the class report at this moment would list as failed what is made again: it is refused.
    """
    with transaction.atomic():
        locks.documents(Q(task=task_id, kind=Document.Kind.CLASS), Q(task=task_id, state=State.FAILURE))
        again = change("retry", task=parameter(task_id))
        if again:
            make_class_report_again(task_id, announced=True)
    return again


def make_again(upload_id: UUID, student: UUID | None = None) -> int:
    """Make the documents of an upload pending again, or those of one student with the class reports; returns how many.

    Their bytes stay readable until the new ones are stored. A worker that makes one of them from what was there before
    is refused. In an open transaction that holds the rows, as `store.locks` gives them.
    """
    return change(
        "amend_documents", upload=parameter(upload_id), student=None if student is None else parameter(student)
    )


def make_class_report_again(task_id: UUID, *, announced: bool = False) -> None:
    """Forget the class report, and refuse the one that a worker may be making from what was there before.

    `announced` says whether its new ending is an event even where an earlier one was. In an open transaction.
    """
    if change("forget_class_report", task=parameter(task_id), announced=announced):
        change("forget_class_findings", task=parameter(task_id))
        if settings.FEEDBACK_DOCUMENTS_URL:
            change("note_class_report", task=parameter(task_id))


# --- moving documents between the database and the object store ---


def begin_move(ids: Sequence[UUID]) -> list[tuple[Key, bytes]]:
    """Take a new fence for each of these documents that is in the database and at rest; returns them with their bytes.

    In an open transaction that holds the rows, as `store.locks` gives them.
    """
    found = rows("begin_move", ids=among(ids))
    return [(Key(found_id(task), found_id(id_), fence), bytes(body)) for id_, task, fence, body in found]


def begin_move_back(ids: Sequence[UUID]) -> list[tuple[Key, int]]:
    """The same of those in the object store, with the fence that each is stored under."""
    found = rows("begin_move_back", ids=among(ids))
    return [(Key(found_id(task), found_id(id_), fence), stored) for id_, task, fence, stored in found]


def moved(key: Key, kept: Kept) -> bool:
    """Write down where a document is from now on; False where something happened to it since its move began."""
    return change("moved", id=parameter(key.document), fence=key.fence, **kept._asdict()) > 0
