"""Guessing a password: counted at every door, by the account that the name stands for, and written down."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback.access import passwords, rate_limits
from feedback.access.budgets import Busy
from feedback.access.models import AuditEntry
from feedback.access.passwords import address_of, canonical

PASSWORD = "a long password of this test"
Door = Callable[[str, str], int]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_window")]


@pytest.fixture(autouse=True)
def admin(db: None, settings: Settings) -> User:  # noqa: ARG001 - accounts are rows
    settings.FEEDBACK_AUTH = "keys"
    settings.CELERY_BROKER_URL = "filesystem://"  # so that the counters go with the test's transaction
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return User.objects.create_superuser("admin", password=PASSWORD)


def login_page(name: str, password: str) -> int:
    return Client().post("/login", {"username": name, "password": password}).status_code


def admin_page(name: str, password: str) -> int:
    return Client().post("/admin/login/", {"username": name, "password": password}).status_code


def own_password(name: str, password: str) -> int:
    browser = Client()
    browser.force_login(User.objects.get(username=canonical(name)))
    new = "quite another one 77"
    form = {"old_password": password, "new_password1": new, "new_password2": new}
    return browser.post("/password", form).status_code


@pytest.mark.parametrize("door", [login_page, admin_page, own_password])
def test_ten_wrong_passwords_close_an_account_at_every_door(door: Door) -> None:
    assert [door("admin", f"wrong {number}") for number in range(10)] == [200] * 10
    for each in (login_page, admin_page, own_password):
        assert each("admin", PASSWORD) == 429


@pytest.mark.parametrize("name", ["admin", " admin", "admin" + " " * 9, "ａdmin", "ADMIN", "ａＤｍｉｎ\t"])
def test_another_way_to_write_a_name_is_no_other_name(name: str) -> None:
    for _ in range(10):
        assert login_page(name, "wrong") == 200
    assert login_page("admin", PASSWORD) == 429
    assert login_page(name, PASSWORD) == 429


@given(st.text(max_size=20))
def test_a_canonical_name_is_its_own(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name) == canonical(f" {name} ")


def test_a_name_that_nobody_has_rests_like_one_that_somebody_has() -> None:
    for name in ("admin", "nobody"):
        assert [login_page(name, "wrong") for _ in range(11)] == [200] * 10 + [429]


def test_the_right_password_is_not_counted() -> None:
    for _ in range(9):
        login_page("admin", "wrong")
    assert [login_page("admin", PASSWORD) for _ in range(5)] == [302] * 5
    assert own_password("admin", PASSWORD) == 302


def test_whoever_asks_django_for_an_account_is_counted_too() -> None:
    for _ in range(10):
        assert authenticate(username="admin", password="wrong") is None
    with pytest.raises(rate_limits.Exceeded):
        authenticate(username="admin", password=PASSWORD)
    with pytest.raises(rate_limits.Exceeded):
        authenticate(username="ADMIN", password=PASSWORD)
    assert authenticate(token="of another backend") is None


def test_one_address_tries_so_many_accounts_and_no_more(settings: Settings) -> None:
    settings.FEEDBACK_LOGINS_PER_ADDRESS = 5
    assert [login_page(f"nobody {number}", "wrong") for number in range(7)] == [200] * 5 + [429] * 2
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert other.post("/login", {"username": "admin", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("https", "remote", "forwarded", "found"),
    [
        (False, "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (True, "192.0.2.7", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (True, "192.0.2.7", "", "192.0.2.7"),
        (True, "", "nonsense", "an unknown address"),
        (False, "2001:db8::7", "", "2001:db8::7"),
    ],
)
def test_behind_a_proxy_an_address_is_what_the_proxy_saw(
    settings: Settings, https: bool, remote: str, forwarded: str, found: str
) -> None:
    settings.FEEDBACK_HTTPS = https
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert address_of(request) == found


def test_a_sender_with_many_addresses_of_one_network_is_one(settings: Settings) -> None:
    settings.FEEDBACK_LOGINS_PER_ADDRESS = 2
    tries = [Client(REMOTE_ADDR=f"2001:db8::{number}") for number in range(1, 4)]
    answers = [one.post("/login", {"username": f"n{id(one)}", "password": "wrong"}).status_code for one in tries]
    assert answers == [200, 200, 429]


def test_where_nothing_can_be_counted_nobody_may_guess_for_a_minute(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    browser = Client()
    answer = browser.post("/login", {"username": "admin", "password": PASSWORD}, headers={"Accept": "text/html"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"


def test_few_passwords_are_checked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hashing", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_in_line", threading.BoundedSemaphore(1))
    with passwords._line(), pytest.raises(Busy):
        authenticate(username="admin", password=PASSWORD)
    assert authenticate(username="admin", password=PASSWORD) is not None


def test_good_and_bad_log_ins_are_written_down_and_no_password_is() -> None:
    login_page(" ADMIN", "hunter2")
    login_page("hunter2", "admin")
    login_page("admin", PASSWORD)
    own_password("admin", "hunter2")

    entries = [(entry.actor, entry.what) for entry in AuditEntry.objects.filter(action="log in").order_by("pk")]
    assert entries == [
        ("user admin", "wrong name or password, from 127.0.0.1"),
        ("somebody unknown", "wrong name or password, from 127.0.0.1"),
        ("user admin", "logged in, from 127.0.0.1"),
        ("user admin", "logged in, from an unknown address"),  # force_login of this test has no address
        ("user admin", "wrong old password, from 127.0.0.1"),
    ]
