"""Endpoints: made, rotated, disabled; and their deliveries sent again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from feedback.access import audit
from feedback.access.audit import Action
from feedback.store.webhooks import ANSWER_CHARACTERS, WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import addresses, secrets

Progress = WebhookDelivery.Progress
# For so long a message is signed with the former secret as well, so that receivers change theirs without a loss.
ROTATION = timedelta(hours=24)


def create(url: str, owner: str, by: str = "manage.py") -> tuple[WebhookEndpoint, str]:
    """A new endpoint for what `owner` submits from now on, and its secret: the only time that anyone sees it.

    `check` says beforehand whether the URL may be called; where it leads is checked again at every connection.
    """
    secret = secrets.mint()
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.create(owner=owner, url=url, secret=secrets.sealed(secret))
        audit.record(by, Action.WEBHOOK, f"made {endpoint}")
    return endpoint, secret


def check(url: str) -> None:
    """Raises addresses.Forbidden, with the reason, for a URL that is not to be called or leads nowhere."""
    parsed = addresses.check_url(url)
    try:
        found = addresses.resolve(parsed.host, parsed.port or 443)
    except (OSError, ValueError) as fault:
        raise addresses.Forbidden(f"{parsed.host} cannot be resolved: {fault}") from None
    addresses.check_addresses(parsed.host, found)


def rotate(endpoint: WebhookEndpoint, by: str = "manage.py") -> str:
    """A new secret, shown this once; for a day messages are signed with the former one as well."""
    secret = secrets.mint()
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        row.previous_secret, row.previous_until = _if_readable(row.secret), timezone.now() + ROTATION
        row.secret = secrets.sealed(secret)
        row.save(update_fields=["secret", "previous_secret", "previous_until"])
        audit.record(by, Action.WEBHOOK, f"rotated {endpoint}")
    return secret


def _if_readable(stored: bytes | memoryview) -> bytes | None:
    """The former secret; None where it was encrypted with another SECRET_KEY, and signs nothing any more."""
    try:
        secrets.opened(stored)
    except secrets.Unreadable:
        return None
    return bytes(stored)


def disable(endpoint: WebhookEndpoint, because: str = "", by: str = "manage.py") -> None:
    """Send it nothing more: what waits has failed, and what happens from now on is not for it."""
    reason = because or f"disabled by {by}"
    with transaction.atomic():
        row = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
        if row.update(disabled_at=Now(), disabled_because=reason[:ANSWER_CHARACTERS]):
            endpoint.deliveries.filter(progress=Progress.WAITING).update(
                progress=Progress.FAILED, ended_at=Now(), answer=f"not called: {reason}"[:ANSWER_CHARACTERS]
            )
            audit.record(by, Action.WEBHOOK, f"disabled {endpoint}")


def enable(endpoint: WebhookEndpoint, by: str = "manage.py") -> None:
    """Tell it again of what happens from now on. What it missed of late can be replayed."""
    with transaction.atomic():
        row = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False)
        if row.update(disabled_at=None, disabled_because="", failures=0, next_at=None):
            audit.record(by, Action.WEBHOOK, f"enabled {endpoint}")


def replay(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Send these again from the first try, under the same ids, where they have ended and their endpoint is enabled.

    Returns how many.
    """
    ended = deliveries.exclude(progress=Progress.WAITING).filter(endpoint__disabled_at=None)
    ids = list(ended.values_list("pk", flat=True))
    return (
        WebhookDelivery.objects.filter(pk__in=ids)
        .exclude(progress=Progress.WAITING)
        .update(progress=Progress.WAITING, attempts=0, due_at=Now(), ended_at=None)
    )
