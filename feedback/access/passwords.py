"""Passwords: however one is tried, the tries are counted, slow and written down."""

import hashlib
import ipaddress
import os
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from feedback.access import audit, rate_limits
from feedback.access.audit import Action
from feedback.access.budgets import Busy

T = TypeVar("T")

_WINDOW_SECONDS = 900
# Of one account, after which it rests: a guesser gets through some thousand passwords in a year.
_ATTEMPTS = 10
# A hash takes a quarter of a second of a processor: half of them are left to everything else, and few wait in line.
_hashing = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))
_in_line = threading.BoundedSemaphore(8)


class CountedBackend(ModelBackend):
    """Django's accounts, with a limit on guessing: for the pages, the admin, and whatever else will ask for a password.

    Raises Exceeded and Busy from `authenticate`.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        name = username if username is not None else kwargs.get(User.USERNAME_FIELD)
        if name is None or password is None:
            return None
        return _guarded(name, request, lambda: super(CountedBackend, self).authenticate(request, name, password))


class CountedPasswordChangeForm(PasswordChangeForm):
    """A change of one's own password: the old one may be guessed here as well, by whoever found a session."""

    request: HttpRequest | None = None

    def clean_old_password(self) -> str:
        def checked() -> str | None:
            try:
                return super(CountedPasswordChangeForm, self).clean_old_password()
            except forms.ValidationError:
                return None

        name = self.user.get_username()
        found = _guarded(name, self.request, checked)
        if found is None:
            audit.record(f"user {name}", Action.LOG_IN, f"wrong old password, from {address_of(self.request)}")
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return found


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from; behind a proxy (FEEDBACK_HTTPS) what that proxy added to X-Forwarded-For."""
    if request is None:
        return "here"
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.FEEDBACK_HTTPS else ""
    text = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return "an unknown address"


def canonical(username: str) -> str:
    """The same text for all that Django's forms take for one name, and for names that differ in case alone."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).strip().casefold())


def _guarded(username: str, request: HttpRequest | None, check: Callable[[], T | None]) -> T | None:
    """What `check` finds, where another try is allowed; what is right is not counted. Raises Exceeded and Busy."""
    # A hash: people type their passwords into the wrong field.
    account = hashlib.sha256(canonical(username).encode(errors="replace")).hexdigest()[:32]
    with _line():
        by_account = rate_limits.take(_limit(_ATTEMPTS), f"login:{account}", fail_closed=True)
        try:
            by_address = rate_limits.take(
                _limit(settings.FEEDBACK_LOGINS_PER_ADDRESS), f"login:{_network(request)}", fail_closed=True
            )
        except rate_limits.Exceeded:
            rate_limits.give_back(by_account)
            raise
        with _hashing:
            found = check()
    if found is not None:
        rate_limits.give_back(by_account)
        rate_limits.give_back(by_address)
    return found


def _limit(quota: int) -> rate_limits.Limit:
    return rate_limits.Limit("attempts", quota, _WINDOW_SECONDS)


@contextmanager
def _line() -> Iterator[None]:
    if not _in_line.acquire(blocking=False):
        raise Busy("More people are logging in than the service can check at a time.")
    try:
        yield
    finally:
        _in_line.release()


def _network(request: HttpRequest | None) -> str:
    """An address as what one sender has of them: one of IPv4, 2^64 of IPv6."""
    text = address_of(request)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    return text if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


@receiver(user_logged_in)
def _note_log_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:  # noqa: ARG001 - Django's signature
    audit.record(f"user {user.get_username()}", Action.LOG_IN, f"logged in, from {address_of(request)}")


@receiver(user_login_failed)
def _note_failure(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:  # noqa: ARG001
    """By the name only where it is somebody's: else it may be a password, typed into the wrong field."""
    name = canonical(str(credentials.get("username") or credentials.get(User.USERNAME_FIELD) or ""))
    known = User.objects.filter(username__iexact=name).values_list("username", flat=True).first() if name else None
    audit.record(
        f"user {known}" if known else "somebody unknown",
        Action.LOG_IN,
        f"wrong name or password, from {address_of(request)}",
    )
