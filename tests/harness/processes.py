"""A process of the service under test: started in a group of its own, with its words kept, and ended whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.harness.environment import refuse_when_fast, without_ours
from tests.harness.waiting import until

ROOT = Path(__file__).parents[2]
LOG_TAIL_CHARACTERS = 8_000


def manage(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these settings alone, run to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=without_ours(dict(os.environ)) | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def freeze(*pids: int) -> None:
    """Send SIGSTOP, and return when every thread of these processes stands still, as none does at once.

    Raises TimeoutError.
    """
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: all(_stands(pid) for pid in pids), "processes that stand still")


def _stands(pid: int) -> bool:
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return {one.read_text().rpartition(")")[2].split()[0] for one in threads} <= {"T", "t"}


class StoppedTooEarlyError(Exception):
    """A process ended, or did not become ready, while a test counted on it."""


class Process:
    """One running command. `stop` asks it to end; `kill` ends it and everything it started, at once."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path = ROOT
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        refuse_when_fast(f"A process of the service ({name})")
        self.log = log
        self._folder = folder
        self._popen = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self._folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def words(self) -> str:
        """The end of what it wrote to standard output and error."""
        return self.log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to what it started."""
        self._popen.send_signal(number)

    def freeze(self) -> None:
        """Bring the process and what it started to a standstill, until `thaw`."""
        freeze(*self.group())

    def thaw(self) -> None:
        """Let them go on; no fault where they never stood still, or have ended."""
        for pid in self.group():
            os.kill(pid, signal.SIGCONT)

    def wait(self, seconds: float) -> int:
        """Its exit status. Raises subprocess.TimeoutExpired."""
        return self._popen.wait(seconds)

    def group(self) -> list[int]:
        """The processes of its group that still live (zombies do not)."""
        return [pid for pid, group in _living() if group == self.pid]

    def stop(self, seconds: float = 20) -> int:
        """Ask it to end (SIGTERM) and return its status; whatever outlives `seconds` is killed."""
        if self.running:
            self.send(signal.SIGTERM)
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill()
        finally:
            self.kill()

    def kill(self) -> int:
        """End it and its whole group without asking, as a power cut would; return when all are gone."""
        if self.running or self.group():
            os.killpg(self.pid, signal.SIGKILL)
        while self.group():
            time.sleep(0.005)
        return self._popen.wait()

    def restart(self) -> None:
        """Start the same command again after it has ended."""
        if self.running:
            raise RuntimeError(f"{self.name} still runs")
        self._popen = self._start()

    def until(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until `ready()`. Raises StoppedTooEarlyError with its last words if it ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running or time.monotonic() > deadline:
                state = f"still runs after {seconds} s" if self.running else f"ended with {self._popen.returncode}"
                raise StoppedTooEarlyError(f"{self.name} is not ready and {state}. Its last words:\n{self.words()}")
            time.sleep(0.05)


def _living() -> list[tuple[int, int]]:
    """(process, its group) of every process on this machine that is not a zombie."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if fields[0] not in "ZX":
            found.append((int(status.parent.name), int(fields[2])))
    return found
