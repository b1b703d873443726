"""The embedded service: web and workers as the children of one process."""

import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from feedback.cli import console
from feedback.cli.embedded import StartFailed, address, environment
from feedback.cli.processes import Child, end_all
from feedback.cli.workers import cores

STOP_SECONDS = 7.5  # what still runs then is killed: the whole takes under ten
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # between a death and the restart
_STEADY_SECONDS = 60.0  # after this long a process counts as healthy again, and its pauses start short
_POLL_SECONDS = 0.2


class Supervisor:
    """Starts the children, starts again those that die, and ends all of them."""

    def __init__(self, home: Path, host: str, bound: socket.socket, log: IO[bytes] | None = None) -> None:
        self.url = address(host, bound.getsockname()[1])
        self._environment = environment(home, host)
        self._log = log
        self._bound = bound
        self._children = dict[str, Child]()
        self._pauses = dict[str, float]()
        self._due = dict[str, float]()
        self._commands = {"web": [sys.executable, "-m", "feedback.cli", "web", "--fd", str(bound.fileno())]}
        for number in range(1, cores() + 1):
            self._commands[f"worker {number}"] = [sys.executable, "-m", "feedback.cli.worker"]

    def run(self, stopping: threading.Event, ready: Callable[[], None]) -> None:
        """Serve until `stopping` is set; `ready` is called once the service answers. Leaves no process behind.

        Raises StartFailed if a child ends before that: what cannot start will not start a second later.
        """
        try:
            if self._migrate(stopping) and self._start(stopping):
                ready()
                while not stopping.wait(_POLL_SECONDS):
                    self._revive()
        finally:
            end_all(self._children.values(), STOP_SECONDS)

    def _launch(self, name: str, command: list[str]) -> None:
        inherited = [self._bound.fileno()] if name == "web" else []
        self._children[name] = Child(name, command, self._environment, self._log, inherited)

    def _migrate(self, stopping: threading.Event) -> bool:
        self._launch("migrate", [sys.executable, "-m", "feedback.cli.migrate"])
        while not stopping.wait(_POLL_SECONDS):
            if (status := self._children["migrate"].status()) is not None:
                self._children.pop("migrate").end()
                if status:
                    raise StartFailed("The database could not be brought up to date; the lines above say why.")
                return True
        return False

    def _start(self, stopping: threading.Event) -> bool:
        for name, command in self._commands.items():
            self._launch(name, command)
        while not stopping.wait(_POLL_SECONDS):
            for child in self._children.values():
                if (status := child.status()) is not None:
                    raise StartFailed(f"The {child.name} process ended with {status} before the service was ready.")
            if _answers(self.url):
                return True
        return False

    def _revive(self) -> None:
        """Start processes that died again, after a pause that doubles while they keep dying.

        A worker that ends with 0 has grown large and makes room for another: that needs no word.
        """
        now = time.monotonic()
        for name, child in list(self._children.items()):
            if (status := child.status()) is not None:
                self._children.pop(name).end()
                if status == 0 and name != "web":
                    self._launch(name, self._commands[name])
                    continue
                steady = now - child.started_at >= _STEADY_SECONDS
                pause = _FIRST_PAUSE if steady else self._pauses.get(name, _FIRST_PAUSE)
                self._pauses[name] = min(pause * 2, _LONGEST_PAUSE)
                self._due[name] = now + pause
                console.note(f"The {name} process ended with {status}; it starts again in {pause:g} s.")
        for name in [name for name, when in self._due.items() if when <= now]:
            del self._due[name]
            self._launch(name, self._commands[name])


def _answers(url: str) -> bool:
    """Whether a server there answers HTTP, with whatever status."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/health/live")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
