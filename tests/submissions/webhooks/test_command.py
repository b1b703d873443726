"""`manage.py webhook`, and the admin: endpoints made, rotated, disabled; deliveries replayed; secrets shown once."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback.access import keys
from feedback.access.models import NAME_CHARACTERS, AuditEntry
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import addresses
from tests.harness.in_process import Submit, student, work_off
from tests.harness.traces import traces_of

ENDPOINTS, DELIVERIES = "/admin/reports/webhookendpoint/", "/admin/reports/webhookdelivery/"
SECRET = r"whsec_[A-Za-z0-9+/]{43}="
# An address that is public without a resolver.
URL = "https://93.184.215.14/hooks"
Webhook = Callable[..., tuple[str, str]]


@pytest.fixture
def webhook(db: None) -> Webhook:  # noqa: ARG001 - the database
    """Runs `manage.py webhook …`; its standard output and error."""

    def run(*arguments: str) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        call_command("webhook", *arguments, stdout=out, stderr=err, no_color=True)
        return out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def operator(db: None) -> Client:  # noqa: ARG001 - the account is a row
    browser = Client()
    browser.force_login(User.objects.create_superuser("operator"))
    return browser


def test_the_secret_alone_is_printed_and_kept_nowhere_in_the_clear(webhook: Webhook) -> None:
    keys.issue("platform")
    out, err = webhook("create", "--name", "platform", "--url", URL)

    assert re.fullmatch(SECRET + "\n", out)
    assert "shown this once" in err
    assert WebhookEndpoint.objects.get().owner == "key:platform"
    assert out.strip() not in "".join(webhook("list"))
    assert traces_of(out.strip().removeprefix("whsec_")) == set()


def test_an_endpoint_without_a_name_is_open_modes(webhook: Webhook) -> None:
    _, err = webhook("create", "--url", URL)

    assert "open mode" in err
    assert WebhookEndpoint.objects.get().owner == ""


def test_a_name_that_no_key_has_is_said(webhook: Webhook) -> None:
    assert "No valid key is named 'plattform' yet" in webhook("create", "--name", "plattform", "--url", URL)[1]


def test_a_key_that_has_expired_is_not_valid(webhook: Webhook) -> None:
    keys.issue("platform", expires_at=timezone.now() - timedelta(days=1))
    assert "No valid key is named 'platform' yet" in webhook("create", "--name", "platform", "--url", URL)[1]


def test_the_list_says_until_when_an_endpoint_asked_for_time(webhook: Webhook) -> None:
    webhook("create", "--url", URL)
    WebhookEndpoint.objects.update(failures=2, next_at=datetime(2999, 1, 2, 3, 4, tzinfo=UTC))
    assert "failing, 2 tries since the last success; it asked for time until 2999-01-02 03:04 UTC" in webhook("list")[0]


@pytest.mark.parametrize("name", ["x" * (NAME_CHARACTERS + 1), "plat\nform"])
def test_a_name_that_no_key_can_have_makes_nothing(webhook: Webhook, name: str) -> None:
    with pytest.raises(CommandError, match=f"--name: expected at most {NAME_CHARACTERS} printable"):
        webhook("create", "--name", name, "--url", URL)
    assert not WebhookEndpoint.objects.exists()


def test_a_host_that_leads_elsewhere_a_moment_after_the_forms_check_is_no_fault(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [[ip_address("93.184.215.14")], [ip_address("10.0.0.1")]]
    monkeypatch.setattr(addresses, "resolve", lambda *_: found.pop(0))
    answer = operator.post(f"{ENDPOINTS}add/", {"name": "", "url": "https://hooks.example/"})

    assert answer.status_code == 200
    assert re.search(SECRET, answer.text)


@pytest.mark.parametrize("url", ["http://93.184.215.14/", "https://127.0.0.1/", "https://u:p@93.184.215.14/", "hooks"])
def test_a_url_that_must_not_be_called_makes_nothing(webhook: Webhook, url: str) -> None:
    with pytest.raises(CommandError, match="--url: "):
        webhook("create", "--url", url)
    assert not WebhookEndpoint.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_endpoint_is_rotated_disabled_and_enabled_by_the_beginning_of_its_id(webhook: Webhook) -> None:
    first, _ = webhook("create", "--url", URL)
    begin = WebhookEndpoint.objects.get().id.hex[:8]
    assert begin in webhook("list")[0]
    second, _ = webhook("rotate", begin)
    assert re.fullmatch(SECRET + "\n", second)
    assert second != first
    webhook("disable", begin)
    assert "disabled" in webhook("list")[0]
    webhook("enable", begin)
    assert "enabled" in webhook("list")[0]
    done = AuditEntry.objects.filter(action="webhook").order_by("pk").values_list("what", flat=True)
    assert [what.split()[0] for what in done] == ["made", "rotated", "disabled", "enabled"]


@pytest.mark.parametrize("wanted", ["", "-", "zz", "0"])
def test_an_id_that_is_not_one_endpoints_is_refused(webhook: Webhook, wanted: str) -> None:
    for number in range(40):
        WebhookEndpoint.objects.create(id=UUID(int=number), url=URL, secret=b"")
    with pytest.raises(CommandError, match="endpoints have an id that begins with"):
        webhook("disable", wanted)


def test_what_failed_is_replayed_under_the_same_ids(webhook: Webhook, submit: Submit) -> None:
    WebhookEndpoint.objects.create(url=URL, secret=b"")
    submit("html", student("ada"))
    submit("html", student("grace"))
    work_off()
    failed, delivered = WebhookDelivery.objects.order_by("pk")
    WebhookDelivery.objects.filter(pk=failed.pk).update(progress="failed", attempts=10)
    WebhookDelivery.objects.filter(pk=delivered.pk).update(progress="delivered", attempts=1)
    begin = WebhookEndpoint.objects.get().id.hex

    assert webhook("replay", begin, "--task", str(delivered.task_id))[0].startswith("0 ")
    assert webhook("replay", begin, "--days", "0")[0].startswith("0 ")
    assert webhook("replay", begin, "--days", "1")[0].startswith("1 ")
    assert list(WebhookDelivery.objects.filter(progress="waiting", attempts=0)) == [failed]
    assert webhook("replay", begin, "--delivered")[0].startswith("1 ")
    webhook("disable", begin)
    with pytest.raises(CommandError, match="is disabled"):
        webhook("replay", begin)


def test_the_admin_makes_and_rotates_and_shows_each_secret_once(operator: Client) -> None:
    made = operator.post(f"{ENDPOINTS}add/", {"name": "platform", "url": URL})
    [first] = re.findall(SECRET, made.text)
    endpoint = WebhookEndpoint.objects.get()
    chosen = {"action": "rotate", "_selected_action": [str(endpoint.pk)]}
    [second] = re.findall(SECRET, operator.post(ENDPOINTS, chosen).text)

    assert (endpoint.owner, endpoint.url) == ("key:platform", URL)
    assert first != second
    assert "no-store" in made["Cache-Control"]
    for secret in (first, second):
        for page in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/", "/admin/"):
            assert secret not in operator.get(page).text
        assert traces_of(secret.removeprefix("whsec_")) == set()


def test_the_admin_refuses_what_must_not_be_called_and_changes_nothing_by_hand(operator: Client) -> None:
    assert "no public address" in operator.post(f"{ENDPOINTS}add/", {"url": "https://127.0.0.1/"}).text
    assert not WebhookEndpoint.objects.exists()
    endpoint = WebhookEndpoint.objects.create(url=URL, secret=b"")

    assert operator.post(f"{ENDPOINTS}{endpoint.pk}/change/", {"url": "https://other.example/"}).status_code == 403
    assert operator.post(f"{ENDPOINTS}{endpoint.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_admin_disables_enables_and_replays(operator: Client, submit: Submit) -> None:
    endpoint = WebhookEndpoint.objects.create(url=URL, secret=b"")
    submit("html", student("lovelace-1815"))
    work_off()
    chosen = {"_selected_action": [str(endpoint.pk)]}
    operator.post(ENDPOINTS, chosen | {"action": "disable"})
    found = WebhookDelivery.objects.get()
    assert (found.progress, found.answer) == ("failed", "not called: disabled by user operator")
    assert found.message_id in operator.get(DELIVERIES).text
    operator.post(ENDPOINTS, chosen | {"action": "enable"})
    operator.post(DELIVERIES, {"action": "replay", "_selected_action": [str(found.pk)]})

    assert WebhookDelivery.objects.get().progress == "waiting"
    assert "lovelace" not in operator.get(DELIVERIES).text


def test_who_may_only_look_in_the_admin_sends_nothing_again(submit: Submit, settings: Settings) -> None:
    settings.FEEDBACK_AUTH = "open"
    WebhookEndpoint.objects.create(url=URL, secret=b"")
    submit("html", student("ada"))
    work_off()
    WebhookDelivery.objects.update(progress="failed")
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_webhookdelivery"))
    browser = Client()
    browser.force_login(looker)
    assert browser.get(DELIVERIES).status_code == 200
    browser.post(DELIVERIES, {"action": "replay", "_selected_action": [str(WebhookDelivery.objects.get().pk)]})

    assert WebhookDelivery.objects.get().progress == "failed"
