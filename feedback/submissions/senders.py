"""The threads of a worker process that send beside its reports: begun after the fork, and ended with the process."""

import time
from typing import Protocol

from django.conf import settings

from feedback.submissions.mail.mailer import Mailer
from feedback.submissions.webhooks.deliverer import Deliverer


class Sender(Protocol):
    """Sends from `start` on. `begin_stop` returns at once; `finish` waits for what is under way.

    `patience` is how many seconds that may take, counted from `begin_stop`.
    """

    @property
    def patience(self) -> float: ...
    def start(self) -> None: ...
    def begin_stop(self) -> None: ...
    def finish(self, seconds: float) -> None: ...


_of_this_process: list[Sender] = []


def start() -> None:
    """Send mails, where there is a server for them, and deliver webhooks."""
    begun: list[Sender] = [Mailer(), Deliverer()] if settings.FEEDBACK_SENDS_MAIL else [Deliverer()]
    for sender in begun:
        sender.start()
    _of_this_process.extend(begun)


def stop() -> None:
    """Tell all to begin nothing more, then wait for each; what one waits for, the others have time for as well."""
    told_at = time.monotonic()
    for sender in _of_this_process:
        sender.begin_stop()
    while _of_this_process:
        sender = _of_this_process.pop()
        sender.finish(max(told_at + sender.patience - time.monotonic(), 0.0))
