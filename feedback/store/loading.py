"""What a worker loads by ids. The queries are compiled once: Django takes longer to write one than to run it."""

import functools
from collections.abc import Collection
from uuid import UUID

from feedback.db.compiled_query import CompiledQuery, padded, places
from feedback.store.models import Report, Submission


def submission(submission_id: UUID) -> Submission | None:
    """None where it was erased."""
    return submissions([submission_id]).get(submission_id)


def submissions(ids: Collection[UUID]) -> dict[UUID, Submission]:
    """Those that still are, by id; one query."""
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    return {found.id: found for found in _of(len(wanted)).rows(values)}


@functools.cache
def _of(number: int) -> CompiledQuery[Submission]:
    return CompiledQuery(Submission.objects.filter(pk__in=places(number)))


def payloads(ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The logs that reports are made from, by the report's id, those that still are; b"" for a class report."""
    if not ids:
        return {}
    wanted = padded(ids)
    values = dict(zip(places(len(wanted)), wanted, strict=True))
    return {found.id: bytes(found.payload) for found in _payloads_of(len(wanted)).rows(values)}


@functools.cache
def _payloads_of(number: int) -> CompiledQuery[Report]:
    return CompiledQuery(Report.objects.filter(pk__in=places(number)).only("pk", "payload"), binary=True)
