"""What an endpoint is sent: a thin event, signed as Standard Webhooks 1.0 says."""

from datetime import UTC, datetime
from importlib.metadata import version

import msgspec
from django.conf import settings
from standardwebhooks import Webhook

from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import secrets


class About(msgspec.Struct, frozen=True):
    """The task that ended. `students` and `failed` are numbers; `link` is where the API has it."""

    task_id: str
    format: str
    status: str
    is_class: bool
    students: int
    failed: int
    link: str


class Event(msgspec.Struct, frozen=True):
    """The body: `task.completed` or `task.failed`. `timestamp` is when the task ended."""

    type: str
    timestamp: datetime
    data: About


def body(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every try, as long as the service is known by the same address."""
    task = delivery.task
    about = About(
        task_id=str(task.id),
        format=task.format,
        status=delivery.status,
        is_class=task.upload.is_class,
        students=task.upload.students if delivery.students is None else delivery.students,
        failed=delivery.failed,
        link=f"{settings.FEEDBACK_PUBLIC_URL or settings.FEEDBACK_PATH_PREFIX}/assignment/{task.format}/{task.id}",
    )
    return msgspec.json.encode(Event(delivery.type, delivery.happened_at.astimezone(UTC), about))


def headers(delivery: WebhookDelivery, content: bytes, now: datetime) -> dict[str, str]:
    """Signed for this moment: with the endpoint's secret and, for a day after a rotation, the one before as well.

    Raises secrets.Unreadable.
    """
    signatures = [
        Webhook(secret).sign(delivery.message_id, now, content.decode()) for secret in _secrets(delivery.endpoint, now)
    ]
    return {
        "content-type": "application/json",
        "user-agent": f"feedback-generator/{version('feedback-generator')}",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    found = [secrets.opened(endpoint.secret)]
    if endpoint.previous_secret is not None and endpoint.previous_until is not None and now < endpoint.previous_until:
        found.append(secrets.opened(endpoint.previous_secret))
    return found
