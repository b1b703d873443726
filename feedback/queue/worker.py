"""Making reports: claim, analyse, render, store. Done ten times over, it is done once.

A worker may vanish at any line of this file: what it had claimed is due again when the lease runs out,
and what it had not committed never happened.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models.functions import Now

from feedback import pipeline
from feedback.queue import (
    claims,
    defer_sigterm,
    heartbeat,
    ready,
    render_job,
)
from feedback.queue.claims import Claim, Made
from feedback.store import loading
from feedback.store.models import MAX_ATTEMPTS, Submission

log = structlog.stdlib.get_logger(__name__)

# What is committed in one write of a single's document and others like it; a single waits no longer for them.
HANDFUL_SECONDS = 0.1
# And how much longer, rather than be handed back and committed apart where others took longer than expected.
_PATIENCE_SECONDS = 0.05
# Long enough that messages, claims and commits vanish beside the work, short enough for other owners to have a turn.
SLICE_SECONDS = 1.0
# By this part of itself a slice ends early or late: another claim, or handing back, costs more than it is worth.
_SLACK = 1 / 8
# The part that a claim may take of what is left of a class: the workers are to be done with it at the same time.
_SHARE = 1 / 4
# How often a class looks whether a single waits: often enough for whoever waits, seldom enough to cost nothing.
LOOK_SECONDS = 0.05
# The seconds that a report lately took in this process: of a class by its format, of singles of whatever formats came.
_pace: dict[str, float] = {}
_SINGLES = "singles"
# The position of the last report that this process has claimed, of each of the latest classes: as reports are claimed
# in order, it says how far a class has come.
_reached: dict[UUID, int] = {}
_CLASSES = 100


def produce(submission_id: UUID, seconds: float = SLICE_SECONDS) -> bool:
    """Work on a submission for about `seconds`; True where there was more to do when the time was over.

    Faults of the database or the disk pass through, once everything claimed has been handed back as far
    as that is still possible.
    """
    submission = loading.submission(submission_id)
    if submission is None:
        return False
    until = time.monotonic() + seconds
    if not submission.is_class:
        _produce_singles(submission, until)
        return False
    Submission.objects.filter(id=submission_id).update(attended_at=Now())
    slice_ = _Slice(until)
    with _logging_about(submission):
        while _part_of_class(submission, slice_):
            if slice_.spent():
                return ready.is_any_of(submission_id)
    return False


def _part_of_class(submission: Submission, slice_: "_Slice") -> bool:
    """Work on one claim; False where nothing was due."""
    share = _share(submission, slice_.likely_end())
    with _claimed(partial(claims.claim, submission.id, share)) as claimed:
        if claimed:
            _remember(claimed[-1])
            _make({submission.id: submission}, claimed, slice_.over, submission.format)
    return bool(claimed)


def _produce_singles(hinted: Submission, until: float) -> None:
    """Make due singles of one owner, a handful a claim: alone, each would cost more than its page does to make.

    What fails rests, and the sweep brings it back. Whether others are due after that, the task asks.
    """
    submissions, seen, more = {hinted.id: hinted}, set[UUID](), True
    while more:
        handful_until = min(time.monotonic() + HANDFUL_SECONDS, until)
        wanted = _handful(_SINGLES, handful_until) if _SINGLES in _pace else 1
        with _claimed(partial(claims.claim_singles, hinted.owner, wanted)) as claimed:
            _make_singles(submissions, claimed, handful_until + _PATIENCE_SECONDS)
        seen |= {claim.submission_id for claim in claimed}
        more = len(claimed) == wanted and time.monotonic() < until
    if hinted.id not in seen:
        # What failed before comes after all that is new, and new ones may never end; so a hint is followed, too.
        with _claimed(partial(claims.claim, hinted.id, 1)) as claimed:
            _make_singles(submissions, claimed, until)


def _make_singles(submissions: dict[UUID, Submission], claimed: list[Claim], until: float) -> None:
    submissions |= loading.submissions({claim.submission_id for claim in claimed} - submissions.keys())
    if claimed:
        _make(submissions, claimed, lambda: time.monotonic() >= until, _SINGLES)


@contextmanager
def _claimed(claim: Callable[[], list[Claim]]) -> Iterator[list[Claim]]:
    """What is claimed, its lease kept; handed back if its work is interrupted, by SIGTERM from the claim itself on."""
    claimed: list[Claim] = []
    try:
        with defer_sigterm.postponed():
            claimed = claim()
        with heartbeat.keeping(claimed) if claimed else nullcontext():
            yield claimed
    except BaseException:
        _hand_back(claimed)
        raise


@contextmanager
def _logging_about(submission: Submission) -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(task_id=str(submission.id), request_id=submission.request_id):
        yield


def _handful(kind: str, until: float) -> int:
    """How many reports to claim: what this process, at its latest pace, makes in the time that is left."""
    if kind not in _pace:
        return claims.CHUNK
    return min(max(round((until - time.monotonic()) / _pace[kind]), 1), claims.MOST)


def _share(submission: Submission, until: float) -> int:
    """How many of a class to claim: less towards its end, or the last to claim would leave the others idle."""
    share = max(round((submission.students - _reached.get(submission.id, 0)) * _SHARE), 1)
    soon = _handful(submission.format, time.monotonic() + HANDFUL_SECONDS)
    return min(_handful(submission.format, until), max(share, soon))


def _remember(last: Claim) -> None:
    _reached.pop(last.submission_id, None)
    _reached[last.submission_id] = last.position
    if len(_reached) > _CLASSES:
        del _reached[next(iter(_reached))]


class _Slice:
    """A class's turn: over when its time is, or when a single is found to be due."""

    # Whether the last one of this process ended early: singles keep coming, so no more is claimed than fits between.
    cut_short = False

    def __init__(self, until: float) -> None:
        now = time.monotonic()
        self._until, self._slack = until, (until - now) * _SLACK
        self._ends = until + self._slack
        self._look_at = now + LOOK_SECONDS

    def likely_end(self) -> float:
        return min(self._until, time.monotonic() + LOOK_SECONDS) if _Slice.cut_short else self._until

    def spent(self) -> bool:
        """Whether it is over, or has too little left for another claim."""
        return self.over() or time.monotonic() + self._slack > self._until

    def over(self) -> bool:
        now = time.monotonic()
        if self._look_at <= now < self._ends:
            self._look_at = now + LOOK_SECONDS
            _Slice.cut_short = ready.next_single() is not None
            if _Slice.cut_short:
                self._ends = now
        return now >= self._ends


