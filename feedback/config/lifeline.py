"""How a process ends with its parent: it has the reading end of a pipe of which its parent alone has the other.

The pipe closes when the parent ends in whatever way, SIGKILL included, also where the child looks only afterwards. This
works on every Unix. All processes that we start end so: those of `feedback serve`, of `feedback web --workers`, of a
command's pool, of Celery's.
"""

import os
import signal
import threading
import time

# To hand back what is claimed, and to answer what is asked.
GRACE_SECONDS = 5.0


def end_with(pipe: int) -> None:
    """Send this process SIGTERM when the pipe closes, and SIGKILL where it still lives GRACE_SECONDS after that."""
    threading.Thread(target=_end_with, args=[pipe], name="lifeline", daemon=True).start()


def _end_with(pipe: int) -> None:
    while os.read(pipe, 1):
        pass  # nobody writes into it
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
