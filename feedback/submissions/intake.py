"""Taking in what is posted: at rest, validated, stored in one short transaction; only then is a worker woken.

Once `submit` has returned, the work is safe whatever happens to this process or to the broker.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial

import msgspec
import structlog
from django.db import connection, transaction
from django.db.models import Q

from feedback.access import audit, rate_limits
from feedback.access.audit import Action
from feedback.access.callers import Caller
from feedback.config import tracing
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.events import Faults, Roster, Student, StudentStream
from feedback.queue import doorbell, unclaimed
from feedback.rendering import renderer_version
from feedback.store import bulk_insert
from feedback.store.bulk_insert import Gone, InTheWay
from feedback.store.models import HEADLINE, Task, Upload
from feedback.store.small import small
from feedback.submissions.errors import KeyReused, OutOfScope, UnknownTask
from feedback.submissions.upload_limits import writing_log

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Order:
    """What is asked for, besides the content."""

    format: Format
    options: dict[str, str | float]
    caller: Caller
    asked: tuple[str | None, ...] = ()  # the options as they were sent, before any default
    idempotency_key: str = ""


def submit(students: Iterable[Student] | StudentStream, order: Order) -> tuple[Task, State]:
    """Store a task, or find the identical one, and wake a worker where there is work.

    Returns the task and the state to answer with: SUCCESS where the identical one is done, else
    PENDING; one that failed is queued again. Whatever iterating `students` raises passes through, with
    nothing stored. Raises OutOfScope, Exceeded, KeyReused and Busy. A fixed number of queries,
    whatever the size of the class.
    """
    with Roster(students) as roster:
        return submit_roster(roster, order)


def submit_roster(roster: Roster, order: Order) -> tuple[Task, State]:
    """The same for students who are at rest already, and may be submitted in several formats: as one upload."""
    _require_scope([namespace for namespace, _ in roster.keys], order.caller)
    if roster.assumed_zone:  # the reports say it, so it is one of the options that change them
        order = replace(order, options=order.options | {"assumed_zone": roster.assumed_zone})
    upload = _new_upload(roster, order)
    task = _new_task(upload, order, task_identity(bytes(upload.identity), roster.content_sha256, order))
    former = _keyed_identity(roster.content_sha256, order, scoped=False)
    store = partial(_store, task, order.caller, partial(bulk_insert.insert, upload, task, roster))
    with writing_log(order.caller.owner, roster.largest):
        return _store_or_find(task, store, partial(_store_single, task, roster, order.caller), former)


def add_format(upload: Upload, order: Order) -> tuple[Task, State]:
    """The same for the students and options of an upload that is there: `order` gives the format and the caller.

    Raises UnknownTask where it was erased, or changed by an erasure, since it was looked up.
    """
    namespaces = list(upload.student_set.order_by("position").values_list("namespace", flat=True))
    _require_scope(namespaces, order.caller)
    task = _new_task(upload, order, _identity_in(bytes(upload.identity), order.format))

    def store() -> None:
        try:
            _store(task, order.caller, partial(bulk_insert.add, upload, task))
        except Gone as fault:
            raise UnknownTask from fault

    return _store_or_find(task, store)


def _store_or_find(
    task: Task, store: Callable[[], None], at_once: Callable[[], bool] = lambda: False, former: bytes = b""
) -> tuple[Task, State]:
    """The task, stored, or the one in its way, with the state to answer with. Raises KeyReused and Exceeded.

    What came before is not counted again, and what exceeds a limit is not kept.
    """
    # Again only where another came at the same moment, or was erased before its state could be read.
    while True:
        with suppress(InTheWay):
            if at_once():
                break
        found = _identical(task, former)
        if found is not None:
            if (state := _resume(found)) is None:
                continue
            log.info("task found", task_id=str(found.id), students=found.upload.students)
            return found, state
        if _key_is_taken(task, former):
            raise KeyReused
        with suppress(InTheWay):
            store()
            break
    doorbell.ring()
    log.info("task stored", task_id=str(task.id), students=task.upload.students)
    return task, State.PENDING


def _identical(task: Task, former: bytes) -> Task | None:
    """One of the same identity; of the `former` only where the same Idempotency-Key came in the same scope."""
    same = Q(identity=task.identity)
    if task.idempotency is not None:
        same |= Q(identity=former, idempotency=task.idempotency)
    return small(Task.objects.filter(same), "upload").first()


def _store(task: Task, caller: Caller, insert: Callable[[bulk_insert.Counting], None]) -> None:
    """Raises InTheWay and Exceeded, with nothing stored."""
    with transaction.atomic():
        insert(partial(rate_limits.spending, rate_limits.students(), caller.submitting, task.upload.students))
        _note(task, caller)


def _store_single(task: Task, roster: Roster, caller: Caller) -> bool:
    """Store a single in one statement; False where the database cannot, or anything of it is there already."""
    if task.upload.is_class or connection.vendor != "postgresql":
        return False
    with nullcontext() if caller.is_anyone else transaction.atomic():
        new = bulk_insert.insert_single(task.upload, task, roster)
        if new:
            rate_limits.take(rate_limits.students(), caller.submitting)
            _note(task, caller)
    return new


def _note(task: Task, caller: Caller) -> None:
    """In the audit log, of callers who are known."""
    if not caller.is_anyone:
        audit.record(caller.name, Action.SUBMIT, task.format, task.id)


def _key_is_taken(task: Task, former: bytes) -> bool:
    """Whether the Idempotency-Key names another task. The identical one may have come since it was looked for."""
    if task.idempotency is None:
        return False
    return Task.objects.filter(idempotency=task.idempotency).exclude(identity__in=(task.identity, former)).exists()


def _require_scope(namespaces: Sequence[str], caller: Caller) -> None:
    """Before anything is looked up: what the caller may not submit, it learns nothing about."""
    outside = Faults()
    for index, namespace in enumerate(namespaces):
        if namespace not in caller.writes:
            outside.add(
                ("namespace",) if len(namespaces) == 1 else ("students", index, "namespace"),
                "not a namespace in which these credentials may submit",
            )
    if outside:
        raise OutOfScope(outside.details())


def _new_upload(roster: Roster, order: Order) -> Upload:
    single = len(roster.keys) == 1
    namespaces = {namespace for namespace, _ in roster.keys}
    return Upload(
        owner=order.caller.owner,
        options=order.options,
        identity=upload_identity(roster.content_sha256, order),
        student_id=roster.keys[0][1] if single else None,
        namespace=namespaces.pop() if len(namespaces) == 1 else "",
        is_class=not single,
        students=len(roster.keys),
        source=roster.source,
        context=roster.encoded_context or None,
    )


def _new_task(upload: Upload, order: Order, identity: bytes) -> Task:
    return Task(
        upload=upload,
        format=order.format.value,
        identity=identity,
        idempotency=_idempotency(order),
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        traceparent=tracing.traceparent(),
    )


def upload_identity(content_sha256: bytes, order: Order) -> bytes:
    """32 bytes, equal for what must be analysed and shown alike: the same content and options of the same owner, by
    the same version of analysis and renderer.
    """
    return _hash([order.caller.owner, content_sha256.hex(), sorted(order.options.items()), renderer_version()])


def task_identity(upload: bytes, content_sha256: bytes, order: Order) -> bytes:
    """32 bytes, equal for tasks that must give the same documents to the same caller.

    A caller who names a task with an Idempotency-Key means that one, also after an upgrade of this
    service or of its defaults: with a key only what was sent counts.
    """
    if not order.idempotency_key:
        return _identity_in(upload, order.format)
    return _keyed_identity(content_sha256, order, scoped=True)


def _keyed_identity(content_sha256: bytes, order: Order, *, scoped: bool) -> bytes:
    """With the scope, as in _idempotency: of one owner, keys of other scopes never meet. 0.1.0 had it without."""
    key = order.idempotency_key
    parts: list[object] = [order.caller.owner, order.format.value, key, content_sha256.hex(), order.asked]
    return _hash([*parts, _scope(order)] if scoped else parts)


def _identity_in(upload: bytes, format_: Format) -> bytes:
    return _hash([upload.hex(), format_.value])


def _hash(parts: list[object]) -> bytes:
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


def _idempotency(order: Order) -> bytes | None:
    """32 bytes for an Idempotency-Key and whoever sent it; keys of one owner but other scopes never meet.

    A hash, because a client may well put a student's name into such a key.
    """
    if not order.idempotency_key:
        return None
    return _hash([order.caller.owner, _scope(order), order.format.value, order.idempotency_key])


def _scope(order: Order) -> list[str] | None:
    names = order.caller.writes.names
    return None if names is None else sorted(names)


def _resume(task: Task) -> State | None:
    """The state of an earlier task, None where it is gone; if all of it failed, it is pending again."""
    headline = task.documents.filter(position=HEADLINE).values_list("state", flat=True).first()
    if headline is None:
        return None
    if headline == State.SUCCESS:
        return State.SUCCESS
    if headline == State.FAILURE and unclaimed.retry(task.id):
        doorbell.ring()
    return State.PENDING
