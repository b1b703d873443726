"""Waits for its parent to be gone, then ends the process groups the parent still had: `+group` and `-group` by line.

The pipe on standard input closes when the parent ends in whatever way, SIGKILL included; unlike Linux's
parent-death signal this reaches the children's children, and works on every Unix.
"""

import contextlib
import os
import signal
import sys
import time

from feedback.cli.processes import end_group

GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.1


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # to end before the parent would defeat the purpose
    groups = set[int]()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(map(_lives, groups)):
        time.sleep(_POLL_SECONDS)
    for group in groups:
        end_group(group)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
