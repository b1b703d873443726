"""Taking in a submission: at rest, validated, stored in one short transaction; only then is a worker woken.

Once `submit` has returned, the work is safe whatever happens to this process or to the broker.
"""

import hashlib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from django.db import transaction

from feedback.access import audit, limits
from feedback.access.audit import Action
from feedback.access.callers import Caller
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.events import Faults, Roster, Student, StudentStream
from feedback.queue import claims, doorbell
from feedback.rendering import renderer_version
from feedback.store import bulk_insert
from feedback.store.models import HEADLINE, Submission
from feedback.submissions.errors import KeyReused, OutOfScope

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Order:
    """What is asked for, besides the content."""

    format: Format
    options: dict[str, str | float]
    caller: Caller
    asked: tuple[str | None, ...] = ()  # the options as they were sent, before any default
    idempotency_key: str = ""


def submit(students: Iterable[Student] | StudentStream, order: Order) -> tuple[Submission, State]:
    """Store a submission, or find the identical one, and wake a worker where there is new work.

    Returns the submission and the state to answer with: SUCCESS where the identical one is done, else
    PENDING; one that failed is queued again. Whatever iterating `students` raises passes through, with
    nothing stored. Raises OutOfScope, Exceeded and KeyReused. A fixed number of queries,
    whatever the size of the class.
    """
    with Roster(students) as roster:
        return submit_roster(roster, order)


def submit_roster(roster: Roster, order: Order) -> tuple[Submission, State]:
    """The same for students who are at rest already, and may be submitted in several formats."""
    _require_scope(roster, order.caller)
    # Again only where the one in the way was erased before its state could be read.
    while True:
        found, new = _store_or_find(_new_submission(roster, order), roster, order.caller)
        state = State.PENDING if new else _resume(found)
        if state is not None:
            break
    if new:
        doorbell.ring()
    log.info("submission stored" if new else "submission found", task_id=str(found.id), students=found.students)
    return found, state


def _store_or_find(submission: Submission, roster: Roster, caller: Caller) -> tuple[Submission, bool]:
    """The submission, stored, or the one in its way; and whether it was new. Raises KeyReused and Exceeded."""
    if _store(submission, roster, caller):
        return submission, True
    found = Submission.objects.filter(identity=submission.identity).first()
    if found is None and _key_is_taken(submission):
        raise KeyReused
    return found or submission, False


def _store(submission: Submission, roster: Roster, caller: Caller) -> bool:
    """Whether it was new: what came before is not counted again, and what exceeds a limit is not kept."""
    limit, meter = limits.students(), caller.meter
    if submission.is_class:
        with transaction.atomic():
            if not bulk_insert.insert_submission(submission):
                return False
            with limits.spending(limit, meter, len(roster.keys)):  # before its reports, which may be many
                bulk_insert.insert_reports(submission, roster)
            _note(submission, caller)
        return True
    with nullcontext() if caller.is_anyone else transaction.atomic():
        new = bulk_insert.insert_single(submission, roster)
        if new:
            limits.take(limit, meter)
            _note(submission, caller)
    return new


def _note(submission: Submission, caller: Caller) -> None:
    """In the audit log, of callers who are known."""
    if not caller.is_anyone:
        audit.record(caller.name, Action.SUBMIT, submission.format, submission.id)


def _key_is_taken(submission: Submission) -> bool:
    key = submission.idempotency
    return key is not None and Submission.objects.filter(idempotency=key).exists()


def _require_scope(roster: Roster, caller: Caller) -> None:
    """Before anything is looked up: what the caller may not submit, it learns nothing about."""
    outside = Faults()
    for index, (namespace, _) in enumerate(roster.keys):
        if namespace not in caller.writes:
            outside.add(
                ("namespace",) if len(roster.keys) == 1 else ("students", index, "namespace"),
                "not a namespace in which these credentials may submit",
            )
    if outside:
        raise OutOfScope(outside.details())


def _new_submission(roster: Roster, order: Order) -> Submission:
    single = len(roster.keys) == 1
    namespaces = {namespace for namespace, _ in roster.keys}
    return Submission(
        owner=order.caller.owner,
        format=order.format.value,
        options=order.options,
        identity=identity(roster.content_sha256, order),
        content_sha256=roster.content_sha256,
        idempotency=_idempotency(order),
        student_id=roster.keys[0][1] if single else None,
        namespace=namespaces.pop() if len(namespaces) == 1 else "",
        is_class=not single,
        students=len(roster.keys),
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def identity(content_sha256: bytes, order: Order) -> bytes:
    """32 bytes, equal for submissions that must give the same documents to the same caller.

    A caller who names a submission with an Idempotency-Key means that one, also after an upgrade of this
    service or of its defaults: with a key only what was sent counts.
    """
    ours = order.asked if order.idempotency_key else [sorted(order.options.items()), renderer_version()]
    parts: list[Any] = [order.caller.owner, order.format.value, order.idempotency_key, content_sha256.hex(), ours]
    if order.idempotency_key:
        parts.append(_scope(order))  # as in _idempotency: of one owner, keys of other scopes never meet
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


def _idempotency(order: Order) -> bytes | None:
    """32 bytes for an Idempotency-Key and whoever sent it; keys of one owner but other scopes never meet.

    A hash, because a client may well put a student's name into such a key.
    """
    if not order.idempotency_key:
        return None
    parts = [order.caller.owner, _scope(order), order.format.value, order.idempotency_key]
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


def _scope(order: Order) -> list[str] | None:
    names = order.caller.writes.names
    return None if names is None else sorted(names)


def _resume(submission: Submission) -> State | None:
    """The state of an earlier submission, None where it is gone; if all of it failed, it is pending again."""
    headline = submission.reports.filter(position=HEADLINE).values_list("state", flat=True).first()
    if headline is None:
        return None
    if headline == State.SUCCESS:
        return State.SUCCESS
    if headline == State.FAILURE and claims.retry(submission.id):
        doorbell.ring()
    return State.PENDING
