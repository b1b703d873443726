"""Who is calling."""

from dataclasses import dataclass

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


@dataclass(frozen=True)
class Caller:
    """Whoever may use the service; `owner` is what a submission is kept under."""

    owner: str
    is_authenticated: bool = True


def owner_of(request: Request) -> str:
    """Whom the caller's submissions belong to."""
    caller = request.user
    assert isinstance(caller, Caller)  # noqa: S101 - no view runs before the authentication below
    return caller.owner


class OpenOnly(BaseAuthentication):
    """Everyone is the same caller where FEEDBACK_AUTH is `open`; elsewhere no one is let in."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:  # noqa: ARG002 - DRF's signature
        if settings.FEEDBACK_AUTH == "open":
            return Caller(owner=""), None
        raise AuthenticationFailed(
            "This service is closed: FEEDBACK_AUTH is `keys` (the default), and this version cannot issue keys yet. "
            "Where only trusted callers can reach it, its operator may set FEEDBACK_AUTH=open."
        )

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"
