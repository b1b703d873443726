"""Answering a ring: whose turn is it, claim a batch, render it, store it, and ring again while work is left.

A worker may vanish at any line of this file: what it had claimed is due again when the lease runs out, and what it
had not committed never happened. Done ten times over, the work is done once.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError
from django.db import connection

from feedback import pipeline
from feedback.config import tracing
from feedback.queue import claims, defer_sigterm, heartbeat, render_job
from feedback.queue.claims import Claim, Made
from feedback.queue.fairness import Turn, Turns
from feedback.queue.pacer import Pacer, Slice
from feedback.store import loading
from feedback.store.loading import Log
from feedback.store.models import MAX_ATTEMPTS, Task

log = structlog.stdlib.get_logger(__name__)

# Rings sent where a claim leaves work for others: each worker that is woken wakes two more, until all are.
RAMP_UP = 2
_SINGLES = "singles"
Tasks = Mapping[UUID, Task]


class Worker:
    """What one worker process does about a ring. It remembers its pace, and the time that each owner has had."""

    def __init__(self, ring: Callable[[int], object], pacer: Pacer | None = None, turns: Turns | None = None) -> None:
        """`ring` is called with the number of other workers to wake."""
        self._ring = ring
        self._pacer = pacer or Pacer()
        self._turns = turns or Turns(self._pacer.clock)

    def answer(self) -> bool:
        """Do a slice of work for one owner; True where more is ready.

        Faults of the database or the disk pass through, once what was claimed has been released as far as that is
        still possible.
        """
        for turn in self._turns.in_order():
            with self._turns.timed(turn):
                if self._singles(turn) or self._class(turn):
                    return claims.anything_ready()
        return False

    def _singles(self, turn: Turn) -> bool:
        """Make the owner's singles, a batch a claim: alone, each would cost more than its page takes to make.

        False where there was none.
        """
        slice_, batches = self._pacer.slice(), 0
        while batches == 0 or not slice_.spent():
            seconds = slice_.batch_seconds()
            wanted = self._pacer.batch(_SINGLES, seconds)
            with self._claimed(partial(claims.claim_singles, turn.owner, wanted)) as claimed:
                if claimed:
                    self._wake_others(first=not batches, more=len(claimed) == wanted)
                    tasks = loading.tasks({claim.task_id for claim in claimed})
                    self._make(tasks, claimed, slice_.over_after(seconds), _SINGLES)
                    batches += 1
            if len(claimed) < wanted:
                break
        return batches > 0

    def _class(self, turn: Turn) -> bool:
        """Work on one of the owner's classes until the slice is over, or a single is due; False where nothing was."""
        task_id = self._turns.class_of(turn)
        task = loading.task(task_id) if task_id else None
        if task is None:
            return False
        slice_, batches = self._pacer.slice(), 0
        while batches == 0 or not (slice_.over(claims.single_is_due) or slice_.spent()):
            if not self._part_of_class(task, slice_, first=not batches):
                break
            batches += 1
        return batches > 0

    def _part_of_class(self, task: Task, slice_: Slice, *, first: bool) -> bool:
        left = claims.left_of_task(task.id)
        share = self._pacer.share(task.format, left, slice_.class_seconds())
        with self._claimed(partial(claims.claim_task, task.id, share)) as claimed:
            if claimed:
                self._wake_others(first=first, more=left > len(claimed))
                self._make({task.id: task}, claimed, partial(slice_.over, claims.single_is_due), task.format)
        return bool(claimed)

    def _wake_others(self, *, first: bool, more: bool) -> None:
        if first and more:
            self._ring(RAMP_UP)

    @contextmanager
    def _claimed(self, claim: Callable[[], list[Claim]]) -> Iterator[list[Claim]]:
        """Claims whose leases are kept; released if the work is interrupted, by SIGTERM from the claim itself on."""
        claimed: list[Claim] = []
        try:
            with defer_sigterm.postponed():
                claimed = claim()
            with heartbeat.keeping(claimed) if claimed else nullcontext():
                yield claimed
        except BaseException:
            _release(claimed)
            raise

    def _make(self, tasks: Tasks, claimed: list[Claim], over: Callable[[], bool], kind: str) -> None:
        """Make claimed documents until it is over, at least one; commit them in one write, release the others."""
        logs = loading.logs([claim.report_id for claim in claimed])
        made: list[Made] = []
        left = deque(claimed)
        while left and (len(left) == len(claimed) or not over()):
            if document := _attempt(tasks, left[0], logs.get(left[0].report_id)):
                made.append(document)
                _share_findings(document, left, logs)
            left.popleft()
        _store(tasks, made)
        if seconds := [one.seconds for one in made if not one.claim.is_class_report]:
            self._pacer.learn(kind, sum(seconds) / len(seconds))
        _release(left)


