"""The whole service with servers of its own, each part of which can be killed, frozen and brought back."""

import secrets
import sys
from pathlib import Path

import msgspec

from tests.chaos.flaws import Flaw
from tests.harness import environment
from tests.harness.processes import Process
from tests.harness.servers import Postgres, Redis
from tests.harness.stack import Stack

WORKERS = ("worker-1", "worker-2")


class Site(Stack):
    """Web, two worker processes (a node each) and beat, on a PostgreSQL and a Redis that no one else uses."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.chmod(0o755)
        self.ports = environment.Reservation(), environment.Reservation()
        (folder / "postgres").mkdir()
        self.postgres = Postgres(folder / "postgres", self.ports[0], secrets.token_hex(16))
        self.redis = Redis(folder, self.ports[1])
        self.flaws: dict[str, list[Flaw]] = {}
        addresses = {"DATABASE_URL": self.postgres.url, "CELERY_BROKER_URL": self.redis.url}
        super().__init__(folder, environment.SETTINGS | addresses | settings)
        self.run("python", "manage.py", "migrate", "--no-input")

    def start(self, name: str, *command: str) -> Process:
        """With the flaws that `self.flaws` has for this name, where it has any."""
        if name not in self.flaws:
            return super().start(name, *command)
        lines = [msgspec.json.encode(flaw).decode() for flaw in self.flaws[name]]
        flawed = [sys.executable, "-m", "tests.chaos.flaws", *lines, "--", *command]
        self.processes[name] = Process(name, flawed, self.environment, self.folder / f"{name}.log")
        return self.processes[name]

    def start_all(self) -> None:
        self.start_web().until(self.answers)
        for name in WORKERS:
            self.start_worker(name, concurrency=1)
        self.start_beat()

    def close(self) -> None:
        super().close()
        self.redis.stop()
        self.postgres.stop()
        for port in self.ports:
            port.release()