def _make(submissions: Mapping[UUID, Submission], claimed: list[Claim], over: Callable[[], bool], kind: str) -> None:
    """Make claimed reports until it is over, at least one; commit them in one write, hand back the others."""
    made: list[Made] = []
    left = deque(claimed)
    while left and (len(left) == len(claimed) or not over()):
        if document := _attempt(submissions, left[0]):
            made.append(document)
        left.popleft()
    stored = claims.store(made)
    if made:
        _pace[kind] = sum(one.seconds for one in made) / len(made)
    if stored == len(made):
        for submission_id, number in Counter(one.claim.submission_id for one in made).items():
            with _logging_about(submissions[submission_id]):
                log.info("documents stored", number=number)
    else:
        log.warning("documents refused: their reports had been taken over", number=len(made) - stored)
    _hand_back(left)


def _attempt(submissions: Mapping[UUID, Submission], claim: Claim) -> Made | None:
    """The document of a claim; None where there is none, once that has been written down."""
    submission = submissions.get(claim.submission_id)
    if submission is None:
        return None  # erased since it was claimed
    with _logging_about(submission):
        return _attempt_for(submission, claim)


def _attempt_for(submission: Submission, claim: Claim) -> Made | None:
    try:
        return render_job.make(submission, claim)
    except pipeline.NothingToReport as reason:
        claims.fail([(claim, f"{reason} Each has its own reason in the manifest.")])
    except (DatabaseError, OSError):
        raise  # no report reads anything but the database and what is installed: it is not to blame
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
        claims.rest(claim)
        return
    reason = (
        f"Making this report failed {MAX_ATTEMPTS} times, so it was given up. Submit the same body again to try "
        f"once more; if it fails again, report it with the id {claim.report_id}: the log has the cause."
    )
    claims.fail([(claim, reason)])


def _hand_back(claimed: Sequence[Claim]) -> None:
    if connection.errors_occurred and not connection.in_atomic_block and not connection.is_usable():
        connection.close()  # that one is lost; another may still be had
    try:
        claims.hand_back(claimed)
    except DatabaseError as fault:
        log.warning("claims could not be handed back, so their lease must run out", fault=str(fault))
