"""Who is calling, and whether they may call at all."""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from feedback.access import keys
from feedback.access.callers import ANYONE, Caller
from feedback.access.context import context_of
from feedback.access.people import caller_for

HOW_TO_GET_IN = (
    "Send `Authorization: Bearer fbk_…` with a key; the operator makes one with `feedback manage apikey create`."
)


def caller_of(request: Request) -> Caller:
    """Whose request it is, in any view of the API."""
    caller = request.user
    assert isinstance(caller, Caller)  # noqa: S101 - no view runs before the authentication below
    return caller


def known_caller(request: HttpRequest) -> Caller | None:
    """Who sends a request of which only the headers are known yet, by the same proofs as below.

    Nothing is refused here: whoever is unknown is told so by the view, which sees no body of theirs.
    """
    if settings.FEEDBACK_AUTH == "open":
        return ANYONE
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        with suppress(keys.Expired):
            return keys.caller_with(credentials.strip())
        return None
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    request.session = SessionStore(request.COOKIES[settings.SESSION_COOKIE_NAME])
    user = get_user(request)
    return caller_for(user) if user.is_authenticated else None


class OpenToAnyone(BaseAuthentication):
    """Everyone is the same caller where FEEDBACK_AUTH is `open`, but for a browser that another site has set on us."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        if settings.FEEDBACK_AUTH != "open":
            return None
        origin, host = request.headers.get("Origin"), request.get_host()
        if request.method not in SAFE_METHODS and origin not in (None, f"http://{host}", f"https://{host}"):
            raise PermissionDenied("Another site may not use this service through a browser.")
        return ANYONE, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"


class ByKey(BaseAuthentication):
    """A key in the Authorization header."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            caller = keys.caller_with(credentials.strip())
        except keys.Expired as reason:
            raise AuthenticationFailed(f"{reason} {HOW_TO_GET_IN}") from None
        if caller:
            return caller, None
        raise AuthenticationFailed(f"This key is not valid: misspelt, revoked, or of another service. {HOW_TO_GET_IN}")

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"


class BySession(SessionAuthentication):
    """A person who is logged in, by the cookie of the pages; what changes anything needs their CSRF token, too."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        if settings.FEEDBACK_AUTH == "open" or not request._request.user.is_authenticated:
            return None
        # Not REST framework's own request, which would try to parse the body.
        self.enforce_csrf(request._request)  # type: ignore[arg-type]
        caller = context_of(request).caller
        return None if caller is None else (caller, None)


class MayCall(BasePermission):
    """Known, and for more than reading allowed to write somewhere; `intake` and `erasure` look where."""

    message = "These credentials may only read. Use a key that was not made with --read-only."

    def has_permission(self, request: Request, view: object) -> bool:  # noqa: ARG002 - DRF's signature
        return bool(request.user) and (request.method in SAFE_METHODS or bool(caller_of(request).writes))
