"""Child processes that are ended whole: each leads a group of its own, so that none of its children is left behind.

Where we are killed without a chance to end them, they end by themselves: their standard input is their lifeline.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, NoReturn

from feedback.config import tracing

_POLL_SECONDS = 0.05
_PRIVATE = 0o077


class Child:
    """One running command and everything it starts. Its files are for its owner only."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: IO[bytes] | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.started_at = time.monotonic()
        self._popen = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            env=dict(environment),
            stdin=subprocess.PIPE,  # feedback.config.lifeline
            stdout=log or sys.stderr.fileno(),
            stderr=log or sys.stderr.fileno(),
            pass_fds=inherited,
            start_new_session=True,
            umask=_PRIVATE,
        )
        self.group = self._popen.pid

    def status(self) -> int | None:
        """How it ended: its exit status, or the negative of a signal's number; None while it runs.

        It stays a zombie, so that nobody else can be given its number before `end` has ended its group.
        """
        if self._popen.returncode is not None:
            return self._popen.returncode
        if not hasattr(os, "waitid"):  # macOS, before Python 3.13
            return self._status_at_its_end()
        found = os.waitid(os.P_PID, self.group, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def _status_at_its_end(self) -> int | None:
        """The same where a zombie cannot be kept: what is left of the group is killed at once."""
        if self._popen.poll() is not None:
            self._kill_group()
        return self._popen.returncode

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)

    def ask_to_end(self) -> None:
        """SIGTERM to the command alone: it is for it to end its own children in order."""
        if self._popen.returncode is None:
            os.kill(self.group, signal.SIGTERM)

    def end(self) -> None:
        """Kill the processes that are left of the group, and forget it."""
        if self._popen.returncode is None:
            self._kill_group()
            self._popen.wait()
        if self._popen.stdin:
            self._popen.stdin.close()


def end_all(children: Iterable[Child], seconds: float) -> None:
    """Ask all to end, and kill after `seconds` what has not; returns when nothing is left of them."""
    remaining = list(children)
    for child in remaining:
        child.ask_to_end()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(child.status() is None for child in remaining):
        time.sleep(_POLL_SECONDS)
    for child in remaining:
        child.end()


def end_now() -> NoReturn:
    """End this process at once: taking the interpreter down takes longer than all the rest of a stop."""
    tracing.flush()
    logging.shutdown()
    os._exit(0)
