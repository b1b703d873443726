"""The admin: keys are made and revoked there, shown once, and kept nowhere; the audit log is only read."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from feedback.access import keys
from feedback.access.models import ApiKey, AuditEntry, Grant
from tests.harness.traces import traces_of

KEYS = "/admin/access/apikey/"


@pytest.fixture
def operator(db: None) -> Client:  # noqa: ARG001 - the account is a row
    browser = Client()
    browser.force_login(User.objects.create_superuser("operator"))
    return browser


def test_a_key_is_shown_once_and_kept_nowhere(operator: Client) -> None:
    made = operator.post(f"{KEYS}add/", {"name": "platform", "only": "cs101\n cs102 \n", "read_only": "on"})
    [text] = re.findall(r"fbk_[0-9a-f]{12}_[0-9a-f]{64}", made.text)
    caller = keys.caller_with(text)

    assert caller is not None
    assert (caller.owner, caller.reads.names) == ("key:platform", frozenset({"cs101", "cs102"}))
    assert not caller.writes
    assert "no-store" in made["Cache-Control"]
    for page in (KEYS, f"{KEYS}{ApiKey.objects.get().pk}/change/", "/admin/"):
        assert text[-64:] not in operator.get(page).text
    assert traces_of(text[-64:]) == set()
    assert not any(text[-64:] in cookie.value for cookie in operator.cookies.values())


@pytest.mark.parametrize("where", [{}, {"everywhere": "on", "only": "cs101"}])
def test_where_a_key_is_for_has_to_be_said(operator: Client, where: dict[str, str]) -> None:
    assert "Say where the key is for" in operator.post(f"{KEYS}add/", {"name": "platform"} | where).text
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_and_neither_changed_nor_deleted(operator: Client) -> None:
    operator.post(f"{KEYS}add/", {"name": "platform", "everywhere": "on"})
    key = ApiKey.objects.get()
    chosen = {"_selected_action": [str(key.pk)]}

    assert operator.post(f"{KEYS}{key.pk}/change/", {"name": "other", "everywhere": "on"}).status_code == 403
    assert operator.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    operator.post(KEYS, chosen | {"action": "delete_selected", "post": "yes"})
    assert "is revoked" in operator.post(KEYS, chosen | {"action": "revoke"}, follow=True).text
    key.refresh_from_db()
    assert (key.name, key.revoked_at is not None) == ("platform", True)
    assert list(AuditEntry.objects.filter(action="key").order_by("pk").values_list("actor", "what")) == [
        ("user operator", f"made {key}"),
        ("user operator", f"revoked {key}"),
    ]


def test_the_audit_log_is_read_and_not_touched(operator: Client) -> None:
    keys.issue("platform")
    entry = AuditEntry.objects.get(action="key")
    page = "/admin/access/auditentry/"

    assert "made platform" in operator.get(page).text
    for action in ("change", "delete"):
        assert operator.post(f"{page}{entry.pk}/{action}/", {"post": "yes"}).status_code == 403
    assert operator.post(f"{page}add/").status_code == 403
    assert AuditEntry.objects.filter(action="key").count() == 1


def test_a_person_is_granted_a_namespace_beside_the_account(operator: Client) -> None:
    ada = User.objects.create_user("ada")
    page = operator.get(f"/admin/auth/user/{ada.pk}/change/").text
    fields = {
        "username": "ada",
        "date_joined_0": "2025-01-01",
        "date_joined_1": "00:00:00",
        "is_active": "on",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-user": str(ada.pk),
        "grants-0-namespace": " cafe\u0301 101",
        "grants-0-may_write": "on",
    }
    answer = operator.post(f"/admin/auth/user/{ada.pk}/change/", fields)

    assert "grants-0-namespace" in page
    assert answer.status_code == 302
    grant = Grant.objects.get()
    assert (grant.user, grant.namespace, grant.may_write) == (ada, "caf\u00e9 101", True)


def test_staff_without_permissions_see_nothing(db: None) -> None:  # noqa: ARG001
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk", is_staff=True))

    assert "You don’t have permission" in clerk.get("/admin/").text
    for page in (KEYS, "/admin/access/auditentry/", "/admin/reports/document/", "/admin/auth/user/"):
        assert clerk.get(page).status_code == 403


def test_a_key_may_expire_and_the_list_warns_before_it(operator: Client) -> None:
    form = {"name": "platform", "everywhere": "on", "expires_at_1": "12:00"}
    refused = operator.post(f"{KEYS}add/", form | {"expires_at_0": "2020-01-01"})
    assert "not to come" in refused.text
    assert not ApiKey.objects.exists()
    soon = timezone.now() + timedelta(days=10)
    operator.post(f"{KEYS}add/", form | {"expires_at_0": f"{soon:%Y-%m-%d}"})

    assert f"soon: {soon:%Y-%m-%d} 12:00 UTC" in operator.get(KEYS).text
    ApiKey.objects.update(expires_at="2026-01-31T12:00Z")
    assert "expired 2026-01-31 12:00 UTC" in operator.get(KEYS).text
