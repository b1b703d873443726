"""The outbox as a queue: which deliveries are due, claimed with a lease, and what came of each try.

All times are the database's. Claims are numbered: a worker that was taken over writes nothing down.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import Now

from feedback.store.small import small
from feedback.store.webhooks import ANSWER_CHARACTERS, WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import endpoints
from feedback.submissions.webhooks.answers import WHOLE_SECONDS, Answer

log = structlog.stdlib.get_logger(__name__)

Progress = WebhookDelivery.Progress
# Of one endpoint at a time, in one worker process: so few that one which hangs leaves the other slots to the others,
# and of an endpoint whose last try failed only one.
AT_ONCE, AT_ONCE_WHILE_FAILING = 4, 1
# The time of a try and of its record.
LEASE = timedelta(seconds=WHOLE_SECONDS + 5)
_JITTER = 0.2
# Of one prune: what is left over is for the next.
_PRUNED_AT_ONCE = 10_000


def claim(free: int, under_way: Counter[UUID]) -> list[WebhookDelivery]:
    """Take up to `free` due deliveries, each endpoint's oldest first; `under_way` counts those of this process.

    They are due again when the lease runs out: a try whose worker is lost is made again, under the same id.
    """
    found: list[WebhookDelivery] = []
    for endpoint, failures in list(_with_work()) if free else ():
        at_once = AT_ONCE_WHILE_FAILING if failures else AT_ONCE
        room = min(free - len(found), at_once - under_way[endpoint])
        if room > 0:
            found += _take(endpoint, room)
    return found


def _with_work() -> Iterator[tuple[UUID, int]]:
    """The endpoints that have something due, the longest due first, with their failures since the last success.

    An endpoint that has asked for time is left alone with all that waits for it.
    """
    may_be_called = Q(endpoint__next_at=None) | Q(endpoint__next_at__lte=Now())
    due = WebhookDelivery.objects.filter(may_be_called, progress=Progress.WAITING, due_at__lte=Now())
    endpoints_ = due.values_list("endpoint", "endpoint__failures").annotate(since=Min("due_at")).order_by("since")
    return ((endpoint, failures) for endpoint, failures, _ in endpoints_)


def _take(endpoint: UUID, most: int) -> list[WebhookDelivery]:
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(endpoint=endpoint, progress=Progress.WAITING, due_at__lte=Now())
        locked = due.order_by("due_at").select_for_update(skip_locked=True)
        ids = list(locked.values_list("pk", flat=True)[:most])
        WebhookDelivery.objects.filter(pk__in=ids).update(
            attempts=F("attempts") + 1, claims=F("claims") + 1, due_at=Now() + LEASE, tried_at=Now()
        )
    taken = small(WebhookDelivery.objects.filter(pk__in=ids), "endpoint", "task__upload")
    return list(taken.order_by("happened_at"))


def record(delivery: WebhookDelivery, answer: Answer) -> None:
    """Write down what came of a try, and when the next is due, if any."""
    pause = None if answer.is_success or answer.wants_no_more else _pause(delivery.attempts, answer)
    changes: dict[str, Any] = {"answer": answer.words[:ANSWER_CHARACTERS]}
    if pause is None:
        ended = Progress.DELIVERED if answer.is_success else Progress.FAILED
        changes |= {"progress": ended, "ended_at": Now()}
    else:
        changes |= {"due_at": Now() + timedelta(seconds=pause)}
    held = WebhookDelivery.objects.filter(pk=delivery.pk, claims=delivery.claims, progress=Progress.WAITING)
    with transaction.atomic():
        is_noted = _is_news(delivery.endpoint, answer)
        if held.update(**changes) and is_noted:
            _note(delivery.endpoint, answer)
    _say(delivery, answer, pause)


def _is_news(endpoint: WebhookEndpoint, answer: Answer) -> bool:
    """Whether an answer changes what is known of its endpoint, whose row is then locked: before the delivery's.

    A success of an endpoint that has not failed is none, so that deliveries which go well do not wait for each other.
    """
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if answer.is_success and not row.filter(failures__gt=0).exists():
        return False
    return row.select_for_update(no_key=True).first() is not None


def _pause(attempts: int, answer: Answer) -> float | None:
    """By the number of tries behind it, up to a fifth longer, and never before the endpoint wants it; None: no more."""
    pauses = settings.FEEDBACK_WEBHOOK_RETRY_SECONDS
    if attempts >= len(pauses):
        return None
    stretched = pauses[attempts] * random.uniform(1, 1 + _JITTER)  # noqa: S311 - so that not all come at once
    return max(stretched, answer.retry_after)


def _note(endpoint: WebhookEndpoint, answer: Answer) -> None:
    """What a try says of its endpoint, whose row is locked."""
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if answer.is_success:
        row.update(failures=0, next_at=None)
        return
    asked = {"next_at": Now() + timedelta(seconds=answer.retry_after)} if answer.retry_after else {}
    row.update(failures=F("failures") + 1, **asked)
    if answer.status == HTTPStatus.GONE:
        endpoints.disable(endpoint, "the endpoint answered 410: it wants no more", by="the endpoint")


def _say(delivery: WebhookDelivery, answer: Answer, pause: float | None) -> None:
    """Nothing of the URL, which may hold a secret, and nothing of what the endpoint says."""
    about = {
        "message_id": delivery.message_id,
        "task_id": str(delivery.task_id),
        "endpoint_id": str(delivery.endpoint_id),
        "status": answer.status,
        "attempt": delivery.attempts,
    }
    if answer.is_success:
        log.info("a webhook was delivered", **about)
    elif pause is None:
        log.warning("a webhook was given up", **about)
    else:
        log.info("a webhook will be tried again", seconds=round(pause), **about)


def waiting() -> tuple[int, float]:
    """How many deliveries wait, and for how many seconds the oldest event has."""
    age = ExpressionWrapper(Now() - Min("happened_at"), output_field=DurationField())
    found = WebhookDelivery.objects.filter(progress=Progress.WAITING).aggregate(number=Count("pk"), age=age)
    return found["number"], max(found["age"].total_seconds(), 0.0) if found["age"] else 0.0


def prune() -> int:
    """Forget deliveries that ended more than FEEDBACK_WEBHOOK_DAYS ago; returns how many."""
    old = Q(ended_at__lt=Now() - timedelta(days=settings.FEEDBACK_WEBHOOK_DAYS))
    ids = list(WebhookDelivery.objects.filter(old).values_list("pk", flat=True)[:_PRUNED_AT_ONCE])
    return WebhookDelivery.objects.filter(pk__in=ids).delete()[0] if ids else 0
