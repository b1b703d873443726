"""The page of deliveries: what one may see of them, and sending one again."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from feedback.access.models import AuditEntry, Grant
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from tests.harness.in_process import Submit, class_of, student, work_off


@pytest.fixture
def delivery(submit: Submit) -> WebhookDelivery:
    WebhookEndpoint.objects.create(url="https://hooks.example/secret-path?token=sesame", secret=b"")
    submit("html", class_of(2))
    work_off()
    WebhookDelivery.objects.update(progress="failed", attempts=10, answer="answered 500")
    return WebhookDelivery.objects.get()


def person(settings: Settings, **grant: object) -> Client:
    settings.FEEDBACK_AUTH = "keys"
    user = User.objects.create_user("ada")
    if grant:
        Grant.objects.create(user=user, **grant)
    browser = Client()
    browser.force_login(user)
    return browser


def test_a_delivery_is_shown_with_its_host_and_nothing_more_of_its_url(
    client: Client, delivery: WebhookDelivery
) -> None:
    page = client.get("/webhooks").text

    assert "hooks.example" in page
    assert "answered 500" in page
    assert f"/submissions/{delivery.task_id}" in page
    assert "sesame" not in page
    assert "secret-path" not in page


def test_deliveries_are_chosen_by_how_far_they_are(client: Client, delivery: WebhookDelivery) -> None:
    link = f"/submissions/{delivery.task_id}"

    assert link in client.get("/webhooks?progress=failed").text
    assert link not in client.get("/webhooks?progress=waiting").text
    assert link in client.get("/webhooks?progress=nonsense").text


def test_the_list_of_submissions_leads_there_where_there_are_endpoints(client: Client, submit: Submit) -> None:
    submit("html", student())
    assert 'href="/webhooks"' not in client.get("/submissions").text

    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    assert 'href="/webhooks"' in client.get("/submissions").text


def test_a_failed_delivery_is_sent_again(client: Client, delivery: WebhookDelivery) -> None:
    answer = client.post(f"/webhooks/{delivery.pk}/replay", follow=True)

    assert "being sent again" in answer.text
    delivery.refresh_from_db()
    assert (delivery.progress, delivery.attempts) == ("waiting", 0)
    assert AuditEntry.objects.filter(action="webhook", task_id=delivery.task_id).exists()
    assert "cannot be sent again" in client.post(f"/webhooks/{delivery.pk}/replay", follow=True).text


def test_who_may_only_read_sees_it_and_sends_nothing(delivery: WebhookDelivery, settings: Settings) -> None:
    reader = person(settings, namespace="course", may_write=False)

    assert "hooks.example" in reader.get("/webhooks").text
    assert "Send again</button" not in reader.get("/webhooks").text
    assert reader.post(f"/webhooks/{delivery.pk}/replay").status_code == 403
    delivery.refresh_from_db()
    assert delivery.progress == "failed"


def test_of_others_courses_nothing_is_there(delivery: WebhookDelivery, settings: Settings) -> None:
    stranger = person(settings, namespace="elsewhere", may_write=True)

    assert "hooks.example" not in stranger.get("/webhooks").text
    assert stranger.post(f"/webhooks/{delivery.pk}/replay").status_code == 404


def test_a_long_list_is_shown_some_at_a_time(client: Client, submit: Submit) -> None:
    WebhookEndpoint.objects.create(url="https://hooks.example/", secret=b"")
    names = [f"student-{number:03}" for number in range(60)]
    for name in names:
        submit("html", student(name))
    work_off()
    first = client.get("/webhooks").text
    [older] = re.findall(r'href="(\?before=[^"]+)" rel="next"', first)
    second = client.get(f"/webhooks{older}").text

    shown = [re.findall(r"student-\d{3}(?=</bdi></a>)", page) for page in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (50, 10)
    assert sorted(shown[0] + shown[1]) == names
    assert 'rel="next"' not in second
    assert client.get("/webhooks?before=nonsense").status_code == 200
