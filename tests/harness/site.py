"""The whole service with servers of its own, each part of which can be killed, frozen and brought back."""

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

import msgspec
import psycopg

from tests.harness import environment
from tests.harness.flaws import Flaw
from tests.harness.processes import Process
from tests.harness.servers import Postgres, Redis
from tests.harness.stack import Stack
from tests.harness.waiting import until

WORKERS = ("worker-1", "worker-2")
# Short, so that the tests need not wait long for a lost worker's lease; the proportions are the product's own.
LEASE_SECONDS = 3
SETTINGS = {
    "FEEDBACK_LEASE_SECONDS": str(LEASE_SECONDS),
    "FEEDBACK_STOP_SECONDS": "2",
    "FEEDBACK_REQUESTS_PER_MINUTE": "0",
    "FEEDBACK_STUDENTS_PER_HOUR": "0",
    # An endpoint of a test is on this machine, and may be away for two minutes.
    "FEEDBACK_WEBHOOK_ALLOW_PRIVATE": "true",
    "FEEDBACK_WEBHOOK_RETRY_SECONDS": ",".join(["0", "1", *["2"] * 60]),
}


class Site(Stack):
    """Web, two worker processes (a node each) and beat, on a PostgreSQL and a Redis that no one else uses."""

    def __init__(self, folder: Path, data: Path | None = None, **settings: str) -> None:
        """`data` is where PostgreSQL keeps its own, if not on the disk."""
        self.ports = environment.Reservation(), environment.Reservation()
        # Not within `folder`, which PostgreSQL could not enter as the user it runs as.
        self._data = tempfile.TemporaryDirectory(prefix="feedback-chaos-pg-", ignore_cleanup_errors=True)
        self.postgres = Postgres(data or Path(self._data.name), self.ports[0], secrets.token_hex(16))
        self.redis = Redis(folder, self.ports[1])
        self.flaws: dict[str, list[Flaw]] = {}
        self.clocks: dict[str, int] = {}  # by how many seconds the clock of a process is off
        addresses = {"DATABASE_URL": self.postgres.url, "CELERY_BROKER_URL": self.redis.url}
        super().__init__(folder, environment.SETTINGS | addresses | SETTINGS | settings)
        self.migrate()

    def start(self, name: str, *command: str) -> Process:
        """With the flaws and by the clock that this name has, where it has any."""
        lines = [msgspec.json.encode(flaw).decode() for flaw in self.flaws.get(name, [])]
        whole = [sys.executable, "-m", "tests.harness.flaws", *lines, "--", *command]
        told = self.environment | (self._clock(self.clocks[name]) if name in self.clocks else {})
        self.processes[name] = Process(name, whole, told, self.folder / f"{name}.log")
        return self.processes[name]

    def _clock(self, seconds: int) -> dict[str, str]:
        library, source = self.folder / "clock.so", Path(__file__).with_name("clock.c")
        if not library.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        return {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(seconds)}

    def start_worker(self, name: str = WORKERS[0], concurrency: int = 1) -> Process:
        return super().start_worker(name, concurrency)

    def flaw(self, name: str, target: str, **how: Any) -> Flaw:
        """Add a flaw to what is started next under this name."""
        folder = self.folder / f"flaw-{secrets.token_hex(4)}"
        folder.mkdir()
        found = Flaw(target=target, folder=str(folder), **how)
        self.flaws.setdefault(name, []).append(found)
        return found

    def run_all(self) -> None:
        """See to it that everything runs, without flaws: what was flawed is started again."""
        self.mend()
        starts: dict[str, Callable[[], Process]] = {"web": self.start_web, "beat": self.start_beat}
        starts |= {name: lambda name=name: self.start_worker(name) for name in WORKERS}  # type: ignore[misc]
        for name, start in starts.items():
            if name not in self.processes or not self.processes[name].running:
                start()
        self.processes["web"].until(self.answers)

    def mend(self) -> None:
        """End what was started with a flaw or by a clock that is off."""
        self.end(*self.flaws, *self.clocks)
        self.flaws.clear()
        self.clocks.clear()

    def end(self, *names: str) -> None:
        """SIGKILL to these processes and all that they started."""
        for name in names:
            if name in self.processes:
                self.processes.pop(name).kill()

    def reset(self) -> None:
        """Forget all work, and who was to be told of it."""
        until(self._truncated, "empty tables")
        self.redis.flush()

    def _truncated(self) -> bool:
        try:
            self.query("TRUNCATE reports_upload, reports_webhookendpoint CASCADE")
        except psycopg.errors.DeadlockDetected:
            return False  # with a worker that is still at what an earlier test has left
        return True

    def query(self, statement: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        for server in (self.redis, self.postgres):
            server.process.thaw()  # what a failed test has left frozen could not be stopped
        self.end(*self.processes)
        super().close()
        self.redis.stop()
        self.postgres.stop()
        self._data.cleanup()
        for port in self.ports:
            port.release()
