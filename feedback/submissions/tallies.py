"""Counting what was finished and delivered, once and for good: counters for `/metrics` that erasures do not lower."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Now

from feedback.contract.states import State
from feedback.store.models import Document
from feedback.store.webhooks import WebhookDelivery
from feedback.submissions.models import Tallied, Tally, WebhookTally

# A report is counted this long after it was finished: by then the transaction that wrote its time has ended.
LAG = timedelta(seconds=15)
_ROW = 1


def tally(lag: timedelta = LAG) -> int:
    """Count what was finished since the last tally, by an index on its time; returns how many reports.

    Of several sweeps at once one counts and the others wait for its row, so that nothing is counted twice. What is
    erased or submitted again less than `lag` after it was finished is not counted.
    """
    with transaction.atomic():
        Tallied.objects.bulk_create([Tallied(id=_ROW)], ignore_conflicts=True)
        last = Tallied.objects.select_for_update().annotate(end=Now() - lag).get(id=_ROW)
        rows = list(_finished(_within("finished_at", last.until, last.end)))
        for row in rows:
            _add(row)
        for row in _delivered(_within("ended_at", last.until, last.end)):
            _add_deliveries(row)
        Tallied.objects.filter(id=_ROW).update(until=last.end)
    return sum(row["reports"] for row in rows)


def _within(field: str, begin: datetime | None, end: datetime) -> Q:
    return Q((f"{field}__lte", end)) & (Q((f"{field}__gt", begin)) if begin else Q())


def _finished(since: Q) -> Any:
    """A row for each state and format that anything was finished in."""
    finished = Document.objects.filter(since, state__in=[State.SUCCESS, State.FAILURE])
    return finished.values("state", format=F("task__format")).annotate(
        reports=Count("pk"), tries=Sum("attempts"), lost=Sum("lease_expiries")
    )


def _add(row: dict[str, Any]) -> None:
    counted, _ = Tally.objects.get_or_create(state=row["state"], format=row["format"])
    Tally.objects.filter(pk=counted.pk).update(
        reports=F("reports") + row["reports"],
        attempts=F("attempts") + row["tries"],
        lease_expiries=F("lease_expiries") + row["lost"],
    )


def _delivered(since: Q) -> Any:
    """A row for each way in which deliveries of webhooks ended."""
    ended = WebhookDelivery.objects.filter(since).exclude(progress=WebhookDelivery.Progress.WAITING)
    return ended.values("progress").annotate(deliveries=Count("pk"), tries=Sum("attempts"))


def _add_deliveries(row: dict[str, Any]) -> None:
    counted, _ = WebhookTally.objects.get_or_create(progress=row["progress"])
    WebhookTally.objects.filter(pk=counted.pk).update(
        deliveries=F("deliveries") + row["deliveries"], attempts=F("attempts") + row["tries"]
    )
