"""When a process is told to end amid something that must be done whole."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def postponed() -> Iterator[None]:
    """A context in which SIGTERM waits: what it does is done when the context ends.

    Only for what is short. Signals arrive in the main thread alone; in any other nothing has to be done.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list[FrameType | None] = []
    signal.signal(signal.SIGTERM, lambda _, frame: came.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
        if came:
            handler(signal.SIGTERM, came[0])
