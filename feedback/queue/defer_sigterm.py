"""SIGTERM is held back while something that must be done whole is under way."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# For a database that does not answer: the supervisor that ends a process does not wait for ever.
PATIENCE_SECONDS = 5.0


@contextmanager
def postponed() -> Iterator[None]:
    """A context in which SIGTERM waits: what it does is done when the context ends, after `PATIENCE_SECONDS`, or when
    it comes again.

    Signals arrive in the main thread alone; in any other nothing has to be done.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    again = threading.Timer(PATIENCE_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
    again.daemon = True
    came: list[FrameType | None] = []

    def note(_: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, handler)
        came.append(frame)
        again.start()

    signal.signal(signal.SIGTERM, note)
    try:
        yield
    finally:
        again.cancel()
        signal.signal(signal.SIGTERM, handler)
        if came:
            handler(signal.SIGTERM, came[0])
