"""`python -m feedback.cli.worker`: one worker process of `feedback serve`, as long as its standard input is open.

SIGTERM lets the slice of work under way finish. What has not finished after `FEEDBACK_STOP_SECONDS` is interrupted
and released, so that an orderly stop costs a report neither an attempt nor the rest of its lease.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import django
from django.conf import settings
from django.db import connections

from feedback.cli.processes import end_now
from feedback.config import lifeline


def main() -> None:
    django.setup()
    # Only now: what they import are Django's models.
    from feedback.queue.poller import Poller  # noqa: PLC0415
    from feedback.queue.worker import Worker  # noqa: PLC0415
    from feedback.queue.worker_process import name_missing_scripts  # noqa: PLC0415
    from feedback.submissions import tasks  # noqa: PLC0415

    lifeline.end_with(sys.stdin.fileno())
    poller = Poller(Worker(ring=int), tasks.sweep_if_overdue)
    again = _stop_in_order(poller.stop)
    name_missing_scripts()
    tasks.begin_sending()
    with suppress(SystemExit):  # what was claimed is released by then
        poller.run()
    # From here on it ends by itself: what sends has a patience of its own.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    again.cancel()
    tasks.stop_sending()
    connections.close_all()
    end_now()


def _stop_in_order(stop: Callable[[], None]) -> threading.Timer:
    """SIGTERM calls `stop`, and if it comes again, as it does by the timer in the end, raises SystemExit."""
    again = threading.Timer(settings.FEEDBACK_STOP_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
    again.daemon = True

    def on_sigterm(*_: object) -> None:
        if again.is_alive() or again.finished.is_set():
            sys.exit(0)
        stop()
        again.start()

    signal.signal(signal.SIGTERM, on_sigterm)
    return again


if __name__ == "__main__":
    main()
