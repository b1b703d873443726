"""Which reports are due, and the locked look at them that a claim begins with."""

import functools
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from feedback.db.compiled_query import (
    A_LIMIT,
    A_TEXT,
    AN_ID,
    Prepared,
)
from feedback.store.models import (
    HEADLINE,
    MAX_ATTEMPTS,
    UNFINISHED,
    Report,
)

_NEEDED = (
    *("pk", "submission_id", "position", "kind", "attempts", "fence", "due_at"),
    *("payload", "namespace", "student_id"),
)
# What the partial indexes of reports are about.
_CONSTANTS: tuple[str | int, ...] = (HEADLINE, *(kind.value for kind in Report.Kind), *UNFINISHED)


def among(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those that may be claimed now; a class report only after all the others."""
    siblings = Report.objects.filter(submission=OuterRef("submission"), kind=Report.Kind.STUDENT, state__in=UNFINISHED)
    return _due_by_themselves(reports.filter(Q(kind=Report.Kind.STUDENT) | ~Exists(siblings)))


def lock(submission_id: UUID, most: int) -> Iterable[Report]:
    """Lock up to `most` that are due of a submission, in order; what failed before comes last."""
    return _due_of_a_submission().rows({AN_ID: submission_id, A_LIMIT: most})


def lock_singles(owner: str, most: int) -> Iterable[Report]:
    """The same of an owner's singles, whichever submissions they are of, the longest due first."""
    return _due_singles_of_an_owner().rows({A_TEXT: owner, A_LIMIT: most})


def is_any_of(submission_id: UUID) -> bool:
    """Whether a submission has work that is due."""
    return any(_any_of_a_submission().rows({AN_ID: submission_id}))


def next_single() -> UUID | None:
    """The submission of a single that is due, whoever's it is."""
    return next((report.submission_id for report in _next_single().rows({})), None)


# Put together once: for a single that took Django longer than its page takes to make.


@functools.cache
def _due_of_a_submission() -> Prepared[Report]:
    return _locking(among(Report.objects.filter(submission=AN_ID)).order_by("attempts", "position"))


@functools.cache
def _any_of_a_submission() -> Prepared[Report]:
    return Prepared(among(Report.objects.filter(submission=AN_ID)).only("pk")[:1], _CONSTANTS)


@functools.cache
def _due_singles_of_an_owner() -> Prepared[Report]:
    return _locking(_due_singles().filter(submission__owner=A_TEXT))


@functools.cache
def _next_single() -> Prepared[Report]:
    return Prepared(_due_singles().only("pk", "submission_id")[:1], _CONSTANTS)


def _due_singles() -> QuerySet[Report]:
    """Those that are the whole of their submission."""
    singles = Report.objects.filter(position=HEADLINE, kind=Report.Kind.STUDENT)
    return _due_by_themselves(singles).order_by("attempts", "due_at")


def _due_by_themselves(reports: QuerySet[Report]) -> QuerySet[Report]:
    return reports.filter(state__in=UNFINISHED, due_at__lte=Now(), attempts__lt=MAX_ATTEMPTS)


def _locking(candidates: QuerySet[Report]) -> Prepared[Report]:
    """Rows that another has locked are skipped on PostgreSQL; on SQLite writers take turns."""
    locked = candidates.select_for_update(skip_locked=True, of=("self",)).only(*_NEEDED)
    return Prepared(locked[:A_LIMIT], _CONSTANTS, binary=True)
