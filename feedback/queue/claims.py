"""The table of documents as a queue: what is ready, how it is claimed, and the transitions that a claim allows.

Those that need no claim are in `unclaimed`, the sweep's in `reaper`; every statement stands in `statements.sql`.
All times are the database's own, so that no process's clock matters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from feedback.db.compiled_query import binding_cursor
from feedback.queue import announcements
from feedback.queue.statements import SQL, among, change, found_id, in_one, parameter, rows
from feedback.rendering import Artifact
from feedback.store import bodies, leftovers
from feedback.store.bodies import Kept, Key
from feedback.store.loading import portions
from feedback.store.models import HEADLINE

# The pause after a failed attempt; the next is four times as long.
FIRST_BACK_OFF_SECONDS = 5.0
# A worker loads all logs of a claim at once: of large ones it claims fewer. One that is larger by itself comes alone.
CLAIMED_BYTES = 32 << 20


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
    loads: int = 0  # the bytes that are loaded to make it, and not yet for the claim before it


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
    return [Work(owner, None if id_ is None else found_id(id_), kind) for owner, id_, kind, _ in rows("waiting")]


def single_is_due() -> bool:
    return bool(rows("single_is_due"))


def anything_ready() -> bool:
    return single_is_due() or bool(rows("class_is_due"))


# --- claims ---


def claim(work: Work, share: Share) -> list[Claim]:
    """Take documents that are due, in order; one that has an attempt behind it comes alone.

    So does a class report, which takes as long as many others: that of another format is for another worker.
    Two claims at the same moment never share a document. Two statements, whatever the size.
    """
    with transaction.atomic():
        if work.upload is None:
            locked = rows("lock_singles", owner=work.owner, most=share.most)
        else:
            locked = rows("lock_class", upload=parameter(work.upload), **share._asdict())
        return _take(locked)


def _take(locked: Iterable[tuple[Any, ...]]) -> list[Claim]:
    found = _loading_once(_claim(*row) for row in locked)
    new = [claim for claim in found if claim.attempt == 1]
    taken = found[:1] if not new or new[0].is_class_report else _portion(new)
    if taken:
        ids = among(claim.report_id for claim in taken)
        change("take", ids=ids, lease=settings.FEEDBACK_LEASE_SECONDS)
    return taken


def _portion(found: Sequence[Claim]) -> list[Claim]:
    """As many as may be loaded at once. The lock on the others ends with the transaction: another worker takes them."""
    return [claim for claim, _ in next(portions(((one, one.loads) for one in found), len(found), CLAIMED_BYTES))]


def _loading_once(found: Iterable[Claim]) -> list[Claim]:
    """All formats about a student come together, and load the log once."""
    seen, claims = set[UUID | None](), list[Claim]()
    for claim in found:
        claims.append(replace(claim, loads=0) if claim.student in seen else claim)
        seen.add(claim.student)
    return claims


def may_have_left_some(claimed: Sequence[Claim]) -> bool:
    """Whether a claim was perhaps cut short by the bytes that it loads."""
    return 2 * sum(claim.loads for claim in claimed) > CLAIMED_BYTES


def _claim(
    id_: Any, task: Any, about: Any, at: int, kind: str, due_at: Any, tries: int, fence: int, told: Any, loads: int
) -> Claim:
    ids = found_id(id_), found_id(task), about and found_id(about)
    return Claim(*ids, at, kind == "class", due_at, tries + 1, fence + 1, bool(told), int(loads))


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
        held = [(one.claim, _document(one, kept)) for one, kept in zip(made, bodies.keep(keyed), strict=True)]
        of_students = [one for one in held if not one[0].is_class_report]
        stored = _change_held("store", of_students, before=("store_findings", *_replacing()))
        stored += sum(_store_class_report(one) for one in held if one[0].is_class_report)
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


def _store_class_report(held: tuple[Claim, Mapping[str, Any]]) -> int:
    """What the report of a class says goes with it, and so behind its fence."""
    claim, values = held
    with transaction.atomic():
        if stored := _change_held("store", [held], before=_replacing()):
            change("store_class_findings", task=parameter(claim.task_id), **{name: values[name] for name in _FOUND})
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
        "student": parameter(student) if student and made.findings is not None else None,
        "revision": made.revision,
        "findings": made.findings,
        "first_event_at": None if at is None else connection.ops.adapt_datetimefield_value(at),
        "filename": made.artifact.filename,
        "media_type": made.artifact.media_type,
        **kept._asdict(),
        "sha256": made.sha256,
        "seconds": made.seconds,
    }


def _change_held(name: str, held: Sequence[tuple[Claim, Mapping[str, Any]]], before: tuple[str, ...] = ()) -> int:
    """One fenced UPDATE of many documents, each under a claim that must still be held; those in `before` are run first.

    In the order of `store.locks`: two transactions that wait for each other would end in a deadlock.
    """
    if not held:
        return 0
    in_order = sorted(held, key=lambda one: (one[1].get("student") is None, *_order(one[0])))
    parameters = [{**values, "id": parameter(claim.report_id), "fence": claim.fence} for claim, values in in_order]
    together = before and connection.vendor == "postgresql"
    run = [in_one(before, name)] if together else [SQL[one] for one in (*before, name)]
    headlines = [claim.report_id for claim, _ in held if claim.position == HEADLINE and claim.announced]
    ended = headlines if name in _ENDINGS else []
    # One statement is a transaction by itself, with no further round trip for its end.
    alone = len(held) == len(run) == 1 and not ended
    with nullcontext() if alone else transaction.atomic(savepoint=False):
        with binding_cursor() as cursor:
            for statement in run:
                cursor.executemany(statement, parameters)
            changed = int(cursor.rowcount)
        announcements.write(ended)
    return changed


def _order(claim: Claim) -> tuple[bool, UUID, UUID]:
    """Class reports first, then by student: the order of `store.locks.documents`."""
    return claim.student is not None, claim.student or claim.report_id, claim.report_id
