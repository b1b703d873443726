"""Endpoints on this machine, and deliveries that are tried again at once."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from feedback.store.webhooks import WebhookDelivery
from feedback.submissions.webhooks import deliverer, sending
from feedback.submissions.webhooks.deliverer import Deliverer
from tests.harness.in_process import Submit, student, work_off
from tests.harness.receiver import Receiver


@pytest.fixture
def own_network(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may call its own machine, and tries again at once."""
    settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE = True
    settings.FEEDBACK_WEBHOOK_RETRY_SECONDS = [0, 0.1, 0.1]
    monkeypatch.setattr(deliverer, "LOOK_SECONDS", 0.05)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No try of an endpoint that hangs is cut before the test ends."""
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 600.0)


@pytest.fixture
def delivering(own_network: None) -> Iterator[Deliverer]:  # noqa: ARG001 - must be permitted
    found = Deliverer()
    found.start()
    yield found
    found.begin_stop()
    found.finish(120)


def progress() -> list[tuple[str, int, str]]:
    """(progress, attempts, answer) of all deliveries, in their order."""
    found = WebhookDelivery.objects.order_by("happened_at", "pk")
    return list(found.values_list("progress", "attempts", "answer"))


def ended(number: int = 1) -> Callable[[], bool]:
    return lambda: WebhookDelivery.objects.exclude(progress="waiting").count() == number


def finish(submit: Submit, number: int = 1) -> None:
    for one in range(number):
        submit("html", student(f"student-{one}"))
    work_off()
