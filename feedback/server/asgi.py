"""The web application. ASGI, so that a slow client's body comes to rest before it takes a thread."""

import multiprocessing
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - the settings are read once Django is set up

from feedback.access.budgets import Budget  # noqa: E402 - likewise
from feedback.config import lifeline  # noqa: E402 - likewise
from feedback.server.body_guard import BodyGuard  # noqa: E402 - likewise
from feedback.server.credentials import owner_of  # noqa: E402 - likewise
from feedback.server.long_poll import Waiting, Watch, unfinished  # noqa: E402 - likewise
from feedback.server.prefix import WithoutPrefix, WithPrefix  # noqa: E402 - likewise
from feedback.server.threads import Handler  # noqa: E402 - likewise

# A short request takes the interpreter a dozen times, from the event loop to a thread and back. Beside a thread that
# computes it waits this long for each; Python's own 5 ms would come to more than the request.
sys.setswitchinterval(0.0005)

_guarded = BodyGuard(
    Waiting(WithPrefix(Handler(), settings.FEEDBACK_PATH_PREFIX), Watch(unfinished)),
    settings.FEEDBACK_MAX_BODY_BYTES,
    knows=owner_of,
    spools=Budget("as many bytes of bodies", settings.FEEDBACK_SPOOL_BYTES),
)
application = WithoutPrefix(_guarded, settings.FEEDBACK_PATH_PREFIX)

# Of several processes each is a child of uvicorn's first, which cannot end them where it is killed.
if parent := multiprocessing.parent_process():
    lifeline.end_with(parent.sentinel)
