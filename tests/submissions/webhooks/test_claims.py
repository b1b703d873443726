"""The outbox's claims and records, made by hand: what is due when, to whom a try belongs, and what is pruned."""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.api.metrics import tables
from feedback.store.models import Task
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions import tallies
from feedback.submissions.models import WebhookTally
from feedback.submissions.webhooks import endpoints, messages, outbox
from feedback.submissions.webhooks.answers import Answer
from tests.harness.in_process import Submit, class_of, work_off
from tests.harness.locks import at_work, until_waited_for
from tests.submissions.webhooks.conftest import finish, progress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_network")]


def test_the_body_stays_as_it_was_where_a_student_is_erased_between_two_tries(client: Client, submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    submit("html", class_of(3))
    work_off()
    bodies = []
    for number in range(2):
        [claimed] = outbox.claim(1, Counter())
        bodies.append(messages.body(claimed))
        outbox.record(claimed, Answer(500, "answered 500"))
        assert client.delete(f"/students?student_id=student-{number}").status_code == 204
        WebhookDelivery.objects.update(due_at=Now())
    assert Task.objects.get().upload.students == 1
    assert bodies[0] == bodies[1]
    assert b'"students":3' in bodies[0]


def test_the_pause_is_that_of_the_try_up_to_a_fifth_longer_and_not_before_retry_after(
    submit: Submit, settings: Settings
) -> None:
    settings.FEEDBACK_WEBHOOK_RETRY_SECONDS = [0, 100, 1_000]
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit)
    for attempt, (answer, least, most) in enumerate(
        [(Answer(500, "answered 500"), 100, 120), (Answer(429, "answered 429", retry_after=5_000), 5_000, 5_000)], 1
    ):
        WebhookDelivery.objects.update(due_at=Now())
        [claimed] = outbox.claim(1, Counter())
        assert claimed.attempts == attempt
        outbox.record(claimed, answer)
        [(tried_at, due_at, now)] = WebhookDelivery.objects.annotate(now=Now()).values_list("tried_at", "due_at", "now")
        assert tried_at
        assert (due_at - tried_at).total_seconds() >= least
        assert (due_at - now).total_seconds() <= most


def test_an_endpoint_that_asks_for_time_is_left_alone_with_all_that_waits_for_it(submit: Submit) -> None:
    endpoint, other = (WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"") for _ in range(2))
    finish(submit, 3)
    first = outbox.claim(1, Counter())[0]
    outbox.record(first, Answer(429, "answered 429", retry_after=3_600))
    left = Counter(one.endpoint_id for one in outbox.claim(32, Counter()))
    spared = first.endpoint
    assert left == {(other if spared == endpoint else endpoint).pk: 3}

    endpoints.disable(spared)
    endpoints.enable(spared)
    assert endpoints.replay(spared.deliveries.all()) == 3
    assert {one.endpoint for one in outbox.claim(32, Counter())} == {spared}, "who is enabled again is told at once"


def test_a_success_ends_the_time_that_an_endpoint_asked_for(submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit, 3)
    asked, well = outbox.claim(2, Counter())
    outbox.record(asked, Answer(503, "answered 503", retry_after=3_600))
    assert outbox.claim(32, Counter()) == []
    outbox.record(well, Answer(200, "answered 200"))
    assert len(outbox.claim(32, Counter())) == outbox.AT_ONCE - 3


def test_while_an_endpoint_fails_one_delivery_at_a_time_is_tried(submit: Submit) -> None:
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"", failures=1)
    finish(submit, 6)
    under_way = Counter[UUID]()
    assert len(outbox.claim(32, under_way)) == outbox.AT_ONCE_WHILE_FAILING

    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=0)
    assert len(outbox.claim(32, under_way)) == outbox.AT_ONCE
    assert outbox.claim(0, under_way) == []


