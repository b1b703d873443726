"""The guarded transitions of a report. Every change of state is here, and each says what it requires.

All times are the database's own, so that no process's clock matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from feedback.rendering import Artifact
from feedback.rendering.manifest import State
from feedback.reports.models import MAX_ATTEMPTS, UNFINISHED, Report

CHUNK = 16


@dataclass(frozen=True)
class Claim:
    """The right to make one report, until the lease runs out and another takes it."""

    report_id: UUID
    submission_id: UUID
    kind: Report.Kind
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


def due(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those that may be claimed now: pending or past their lease, and a class report only after all the others."""
    siblings = Report.objects.filter(submission=OuterRef("submission"), kind=Report.Kind.STUDENT, state__in=UNFINISHED)
    return reports.filter(
        Q(state=State.PENDING) | Q(state=State.RUNNING, lease_until__lt=Now(), attempts__lt=MAX_ATTEMPTS),
        Q(kind=Report.Kind.STUDENT) | ~Exists(siblings),
    )


def claim(submission_id: UUID) -> list[Claim]:
    """Take up to `CHUNK` due reports of a submission, in order; one that has an attempt behind it comes alone.

    Two claims at the same moment never share a report: rows are locked and skipped on PostgreSQL, and
    writers take turns on SQLite. Two statements, whatever the size.
    """
    candidates = due(Report.objects.filter(submission=submission_id)).order_by("attempts", "position")
    columns = ("id", "submission_id", "kind", "attempts", "fence", "payload", "namespace", "student_id")
    with transaction.atomic():
        found = list(candidates.select_for_update(skip_locked=True, of=("self",)).only(*columns)[:CHUNK])
        fresh = [report for report in found if report.attempts == 0]
        taken = fresh or found[:1]
        if taken:
            Report.objects.filter(id__in=[report.id for report in taken]).update(
                state=State.RUNNING, lease_until=_lease_end(), attempts=F("attempts") + 1, fence=F("fence") + 1
            )
    return [
        Claim(
            report_id=report.id,
            submission_id=report.submission_id,
            kind=Report.Kind(report.kind),
            attempt=report.attempts + 1,
            fence=report.fence + 1,
            payload=bytes(report.payload),
            key=(report.namespace, report.student_id),
        )
        for report in taken
    ]


def store(made: Sequence[Made]) -> int:
    """Commit documents and their SUCCESS together; returns how many, less those whose claim is no longer valid."""
    return _finish(
        "state = 'SUCCESS', error = '', findings = %s, filename = %s, media_type = %s, body = %s, sha256 = %s",
        [
            (one.findings, one.artifact.filename, one.artifact.media_type, one.artifact.body, one.sha256, one.claim)
            for one in made
        ],
    )


def fail(failures: Sequence[tuple[Claim, str]]) -> int:
    """Commit FAILURE with its reason; returns how many, leaving out those whose claim is no longer valid."""
    return _finish("state = 'FAILURE', error = %s", [(reason, claim) for claim, reason in failures])


def _finish(assignments: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """One fenced UPDATE for many rows; the last item of each is the claim that must still hold."""
    if not rows:
        return 0
    table = connection.ops.quote_name(Report._meta.db_table)
    now = "STATEMENT_TIMESTAMP()" if connection.vendor == "postgresql" else "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
    statement = (
        f"UPDATE {table} SET {assignments}, lease_until = NULL, finished_at = {now} "  # noqa: S608 - constants only
        "WHERE id = %s AND fence = %s AND state = 'RUNNING'"
    )
    key = Report._meta.pk.get_db_prep_value
    parameters = [(*values, key(claim.report_id, connection), claim.fence) for *values, claim in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, parameters)
        return int(cursor.rowcount)


def hand_back(claims: Sequence[Claim], *, counted: bool = False) -> None:
    """Make claimed reports pending again; unless `counted`, as if the attempt had never begun."""
    for one in claims:
        Report.objects.filter(id=one.report_id, fence=one.fence, state=State.RUNNING).update(
            state=State.PENDING, lease_until=None, attempts=one.attempt if counted else one.attempt - 1
        )


def retry(submission_id: UUID) -> int:
    """Make what failed in a submission pending again, and with it the class report; returns how many had failed."""
    reports = Report.objects.filter(submission=submission_id)
    anew: dict[str, Any] = {"state": State.PENDING, "attempts": 0, "error": "", "lease_until": None}
    with transaction.atomic():
        failed = reports.filter(state=State.FAILURE).update(**anew)
        if failed:
            reports.filter(kind=Report.Kind.CLASS, state=State.SUCCESS).update(**anew)
    return failed


def give_up_exhausted() -> int:
    """FAILURE for every report whose last attempt ran out with no word from its worker; returns how many."""
    reason = (
        f"The worker was lost {MAX_ATTEMPTS} times while making this report, so it was given up. "
        "Submit the same body again to try once more; if it fails again, report it with the task_id."
    )
    spent = Report.objects.filter(state=State.RUNNING, lease_until__lt=Now(), attempts__gte=MAX_ATTEMPTS)
    return spent.update(state=State.FAILURE, error=reason, lease_until=None, finished_at=Now())


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.FEEDBACK_LEASE_SECONDS)
