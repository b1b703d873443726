"""The guarded transitions of a report. Every change of state is here, and each says what it requires.

All times are the database's own, so that no process's clock matters.
"""

import functools
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from feedback.contract.states import State
from feedback.db.compiled_query import binding_cursor, padded, places
from feedback.queue import ready
from feedback.rendering import Artifact
from feedback.store.models import MAX_ATTEMPTS, Report

# How many reports a claim takes at most, and without being told otherwise.
MOST, CHUNK = 64, 16
# The pause after a failed attempt; the next is four times as long.
FIRST_REST = timedelta(seconds=5)


@dataclass(frozen=True)
class Claim:
    """The right to make one report, until the lease runs out and another takes it."""

    report_id: UUID
    submission_id: UUID
    position: int
    kind: Report.Kind
    due_at: datetime
    attempt: int
    fence: int
    payload: bytes
    key: tuple[str, str]


@dataclass(frozen=True)
class Made:
    """A finished document, with the findings it shows."""

    claim: Claim
    artifact: Artifact
    sha256: str
    findings: bytes
    first_event_at: datetime | None
    seconds: float


def claim(submission_id: UUID, most: int = CHUNK) -> list[Claim]:
    """Take up to `most` due reports of a submission, in order; one that has an attempt behind it comes alone.

    Two claims at the same moment never share a report. Two statements, whatever the size.
    """
    with transaction.atomic():
        return _take_of(ready.lock(submission_id, most))


def claim_singles(owner: str, most: int) -> list[Claim]:
    """The same for an owner's singles, whichever submissions they are of."""
    with transaction.atomic():
        return _take_of(ready.lock_singles(owner, most))


def _take_of(locked: Iterable[Report]) -> list[Claim]:
    found = [_claim_of(report) for report in locked]
    taken = [claim for claim in found if claim.attempt == 1] or found[:1]
    if taken:
        _take(taken)
    return taken


def _claim_of(report: Report) -> Claim:
    """The claim that a locked report becomes once `_take` has counted the attempt."""
    return Claim(
        report_id=report.id,
        submission_id=report.submission_id,
        position=report.position,
        due_at=report.due_at,
        kind=Report.Kind(report.kind),
        attempt=report.attempts + 1,
        fence=report.fence + 1,
        payload=bytes(report.payload),
        key=(report.namespace, report.student_id),
    )


def _take(claimed: Sequence[Claim]) -> None:
    """Write down of locked reports that they are RUNNING, whose attempt is counted and whose lease begins."""
    key = Report._meta.pk
    wanted = padded([claim.report_id for claim in claimed])
    statement, parameters = _taking_statement(len(wanted), settings.FEEDBACK_LEASE_SECONDS)
    pairs = zip(places(len(wanted)), wanted, strict=True)
    ids = {key.get_db_prep_value(place, connection): key.get_db_prep_value(id_, connection) for place, id_ in pairs}
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids.get(value, value) for value in parameters])


@functools.cache
def _taking_statement(number: int, lease_seconds: float) -> tuple[str, tuple[Any, ...]]:
    """The UPDATE of so many reports, with `places` among its parameters; put together once, as above."""
    reports = Report.objects.filter(id__in=places(number))
    update: Any = reports.query.chain(UpdateQuery)  # typed as what it was chained from
    update.add_update_values(
        {
            "state": State.RUNNING,
            "due_at": Now() + timedelta(seconds=lease_seconds),
            "attempts": F("attempts") + 1,
            "fence": F("fence") + 1,
            "lease_expiries": F("lease_expiries") + Case(When(state=State.RUNNING, then=1), default=0),
        }
    )
    statement, parameters = update.get_compiler(connection=connection).as_sql()
    return statement, tuple(parameters)


def renew(claims: Sequence[Claim]) -> int:
    """Begin the lease of these claims anew; returns how many of them are still held."""
    return _held(claims).update(due_at=_lease_end())


def store(made: Sequence[Made]) -> int:
    """Commit documents and their SUCCESS together; returns how many, less those whose claim is no longer valid."""
    written = ("findings", "first_event_at", "filename", "media_type", "body", "sha256", "render_seconds")
    assignments = ", ".join(f"{column} = %s" for column in written)
    rows = [(one.findings, _time(one.first_event_at), *_parts(one.artifact), one.sha256, one.seconds) for one in made]
    held = [one.claim for one in made]
    return _write(f"state = 'SUCCESS', error = '', finished_at = {_now()}, {assignments}", rows, held)