def test_a_claim_that_is_lost_is_due_again_when_its_lease_runs_out_and_its_record_is_refused(submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit)
    nothing = Counter[UUID]()
    [lost] = outbox.claim(1, nothing)
    assert outbox.claim(1, nothing) == []
    WebhookDelivery.objects.update(due_at=Now())
    [successor] = outbox.claim(1, nothing)
    assert (successor.message_id, successor.attempts) == (lost.message_id, 2)

    outbox.record(lost, Answer(500, "answered 500"))
    assert progress() == [("waiting", 2, "")]
    outbox.record(successor, Answer(200, "answered 200"))
    outbox.record(lost, Answer(410, "answered 410", wants_no_more=True))
    assert progress() == [("delivered", 2, "answered 200")]
    assert WebhookEndpoint.objects.get().disabled_at is None


def test_what_came_of_a_try_from_before_a_replay_is_not_taken_for_the_new_ones(submit: Submit) -> None:
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit)
    [hanging] = outbox.claim(1, Counter())
    endpoints.disable(endpoint)
    endpoints.enable(endpoint)
    endpoints.replay(endpoint.deliveries.all())
    [again] = outbox.claim(1, Counter())
    assert (again.attempts, hanging.attempts) == (1, 1)
    outbox.record(hanging, Answer(410, "answered 410", wants_no_more=True))
    assert progress() == [("waiting", 1, "not called: disabled by manage.py")]

    outbox.record(again, Answer(204, "answered 204"))
    assert progress() == [("delivered", 1, "answered 204")]


def test_a_failed_try_and_an_operator_who_disables_do_not_wait_for_each_other(submit: Submit) -> None:
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit, 2)
    tried = outbox.claim(2, Counter())
    with ExitStack() as threads, transaction.atomic():
        WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)  # as far as `disable` is for a moment
        threads.enter_context(at_work(lambda: outbox.record(tried[0], Answer(500, "answered 500"))))
        until_waited_for(connection.connection)
        endpoints.disable(endpoint)

    assert [(state, answer) for state, _, answer in progress()] == [("failed", "not called: disabled by manage.py")] * 2


def test_two_tries_that_are_answered_410_at_the_same_time_do_not_wait_for_each_other(submit: Submit) -> None:
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit, 2)
    gone = Answer(410, "answered 410", wants_no_more=True)
    tried = outbox.claim(2, Counter())
    with ExitStack() as threads, transaction.atomic():
        WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        threads.enter_context(at_work(*(partial(outbox.record, one, gone) for one in tried)))
        until_waited_for(connection.connection, times=2)

    assert [state for state, *_ in progress()] == ["failed"] * 2
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None


def test_deliveries_are_counted_once_and_shown(client: Client, submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit, 3)
    [first] = outbox.claim(1, Counter())
    outbox.record(first, Answer(200, "answered 200"))
    [second] = outbox.claim(1, Counter())
    outbox.record(second, Answer(410, "answered 410", wants_no_more=True))
    endpoints.enable(WebhookEndpoint.objects.get())
    WebhookDelivery.objects.filter(progress="failed").exclude(pk=second.pk).update(progress="waiting", ended_at=None)
    for _ in range(2):
        tallies.tally(timedelta())
    tables.forget()
    shown = client.get("/metrics").text

    assert {row.progress: (row.deliveries, row.attempts) for row in WebhookTally.objects.all()} == {
        "delivered": (1, 1),
        "failed": (1, 1),
    }
    assert 'feedback_webhook_deliveries_total{outcome="delivered"} 1.0' in shown
    assert 'feedback_webhook_deliveries_total{outcome="failed"} 1.0' in shown
    assert "feedback_webhook_waiting 1.0" in shown
    [oldest] = [line for line in shown.splitlines() if line.startswith("feedback_webhook_oldest_seconds ")]
    assert float(oldest.split()[1]) > 0


def test_what_ended_long_ago_is_forgotten_and_what_waits_is_not(submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit, 2)
    [first] = outbox.claim(1, Counter())
    outbox.record(first, Answer(200, "answered 200"))
    assert outbox.prune() == 0
    WebhookDelivery.objects.update(happened_at=Now() - timedelta(days=90))
    WebhookDelivery.objects.filter(pk=first.pk).update(ended_at=Now() - timedelta(days=31))

    assert outbox.prune() == 1
    assert progress() == [("waiting", 0, "")]
