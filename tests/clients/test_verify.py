"""A webhook is verified as the standard's own library signs it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from feedback_client import InvalidSignature, verify

SECRET = f"whsec_{base64.b64encode(b'a secret of thirty-two bytes ...').decode()}"
BODY = json.dumps(
    {
        "type": "task.completed",
        "timestamp": "2026-11-27T12:00:00Z",
        "data": {
            "task_id": "3f1f6d5e-6b7c-4f3f-9f80-5a1f6a7b8c9d",
            "format": "pdf",
            "status": "SUCCESS",
            "is_class": True,
            "students": 3,
            "failed": 0,
            "link": "/assignment/pdf/3f1f6d5e-6b7c-4f3f-9f80-5a1f6a7b8c9d",
            "added later": "and ignored",
        },
    }
)


def signed(at: datetime | None = None, secret: str = SECRET, body: str = BODY) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body),
    }


def test_what_the_service_signed_is_an_event() -> None:
    event = verify(BODY.encode(), signed(), SECRET)
    assert (event.webhook_id, event.type, event.status, event.students) == ("msg_1", "task.completed", "SUCCESS", 3)


def test_one_of_two_signatures_suffices_while_a_secret_is_rotated() -> None:
    other = f"whsec_{base64.b64encode(b'another secret, of the next month').decode()}"
    headers = signed()
    headers["Webhook-Signature"] = f"{signed(secret=other)['Webhook-Signature']} {headers['Webhook-Signature']}"
    assert verify(BODY.encode(), headers, SECRET).webhook_id == "msg_1"
    assert verify(BODY.encode(), headers, other).webhook_id == "msg_1"


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Signature": "v1,AAAA"},
        {"Webhook-Signature": ""},
        {"Webhook-Id": "msg_2"},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Signature": signed(body=BODY + " ")["Webhook-Signature"]},
    ],
)
def test_anything_else_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        verify(BODY.encode(), signed() | change, SECRET)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_request_of_another_time_is_refused(minutes: int) -> None:
    with pytest.raises(InvalidSignature, match="too old"):
        verify(BODY.encode(), signed(datetime.now(UTC) + timedelta(minutes=minutes)), SECRET)


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_header_that_is_missing_is_named(missing: str) -> None:
    headers = signed()
    del headers[missing]
    with pytest.raises(InvalidSignature, match=missing.lower()):
        verify(BODY.encode(), headers, SECRET)


def test_a_secret_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        verify(BODY.encode(), signed(), "whsec_not base64!")
