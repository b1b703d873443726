"""A client of Feedback Generator: submit event logs, wait, fetch and hand out feedback reports.

```python
from feedback_client import Client

with Client("https://feedback.example.edu", api_key) as client:
    task = client.wait(client.submit("exam.json", "pdf"))
    client.archive(task, "reports.zip")
```
"""

from feedback_client.async_client import AsyncClient
from feedback_client.bodies import Events
from feedback_client.client import Client
from feedback_client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    Details,
    FeedbackError,
    Forbidden,
    Gone,
    HeadersTooLarge,
    KeyReused,
    NotFound,
    NotReady,
    NotUnderstood,
    ServerError,
    TaskFailed,
    TimedOut,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unreachable,
    UnsupportedMedia,
)
from feedback_client.models import (
    EVERYWHERE,
    HandOut,
    Link,
    Mailing,
    Progress,
    Report,
    RosterFit,
    RosterLine,
    StudentKey,
    Task,
)
from feedback_client.webhooks import Event, InvalidSignature, verify

__all__ = [
    "EVERYWHERE",
    "ApiError",
    "AsyncClient",
    "BadRequest",
    "Client",
    "Conflict",
    "Details",
    "Event",
    "Events",
    "FeedbackError",
    "Forbidden",
    "Gone",
    "HandOut",
    "HeadersTooLarge",
    "InvalidSignature",
    "KeyReused",
    "Link",
    "Mailing",
    "NotFound",
    "NotReady",
    "NotUnderstood",
    "Progress",
    "Report",
    "RosterFit",
    "RosterLine",
    "ServerError",
    "StudentKey",
    "Task",
    "TaskFailed",
    "TimedOut",
    "TooLarge",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "UnsupportedMedia",
    "verify",
]
