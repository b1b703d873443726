"""The table of documents as a queue: what is ready, and the guarded transitions of a document's state.

Every statement stands in `statements.sql`. All times are the database's own, so that no process's clock matters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from feedback.contract.states import State
from feedback.db.compiled_query import binding_cursor
from feedback.queue import announcements, statements
from feedback.rendering import Artifact
from feedback.store import bodies, leftovers, locks
from feedback.store.bodies import Kept, Key
from feedback.store.models import HEADLINE, MAX_ATTEMPTS, Document

# The pause after a failed attempt; the next is four times as long.
FIRST_BACK_OFF_SECONDS = 5.0
_SQL = statements.load(connection.vendor)


class Work(NamedTuple):
    """Work of one owner that is ready: its singles where `upload` is None, else one class, whatever its formats."""

    owner: str
    upload: UUID | None = None
    kind: str = "singles"  # documents of a kind take about as long


class Share(NamedTuple):
    """How many documents to claim: `most` of singles; of a class a quarter of what is left, from `least` to `most`."""

    most: int
    least: int


@dataclass(frozen=True)
class Claim:
    """The right to make one document, until the lease runs out and another worker takes it."""

    report_id: UUID
    task_id: UUID
    student: UUID | None  # the row that the document is about; None for a class report
    position: int
    is_class_report: bool
    due_at: Any  # as the database gave it, to be given back
    attempt: int
    fence: int
    announced: bool = True  # False for a single of an owner who had no webhook when it was claimed


@dataclass(frozen=True)
class Made:
    """A finished document with the findings it shows: None where they are stored already.

    `revision` is that of the student whose log they were found in.
    """

    claim: Claim
    artifact: Artifact
    sha256: str
    findings: bytes | None
    first_event_at: datetime | None
    seconds: float
    revision: int = 0


# --- what is ready ---


def waiting() -> list[Work]:
    """All work that is ready, the longest waiting first."""
    return [Work(owner, None if id_ is None else _uuid(id_), kind) for owner, id_, kind, _ in _rows("waiting")]


def single_is_due() -> bool:
    return bool(_rows("single_is_due"))


def anything_ready() -> bool:
    return single_is_due() or bool(_rows("class_is_due"))


def backlog() -> list[tuple[bool, int, float, int]]:
    """A row for singles, one for the rest: (whether singles, ready, seconds that the oldest is due, running)."""
    found = _rows("backlog")
    return [(bool(single), ready, float(oldest or 0.0), running) for single, ready, oldest, running in found]


def finished_since(seconds: float, *, single: bool) -> bool:
    """Whether any single, or any other document, was finished in the last so many seconds."""
    return bool(_rows("finished_since", seconds=seconds, single=single))


# --- claims ---


def claim(work: Work, share: Share) -> list[Claim]:
    """Take documents that are due, in order; one that has an attempt behind it comes alone.

    So does a class report, which takes as long as many others: that of another format is for another worker.
    Two claims at the same moment never share a document. Two statements, whatever the size.
    """
    with transaction.atomic():
        if work.upload is None:
            locked = _rows("lock_singles", owner=work.owner, most=share.most)
        else:
            locked = _rows("lock_class", upload=_id(work.upload), **share._asdict())
        return _take(locked)


def _take(locked: Iterable[tuple[Any, ...]]) -> list[Claim]:
    found = [_claim(*row) for row in locked]
    new = [claim for claim in found if claim.attempt == 1]
    taken = found[:1] if not new or new[0].is_class_report else new
    if taken:
        ids = statements.among((claim.report_id for claim in taken), connection.vendor)
        _change("take", ids=ids, lease=settings.FEEDBACK_LEASE_SECONDS)
    return taken


def _claim(
    id_: Any, task: Any, about: Any, at: int, kind: str, due_at: Any, tries: int, fence: int, announced: Any
) -> Claim:
    student = about and _uuid(about)
    told = bool(announced)
    return Claim(_uuid(id_), _uuid(task), student, at, kind == "class", due_at, tries + 1, fence + 1, told)


# --- what becomes of a claim; each returns how many were still held ---


def renew(claims: Sequence[Claim]) -> int:
    """Begin the lease of these claims anew."""
    return _change_held("renew", [(claim, {"lease": settings.FEEDBACK_LEASE_SECONDS}) for claim in claims])


def store(made: Sequence[Made]) -> int:
    """Commit documents, their findings and their SUCCESS together. An earlier document is there until then.

    What has findings goes first, and a student's findings before the document: so students are locked before documents,
    as `store.locks` has it.
    Where documents are kept in an object store, their bytes are there before; what is refused is noted for deletion.
    Raises StoreLost, with nothing committed.
    """
    stored = 0
    with _noting_what_is_not_stored(made, lambda: stored):
        keyed = [(_key(one), one.artifact.body) for one in made]
        rows = [(one.claim, _document(one, kept)) for one, kept in zip(made, bodies.keep(keyed), strict=True)]
        of_students = [row for row in rows if not row[0].is_class_report]
        stored = _change_held("store", of_students, before=("store_findings", *_replacing()))
        stored += sum(_store_class_report(row) for row in rows if row[0].is_class_report)
    return stored


@contextmanager
def _noting_what_is_not_stored(made: Sequence[Made], stored: Callable[[], int]) -> Iterator[None]:
    """Note the objects of these documents for deletion where not all were stored: some may be there all the same.

    A store that hung may even write them once it goes on.
    """
    try:
        yield
    finally:
        if stored() < len(made) and settings.FEEDBACK_DOCUMENTS_TO == "s3":
            with suppress(DatabaseError):  # else a look through the store finds them
                leftovers.note_keys(map(_key, made))


def _store_class_report(row: tuple[Claim, Mapping[str, Any]]) -> int:
    """What the report of a class says goes with it, and so behind its fence."""
    claim, values = row
    with transaction.atomic():
        if stored := _change_held("store", [row], before=_replacing()):
            _change("store_class_findings", task=_id(claim.task_id), **{name: values[name] for name in _FOUND})
    return stored


def _replacing() -> tuple[str, ...]:
    """The statement that notes what a new document replaces in the object store, where there is one."""
    return ("note_replaced",) if settings.FEEDBACK_DOCUMENTS_URL else ()


def fail(failures: Sequence[tuple[Claim, str]]) -> int:
    """Commit FAILURE with its reason."""
    return _change_held("fail", [(claim, {"error": reason}) for claim, reason in failures])


def release(claims: Sequence[Claim]) -> int:
    """Make claimed documents pending again as if the attempt had never begun."""
    return _change_held("release", [(claim, {"due_at": claim.due_at}) for claim in claims])


def back_off(claim: Claim) -> int:
    """Make a document whose attempt failed pending again, after a pause that grows with the attempts."""
    return _change_held("back_off", [(claim, {"pause": FIRST_BACK_OFF_SECONDS * 4.0 ** (claim.attempt - 1)})])


_FOUND = ("findings", "first_event_at")
# The statements by which a document is finished, and with the headline its task.
_ENDINGS = ("store", "fail")


def _key(made: Made) -> Key:
    return Key(made.claim.task_id, made.claim.report_id, made.claim.fence)


def _document(made: Made, kept: Kept) -> dict[str, Any]:
    at, student = made.first_event_at, made.claim.student
    return {
        "student": _id(student) if student and made.findings is not None else None,
        "revision": made.revision,
        "findings": made.findings,
        "first_event_at": None if at is None else connection.ops.adapt_datetimefield_value(at),
        "filename": made.artifact.filename,
        "media_type": made.artifact.media_type,
        **kept._asdict(),
        "sha256": made.sha256,
        "seconds": made.seconds,
    }


def _change_held(name: str, rows: Sequence[tuple[Claim, Mapping[str, Any]]], before: tuple[str, ...] = ()) -> int:
    """One fenced UPDATE for many rows, each with the claim that must still be held; first those in `before` are run.

    In the order of `store.locks`: two transactions that wait for each other would end in a deadlock.
    """
    if not rows:
        return 0
    in_order = sorted(rows, key=lambda row: (row[1].get("student") is None, *_order(row[0])))
    parameters = [{**values, "id": _id(claim.report_id), "fence": claim.fence} for claim, values in in_order]
    in_one = before and connection.vendor == "postgresql"
    run = [_after(before, name)] if in_one else [_SQL[one] for one in (*before, name)]
    headlines = [claim.report_id for claim, _ in rows if claim.position == HEADLINE and claim.announced]
    ended = headlines if name in _ENDINGS else []
    # One statement is a transaction by itself, with no further round trip for its end.
    alone = len(rows) == len(run) == 1 and not ended
    with nullcontext() if alone else transaction.atomic(savepoint=False):
        with binding_cursor() as cursor:
            for statement in run:
                cursor.executemany(statement, parameters)
            changed = int(cursor.rowcount)
        announcements.write(ended)
    return changed


@cache
def _after(before: tuple[str, ...], name: str) -> str:
    """One statement of PostgreSQL that first runs those in `before`, and then `name`, an UPDATE that ends in its WHERE.

    A data-modifying statement in WITH that nothing reads is run after the main statement. So the condition of the main
    statement counts the rows of each: it has to be run to its end before the first row is updated.
    """
    first = ", ".join(f"{one} AS ({_SQL[one]} RETURNING 1)" for one in before)
    counted = " AND ".join(f"(SELECT COUNT(*) FROM {one}) >= 0" for one in before)  # noqa: S608 - names of our own
    return f"WITH {first} {_SQL[name]} AND {counted}"


def _order(claim: Claim) -> tuple[bool, UUID, UUID]:
    """Class reports first, then by student: the order of `store.locks.documents`."""
    return claim.student is not None, claim.student or claim.report_id, claim.report_id


# --- what is not about a claim ---


def give_up_exhausted() -> int:
    """FAILURE for every document whose last attempt ran out with no word from its worker; returns how many."""
    reason = (
        f"The worker was lost {MAX_ATTEMPTS} times while making this report, so it was given up. "
        "Submit the same body again to try once more; if it fails again, report it with the task_id."
    )
    with transaction.atomic():
        given_up = _rows("give_up", error=reason)
        announcements.write([_uuid(id_) for id_, position in given_up if position == HEADLINE])
    return len(given_up)


def retry(task_id: UUID) -> int:
    """Make what failed in a task pending again, and with it the class report; returns how many had failed.

    A worker that makes the class report at this moment would list as failed what is made again: it is refused.
    """
    with transaction.atomic():
        locks.documents(Q(task=task_id, kind=Document.Kind.CLASS), Q(task=task_id, state=State.FAILURE))
        again = _change("retry", task=_id(task_id))
        if again:
            make_class_report_again(task_id, announced=True)
    return again


def make_again(upload_id: UUID, student: UUID | None = None) -> int:
    """Make the documents of an upload pending again, or those of one student with the class reports; returns how many.

    Their bytes stay readable until the new ones are stored. A worker that makes one of them from what was there before
    is refused. In an open transaction that holds the rows, as `store.locks` gives them.
    """
    return _change("amend_documents", upload=_id(upload_id), student=None if student is None else _id(student))


def make_class_report_again(task_id: UUID, *, announced: bool = False) -> None:
    """Forget the class report, and refuse the one that a worker may be making from what was there before.

    `announced` says whether its new ending is an event even where an earlier one was. In an open transaction.
    """
    if _change("forget_class_report", task=_id(task_id), announced=announced):
        _change("forget_class_findings", task=_id(task_id))
        if settings.FEEDBACK_DOCUMENTS_URL:
            _change("note_class_report", task=_id(task_id))


# --- moving documents between the database and the object store ---


def begin_move(ids: Sequence[UUID]) -> list[tuple[Key, bytes]]:
    """Take a new fence for each of these documents that is in the database and at rest; returns them with their bytes.

    In an open transaction that holds the rows, as `store.locks` gives them.
    """
    found = _rows("begin_move", ids=statements.among(ids, connection.vendor))
    return [(Key(_uuid(task), _uuid(id_), fence), bytes(body)) for id_, task, fence, body in found]


def begin_move_back(ids: Sequence[UUID]) -> list[tuple[Key, int]]:
    """The same of those in the object store, with the fence that each is stored under."""
    found = _rows("begin_move_back", ids=statements.among(ids, connection.vendor))
    return [(Key(_uuid(task), _uuid(id_), fence), stored) for id_, task, fence, stored in found]


def moved(key: Key, kept: Kept) -> bool:
    """Write down where a document is from now on; False where something happened to it since its move began."""
    return _change("moved", id=_id(key.document), fence=key.fence, **kept._asdict()) > 0


def note_beat() -> None:
    """Note that beat asked for a sweep, which begins now."""
    _change("note_beat")


def begin_sweep(unless_within: float) -> bool:
    """Note that a sweep begins now; False where there was one in the last so many seconds, also of another worker."""
    return _change("begin_sweep", seconds=unless_within) > 0


def last_sweep() -> tuple[float, float]:
    """How many seconds ago the last sweep began, and the last that beat asked for; infinite where there was none."""
    [found] = _rows("last_sweep") or [(None, None)]
    swept, beat = (float("inf") if seconds is None else float(seconds) for seconds in found)
    return swept, beat


# --- running a statement ---


def _rows(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[name], values)
        return list(cursor.fetchall())


def _change(name: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[name], values)
        return int(cursor.rowcount)


def _id(id_: UUID) -> UUID | str:
    """An id as a parameter."""
    return id_ if connection.features.has_native_uuid_field else id_.hex


def _uuid(found: UUID | str) -> UUID:
    """An id as it was found."""
    return found if isinstance(found, UUID) else UUID(found)
