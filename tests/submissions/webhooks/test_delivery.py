"""The outbox is worked off: signed, retried, by slots that one endpoint cannot fill, and by a thread that ends."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.testing import capture_logs

from feedback.store.models import Task
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import deliverer, endpoints, messages, outbox
from feedback.submissions.webhooks.deliverer import Deliverer
from tests.harness.in_process import Submit, class_of, student, work_off
from tests.harness.receiver import Received, Receiver, answering, hanging
from tests.harness.waiting import until
from tests.submissions.webhooks.conftest import ended, finish, progress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_network")]


@pytest.mark.usefixtures("delivering")
def test_an_event_arrives_signed_and_thin(submit: Submit, receiver: Receiver) -> None:
    _, secret = endpoints.create(receiver.url, owner="")
    address = submit("html", class_of(3))
    work_off()
    until(ended(), "a delivery")

    [received] = receiver.received
    task = Task.objects.get()
    finished = WebhookDelivery.objects.get().happened_at
    event = received.verified(secret)
    assert datetime.fromisoformat(event.pop("timestamp")) == finished
    assert event == {
        "type": "task.completed",
        "data": {
            "task_id": str(task.id),
            "format": "html",
            "status": "SUCCESS",
            "is_class": True,
            "students": 3,
            "failed": 0,
            "link": address,
        },
    }
    assert received.id == WebhookDelivery.objects.get().message_id
    assert received.headers["content-type"] == "application/json"
    assert progress() == [("delivered", 1, "answered 204")]


def test_a_link_is_absolute_where_the_service_knows_its_address(submit: Submit, settings: Settings) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    finish(submit)
    found, path = WebhookDelivery.objects.get(), f"/assignment/html/{Task.objects.get().id}"

    settings.FEEDBACK_PATH_PREFIX = "/feedback"
    assert f'"link":"/feedback{path}"' in messages.body(found).decode()
    settings.FEEDBACK_PUBLIC_URL = "https://example.edu/feedback"
    assert f'"link":"https://example.edu/feedback{path}"' in messages.body(found).decode()


@pytest.mark.usefixtures("delivering")
def test_a_failed_try_is_made_again_under_the_same_id_with_the_same_body(submit: Submit, receiver: Receiver) -> None:
    answers = [answering(500), answering(302), answering(200)]

    def in_turn(received: Received, handler: BaseHTTPRequestHandler) -> None:
        answers[len(receiver.received) - 1](received, handler)

    receiver.answer = in_turn
    _, secret = endpoints.create(receiver.url, owner="")
    finish(submit)
    until(ended(), "a delivery")

    assert progress() == [("delivered", 3, "answered 200")]
    assert list(receiver.times().values()) == [3]
    assert len({one.body for one in receiver.received}) == 1
    for one in receiver.received:
        one.verified(secret)


@pytest.mark.usefixtures("delivering")
def test_after_the_last_try_it_has_failed(submit: Submit, receiver: Receiver) -> None:
    receiver.answer = answering(500)
    endpoints.create(receiver.url, owner="")
    finish(submit)
    until(ended(), "the end of the tries")

    assert progress() == [("failed", 3, "answered 500")]
    assert WebhookEndpoint.objects.get().failures == 3


@pytest.mark.usefixtures("delivering")
def test_410_disables_the_endpoint_and_ends_what_waits_for_it(submit: Submit, receiver: Receiver) -> None:
    all_wait = threading.Event()

    def gone(received: Received, handler: BaseHTTPRequestHandler) -> None:
        assert all_wait.wait(60), "an endpoint that is disabled is told of nothing that finishes later"
        answering(410)(received, handler)

    receiver.answer = gone
    endpoint, _ = endpoints.create(receiver.url, owner="")
    finish(submit, 3)
    all_wait.set()
    until(ended(3), "the end of all")

    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert "410" in endpoint.disabled_because
    assert {state for state, *_ in progress()} == {"failed"}
    before = len(receiver.received)
    submit("html", student("later"))
    work_off()
    assert WebhookDelivery.objects.count() == 3
    assert len(receiver.received) == before


@pytest.mark.usefixtures("delivering")
def test_for_a_day_after_a_rotation_both_secrets_verify(submit: Submit, receiver: Receiver) -> None:
    endpoint, former = endpoints.create(receiver.url, owner="")
    secret = endpoints.rotate(endpoint)
    finish(submit)
    until(ended(), "a delivery")
    [received] = receiver.received
    assert received.verified(former) == received.verified(secret)
    assert received.headers["webhook-signature"].count("v1,") == 2

    WebhookEndpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    endpoints.replay(WebhookDelivery.objects.all())
    until(lambda: len(receiver.received) == 2, "a replay")
    assert receiver.received[1].verified(secret)
    with pytest.raises(WebhookVerificationError):
        receiver.received[1].verified(former)


def test_the_secret_is_kept_in_no_readable_form(receiver: Receiver) -> None:
    endpoint, secret = endpoints.create(receiver.url, owner="")
    stored = WebhookEndpoint.objects.values().get()

    assert secret.removeprefix("whsec_") not in str(stored)
    assert Webhook(secret)._whsecret not in bytes(stored["secret"])
    endpoints.rotate(endpoint)
    stored = WebhookEndpoint.objects.values().get()
    assert stored["previous_secret"] == endpoint.secret, "kept as it was, encrypted"
    assert stored["secret"] != endpoint.secret


@pytest.mark.usefixtures("delivering")
def test_a_secret_of_another_secret_key_is_said_and_mended_by_a_rotation(
    submit: Submit, receiver: Receiver, settings: Settings
) -> None:
    settings.FEEDBACK_WEBHOOK_RETRY_SECONDS = [0]
    endpoint, _ = endpoints.create(receiver.url, owner="")
    settings.SECRET_KEY = "another"
    finish(submit)
    until(ended(), "the end of the tries")
    [(state, _, answer)] = progress()
    assert (state, "feedback manage webhook rotate" in answer) == ("failed", True)
    assert receiver.received == []

    secret = endpoints.rotate(endpoint)
    endpoints.replay(WebhookDelivery.objects.all())
    until(lambda: bool(receiver.received), "a replay")
    assert receiver.received[0].verified(secret)


@pytest.mark.usefixtures("unhurried", "delivering")
def test_an_endpoint_that_hangs_costs_another_nothing(submit: Submit, receiver: Receiver) -> None:
    with hanging() as silent:
        stuck, _ = endpoints.create(silent.url, owner="")
        well, _ = endpoints.create(receiver.url, owner="")
        finish(submit, 40)
        until(lambda: len(receiver.times()) == 40, "all of the other's")
        assert len(silent.received) == outbox.AT_ONCE, "no more slots than an endpoint may have"
        assert stuck.deliveries.filter(progress="waiting").count() == 40
        assert well.deliveries.filter(attempts=1).count() == 40


@pytest.mark.usefixtures("unhurried", "delivering")
def test_reports_are_made_while_every_slot_hangs(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "SLOTS", 2)
    with hanging() as silent:
        endpoints.create(silent.url, owner="")
        finish(submit, 3)
        until(lambda: len(silent.received) == deliverer.SLOTS, "a slot of each that hangs")
        submit("html", student("meanwhile"))
        work_off()

        assert Task.objects.filter(documents__state="SUCCESS").count() == 4
        assert Counter(attempts for _, attempts, _ in progress()) == {1: deliverer.SLOTS, 0: 2}


@pytest.mark.usefixtures("delivering")
def test_two_deliverers_at_one_outbox_send_each_event_once(submit: Submit, receiver: Receiver) -> None:
    second = Deliverer()
    second.start()
    endpoints.create(receiver.url, owner="")
    finish(submit, 40)
    until(ended(40), "all deliveries")
    second.begin_stop()
    second.finish(120)

    assert sorted(receiver.times().values()) == [1] * 40
    assert {one.event["data"]["task_id"] for one in receiver.received} == {str(one.id) for one in Task.objects.all()}


@pytest.mark.usefixtures("delivering")
def test_neither_log_nor_message_names_a_student_or_the_address(submit: Submit, receiver: Receiver) -> None:
    endpoints.create(f"{receiver.url}?token=sesame", owner="")
    with capture_logs() as lines:
        submit("html", student("lovelace-1815"))
        work_off()
        until(ended(), "a delivery")
        until(lambda: any(line["event"] == "a webhook was delivered" for line in lines), "a line in the log")

    assert receiver.received[0].path.endswith("sesame")
    said = str(lines) + str([(one.headers, one.body) for one in receiver.received])
    assert "lovelace" not in said
    assert "sesame" not in str(lines)


def test_a_deliverer_that_stops_records_what_is_under_way(submit: Submit, receiver: Receiver) -> None:
    def slowly(received: Received, handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.5)
        answering(204)(received, handler)

    receiver.answer = slowly
    endpoints.create(receiver.url, owner="")
    found = Deliverer()
    found.start()
    finish(submit)
    until(lambda: bool(receiver.received), "a try")
    found.begin_stop()
    found.finish(120)

    assert progress() == [("delivered", 1, "answered 204")]


@pytest.mark.usefixtures("unhurried")
def test_a_stop_cuts_an_endpoint_that_hangs_quietly_and_records_what_has_ended(
    submit: Submit, receiver: Receiver
) -> None:
    with hanging() as silent, capture_logs() as lines:
        stuck, _ = endpoints.create(silent.url, owner="")
        well, _ = endpoints.create(receiver.url, owner="")
        found = Deliverer()
        found.start()
        finish(submit)
        until(lambda: bool(silent.received and receiver.received), "both tries")
        found.begin_stop()
        until(ended(), "a record")
        found.finish(0)

    assert [line for line in lines if line["log_level"] == "error"] == []
    assert not any(thread.name.startswith("webhooks") for thread in threading.enumerate())
    assert well.deliveries.get().progress == "delivered"
    assert (stuck.deliveries.get().progress, stuck.deliveries.get().attempts) == ("waiting", 1), "others try it again"


def test_a_network_that_cannot_begin_holds_no_slot(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self) -> None:
            raise OSError("no more threads")

    monkeypatch.setattr(deliverer, "_Network", Broken)
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    with capture_logs() as lines:
        found = Deliverer()
        found.start()
        finish(submit)
        until(lambda: any(line["event"] == "webhooks could not be delivered" for line in lines), "a fault")
        found.begin_stop()
        found.finish(60)
    assert not any(thread.name == "webhooks" for thread in threading.enumerate())


@pytest.mark.usefixtures("delivering")
def test_a_fault_of_ours_is_a_failed_try_and_ends_no_thread(
    submit: Submit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults = messages.body, [ValueError("a bug")]

    def body(delivery: WebhookDelivery) -> bytes:
        if faults:
            raise faults.pop()
        return real(delivery)

    monkeypatch.setattr(messages, "body", body)
    endpoints.create(receiver.url, owner="")
    finish(submit)
    until(ended(), "a delivery")

    assert progress() == [("delivered", 2, "answered 204")]