def _share_findings(made: Made, claimed: Iterable[Claim], logs: dict[UUID, Log]) -> None:
    """Have the other documents about the student that are claimed with this one show what was found for it.

    A single that is posted in two formats is claimed in one batch, before the findings of either are stored.
    """
    if made.findings is None or made.claim.student is None:
        return
    for claim in claimed:
        if claim.student == made.claim.student and claim.report_id in logs:
            logs[claim.report_id] = logs[claim.report_id]._replace(findings=made.findings)


def _attempt(tasks: Tasks, claim: Claim, log_: Log | None) -> Made | None:
    """The document of a claim; None where there is none, once that has been written down."""
    task = tasks.get(claim.task_id)
    if task is None or log_ is None:
        return None  # erased since it was claimed
    with _logging_about(task), _tracing("make document", task, kind=_kind(claim), attempt=claim.attempt):
        return _attempt_for(task, claim, log_)


def _attempt_for(task: Task, claim: Claim, log_: Log) -> Made | None:
    try:
        return render_job.make(task, claim, log_)
    except pipeline.NothingToReport as reason:
        claims.fail([(claim, f"{reason} Each has its own reason in the manifest.")])
    except (DatabaseError, OSError):
        raise  # no document reads anything but the database and what is installed: it is not to blame
    except SoftTimeLimitExceeded as fault:
        _attempt_failed(claim, fault)
        raise
    except Exception as fault:
        _attempt_failed(claim, fault)
    return None


def _attempt_failed(claim: Claim, fault: Exception) -> None:
    """A fault of ours: try again later and alone, and give up after the last attempt. The log has the inside."""
    log.error("an attempt failed", report_id=str(claim.report_id), attempt=claim.attempt, exc_info=fault)
    if claim.attempt < MAX_ATTEMPTS:
        claims.back_off(claim)
        return
    reason = (
        f"Making this report failed {MAX_ATTEMPTS} times, so it was given up. Submit the same body again to try "
        f"once more; if it fails again, report it with the id {claim.report_id}: the log has the cause."
    )
    claims.fail([(claim, reason)])


def _store(tasks: Tasks, made: Sequence[Made]) -> None:
    stored = claims.store(made)
    if stored < len(made):
        log.warning("documents refused: their reports had been taken over", number=len(made) - stored)
        return
    for task_id, number in Counter(one.claim.task_id for one in made).items():
        with _logging_about(tasks[task_id]), _tracing("documents stored", tasks[task_id], number=number):
            log.info("documents stored", number=number)


def _release(claimed: Sequence[Claim]) -> None:
    if connection.errors_occurred and not connection.in_atomic_block and not connection.is_usable():
        connection.close()  # that one is lost; another may still be had
    try:
        claims.release(claimed)
    except DatabaseError as fault:
        log.warning("claims could not be released, so their leases must run out", fault=str(fault))


@contextmanager
def _logging_about(task: Task) -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(task_id=str(task.id), request_id=task.request_id):
        yield


def _tracing(name: str, task: Task, **attributes: str | int) -> AbstractContextManager[object]:
    """A span in the trace of the POST that brought the task, linked to the wake-up that led to it."""
    about: dict[str, str | int] = {"feedback.task_id": str(task.id), "feedback.format": task.format, **attributes}
    return tracing.span(name, parent=task.traceparent, links=(tracing.traceparent(),), about=about)


def _kind(claim: Claim) -> str:
    return "class" if claim.is_class_report else "student"
