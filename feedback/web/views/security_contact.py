"""/.well-known/security.txt (RFC 9116): where to write whoever found a hole."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

_VALID = timedelta(days=180)


@login_not_required
def security_txt(_request: HttpRequest) -> HttpResponse:
    """What FEEDBACK_SECURITY_CONTACT names; a 404 where nobody set it."""
    contact = settings.FEEDBACK_SECURITY_CONTACT
    if not contact:
        raise Http404
    until = (datetime.now(UTC) + _VALID).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    lines = [f"Contact: {contact}", f"Expires: {until}", "Preferred-Languages: en"]
    if settings.FEEDBACK_PUBLIC_URL:
        lines.append(f"Canonical: {settings.FEEDBACK_PUBLIC_URL}/.well-known/security.txt")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
