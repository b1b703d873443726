"""Answering a ring: whose turn is it, claim a batch, make it, store it, and ring again while work is left.

A worker may vanish at any line of this file: what it had claimed is due again when the lease runs out, and what it
had not committed never happened. Done ten times over, the work is done once.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import structlog

from feedback.queue import attempts, claims, lease
from feedback.queue.claims import Made, Work
from feedback.queue.fairness import Turns
from feedback.queue.observed import observed
from feedback.queue.pacer import Pacer, Slice
from feedback.queue.render_job import RenderJob
from feedback.store import bodies, loading
from feedback.store.models import Task

log = structlog.stdlib.get_logger(__name__)

# Rings sent where a claim leaves work for others: each worker that is woken wakes two more, until all are.
RAMP_UP = 2


class Worker:
    """What one worker process does about a ring. It remembers its pace, and the time that each owner has had."""

    def __init__(self, ring: Callable[[int], object], pacer: Pacer | None = None, turns: Turns | None = None) -> None:
        """`ring` is called with the number of other workers to wake."""
        self._ring = ring
        self._pacer = pacer or Pacer()
        self._turns = turns or Turns(self._pacer.clock)

    def answer(self) -> bool:
        """Do a slice of work for one owner; True where more is ready.

        Faults of the database, the object store or the disk pass through, once what was claimed has been released as
        far as that is still possible.
        """
        bodies.require()  # else it would render what cannot be stored, again and again
        for work in self._turns.in_order():
            with self._turns.timed(work):
                if self._slice(work):
                    return claims.anything_ready()
        return False

    def _slice(self, work: Work) -> bool:
        """Claim, make and store until the slice is over or nothing is left; False where nothing was due."""
        slice_ = Slice(self._pacer, work.kind, claims.single_is_due if work.upload else None)
        worked = False
        while not (worked and slice_.spent()):
            share = slice_.share()
            with lease.held(partial(claims.claim, work, share)) as batch:
                if not batch.claimed:
                    break
                full = len(batch.claimed) >= share.least or claims.may_have_left_some(batch.claimed)
                more = full or batch.claimed[0].is_class_report
                if more and not worked:
                    self._ring(RAMP_UP)
                # The logs first: their revisions are then no newer than the context and the facts they are made with.
                logs = loading.logs(batch.students)
                job = RenderJob(loading.tasks(batch.tasks), logs)
                made = [one for claim in batch.until(slice_.over) if (one := attempts.document(job, claim))]
                _note(job.tasks, made, claims.store(made))
            self._pacer.learn(work.kind, [one.seconds for one in made if not one.claim.is_class_report])
            worked = True
            if not (more or work.upload):
                break  # those were all; of a class, its report may be left
        return worked


def _note(tasks: Mapping[UUID, Task], made: Sequence[Made], stored: int) -> None:
    """Say in the log what became of documents."""
    if stored < len(made):
        log.warning("documents refused: their reports had been taken over", number=len(made) - stored)
        return
    for task_id, number in Counter(one.claim.task_id for one in made).items():
        with observed("documents stored", tasks[task_id], number=number):
            log.info("documents stored", number=number)
