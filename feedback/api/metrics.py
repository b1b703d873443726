"""GET /metrics: how the service is doing, in Prometheus' words. The tables say so, so any web process can be asked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Now
from django.http import HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from rest_framework.request import Request

from feedback.api import traffic
from feedback.api.kept import Kept
from feedback.api.views import ContractView
from feedback.contract.states import State
from feedback.queue import doorbell, stall
from feedback.rendering import renderer_version
from feedback.store.models import MAX_ATTEMPTS, UNFINISHED, Document, Leftover
from feedback.store.webhooks import WebhookDelivery
from feedback.submissions.mail import outbox as mails
from feedback.submissions.models import Tally, WebhookTally
from feedback.submissions.webhooks import outbox as webhooks

WINDOW = timedelta(minutes=5)
QUANTILES = (0.5, 0.95, 1.0)


class MetricsView(ContractView):
    def get(self, request: Request) -> HttpResponse:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return HttpResponse(encode(_registry), content_type=content_type)


class Tables(Collector):
    """Everything there is to know, kept for a while: what is unfinished may be much."""

    def __init__(self) -> None:
        self._kept = Kept(_read)
        self.forget = self._kept.forget

    def describe(self) -> Iterable[Metric]:
        return ()  # else it would be collected when it is registered, before there is a database

    def collect(self) -> Iterator[Metric]:
        yield _build()
        yield from self._kept()


def _read() -> list[Metric]:
    return [*_reports(), *_queues(), *_erasing(), *_webhooks(), *_mails(), *_seconds()]


def _build() -> Metric:
    labels = {"version": version("feedback-generator"), "renderer": renderer_version()}
    return InfoMetricFamily("feedback_build", "What answers.", value=labels)


def _reports() -> Iterator[Metric]:
    """Unfinished reports by a partial index, finished ones from the kept numbers: no whole table is counted."""
    states = GaugeMetricFamily("feedback_reports", "Unfinished reports, class reports too.", labels=("state", "format"))
    attempts = GaugeMetricFamily(
        "feedback_unfinished_reports", "Reports to be made, by the attempts behind them.", labels=("attempts",)
    )
    unfinished = Document.objects.filter(state__in=UNFINISHED)
    behind = dict.fromkeys(range(MAX_ATTEMPTS + 1), 0)
    for state, format_, number, found in unfinished.values_list("state", "task__format", "attempts").annotate(
        number=Count("pk")
    ):
        states.add_metric((state, format_), found)
        behind[number] += found
    for number, found in behind.items():
        attempts.add_metric((str(number),), found)
    yield from (states, attempts, *_finished())


def _finished() -> Iterator[Metric]:
    finished = CounterMetricFamily(
        "feedback_reports_finished",
        "Reports that were made or given up, class reports too.",
        labels=("state", "format"),
    )
    claims = CounterMetricFamily("feedback_claims", "Attempts that finished reports took.", labels=())
    expiries = CounterMetricFamily(
        "feedback_lease_expiries", "Those of them whose worker was lost or frozen.", labels=()
    )
    for tally in Tally.objects.all():
        finished.add_metric((tally.state, tally.format), tally.reports)
    sums = Tally.objects.aggregate(claims=Sum("attempts"), expiries=Sum("lease_expiries"))
    claims.add_metric((), sums["claims"] or 0)
    expiries.add_metric((), sums["expiries"] or 0)
    yield from (finished, claims, expiries)


def _queues() -> Iterator[Metric]:
    due = GaugeMetricFamily("feedback_due_reports", "Reports that could be made now.", labels=("queue",))
    oldest = GaugeMetricFamily("feedback_oldest_due_seconds", "For how long the oldest is due.", labels=("queue",))
    running = GaugeMetricFamily("feedback_running_reports", "Reports that a worker is at.", labels=("queue",))
    for queue in stall.queues():
        due.add_metric((queue.name,), queue.ready)
        oldest.add_metric((queue.name,), queue.oldest_due_seconds)
        running.add_metric((queue.name,), queue.running)
    yield from (due, oldest, running)
    if (rejected := doorbell.rejected()) is not None:
        yield CounterMetricFamily(
            "feedback_rejected_messages", "Messages in the broker that were none of ours.", rejected
        )


def _erasing() -> Iterator[Metric]:
    """By the oldest note alone: how many there are would have to be counted."""
    oldest = Leftover.objects.order_by("pk").annotate(age=Now() - F("noted_at")).values_list("age", flat=True).first()
    yield GaugeMetricFamily(
        "feedback_oldest_leftover_seconds",
        "For how long an object of an erased or replaced document is still in the object store.",
        oldest.total_seconds() if oldest else 0.0,
    )


def _webhooks() -> Iterator[Metric]:
    """What waits by a partial index, what ended from the kept numbers."""
    ended = CounterMetricFamily("feedback_webhook_deliveries", "Deliveries that ended so.", labels=("outcome",))
    tries = CounterMetricFamily("feedback_webhook_attempts", "Tries that these took.", labels=("outcome",))
    found = {tally.progress: tally for tally in WebhookTally.objects.all()}
    for outcome in (WebhookDelivery.Progress.DELIVERED, WebhookDelivery.Progress.FAILED):
        ended.add_metric((outcome,), found[outcome].deliveries if outcome in found else 0)
        tries.add_metric((outcome,), found[outcome].attempts if outcome in found else 0)
    number, oldest = webhooks.waiting()
    yield from (ended, tries)
    yield GaugeMetricFamily("feedback_webhook_waiting", "Deliveries that are still to be made.", number)
    yield GaugeMetricFamily("feedback_webhook_oldest_seconds", "For how long the oldest of them waits.", oldest)


def _mails() -> Iterator[Metric]:
    number, failures = mails.standing()
    yield GaugeMetricFamily("feedback_mails_waiting", "Mails to students that are still to be sent.", number)
    yield GaugeMetricFamily(
        "feedback_mail_server_failures", "How often in a row the mail server could not be reached.", failures
    )


def _seconds() -> Iterator[Metric]:
    """How long it took to make and to deliver what was finished in the last five minutes."""
    recent = Document.objects.filter(state=State.SUCCESS, finished_at__gt=Now() - WINDOW)
    delivery = F("finished_at") - F("task__created_at")
    made: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for format_, kind, render, whole in recent.values_list("task__format", "kind", "render_seconds", delivery):
        made[format_, kind].append((render or 0.0, whole.total_seconds()))
    names = ("feedback_render_seconds", "feedback_delivery_seconds")
    texts = ("To make a report, in the last 5 minutes.", "From the POST to the stored report, in the last 5 minutes.")
    for index, (name, text) in enumerate(zip(names, texts, strict=True)):
        family = GaugeMetricFamily(name, text, labels=("format", "kind", "quantile"))
        for labels, pairs in made.items():
            ordered = sorted(pair[index] for pair in pairs)
            for quantile in QUANTILES:
                family.add_metric((*labels, str(quantile)), _at(ordered, quantile))
        yield family


def _at(ordered: list[float], quantile: float) -> float:
    """The nearest-rank quantile of values in ascending order, at least one."""
    return ordered[min(int(quantile * len(ordered)), len(ordered) - 1)]


tables = Tables()


def _new_registry() -> Any:
    registry = CollectorRegistry()
    registry.register(tables)
    traffic.register(registry)
    return registry


_registry = _new_registry()