def _parts(artifact: Artifact) -> tuple[str, str, bytes]:
    return artifact.filename, artifact.media_type, artifact.body


def _time(moment: datetime | None) -> Any:
    """As it is bound to a statement of our own."""
    return None if moment is None else connection.ops.adapt_datetimefield_value(moment)


def fail(failures: Sequence[tuple[Claim, str]]) -> int:
    """Commit FAILURE with its reason; returns how many, leaving out those whose claim is no longer valid."""
    rows, held = [(reason,) for _, reason in failures], [claim for claim, _ in failures]
    return _write(f"state = 'FAILURE', error = %s, finished_at = {_now()}", rows, held)


def hand_back(claims: Sequence[Claim]) -> int:
    """Make claimed reports pending again as if the attempt had never begun; returns how many were still held.

    Due since when they were: who was handed back has lost no place, and the age of what is due stays true.
    """
    rows = [(_time(claim.due_at),) for claim in claims]
    return _write("state = 'PENDING', attempts = attempts - 1, due_at = %s", rows, claims)


def _now() -> str:
    return (
        "STATEMENT_TIMESTAMP()" if connection.vendor == "postgresql" else "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
    )


def _write(assignments: str, rows: Sequence[tuple[Any, ...]], held: Sequence[Claim]) -> int:
    """One fenced UPDATE for many rows, each with the claim that must still be held.

    In the order in which whoever erases locks them: two that wait for each other would end in a deadlock.
    """
    if not rows:
        return 0
    table = connection.ops.quote_name(Report._meta.db_table)
    statement = (
        f"UPDATE {table} SET {assignments} "  # noqa: S608 - constants only
        "WHERE id = %s AND fence = %s AND state = 'RUNNING'"
    )
    key = Report._meta.pk.get_db_prep_value
    in_order = sorted(zip(held, rows, strict=True), key=lambda one: (one[0].submission_id, one[0].position))
    parameters = [(*values, key(claim.report_id, connection), claim.fence) for claim, values in in_order]
    # One statement is a transaction by itself, with no further round trip for its end.
    with nullcontext() if len(rows) == 1 else transaction.atomic(), binding_cursor() as cursor:
        cursor.executemany(statement, parameters)
        return int(cursor.rowcount)


def rest(claim: Claim) -> int:
    """Make a report whose attempt failed pending again, after a pause that grows with the attempts."""
    pause = FIRST_REST * 4 ** (claim.attempt - 1)
    return _held([claim]).update(state=State.PENDING, due_at=Now() + pause)


def retry(submission_id: UUID) -> int:
    """Make what failed in a submission pending again, and with it the class report; returns how many had failed.

    A class report that is being made at this moment lists what is about to be made again: its writer is
    refused, as it is no longer RUNNING.
    """
    reports = Report.objects.filter(submission=submission_id)
    with transaction.atomic():
        failed = reports.filter(state=State.FAILURE)
        again = failed.update(state=State.PENDING, due_at=Now(), attempts=0, error="")
        if again:
            reports.filter(kind=Report.Kind.CLASS).update(state=State.PENDING, due_at=Now(), attempts=0, error="")
    return again


def make_class_report_again(submission_id: UUID) -> None:
    """Forget the class report, and whoever is making one from what was there before: their fence has moved on."""
    Report.objects.filter(submission=submission_id, kind=Report.Kind.CLASS).update(
        state=State.PENDING,
        due_at=Now(),
        attempts=0,
        fence=F("fence") + 1,
        error="",
        findings=None,
        first_event_at=None,
        filename="",
        media_type="",
        body=None,
        sha256="",
        finished_at=None,
    )


def give_up_exhausted() -> int:
    """FAILURE for every report whose last attempt ran out with no word from its worker; returns how many."""
    reason = (
        f"The worker was lost {MAX_ATTEMPTS} times while making this report, so it was given up. "
        "Submit the same body again to try once more; if it fails again, report it with the task_id."
    )
    spent = Report.objects.filter(state=State.RUNNING, due_at__lte=Now(), attempts__gte=MAX_ATTEMPTS)
    return spent.update(state=State.FAILURE, error=reason, lease_expiries=F("lease_expiries") + 1, finished_at=Now())


def _held(claims: Sequence[Claim]) -> QuerySet[Report]:
    """The rows of these claims, less those that another has taken over or that are finished."""
    each = (Q(id=claim.report_id, fence=claim.fence) for claim in claims)
    return Report.objects.filter(reduce(or_, each, Q(pk__in=[])), state=State.RUNNING)


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.FEEDBACK_LEASE_SECONDS)
