"""The service as it runs: real web, worker and beat processes, on a database and a broker of their own."""

import itertools
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
import psycopg
import redis
from psycopg import sql

from tests.harness import environment
from tests.harness.processes import ROOT, Process

BIN = Path(sys.executable).parent
_broker_databases = itertools.count(int(urlsplit(environment.redis_url).path.strip("/") or 0) + 1)


class Stack:
    """One running service: its address, its processes by name, and a client. Ended by `close`."""

    def __init__(self, folder: Path, settings: dict[str, str], source: Path = ROOT) -> None:
        self.folder = folder
        self.environment = environment.without_ours(dict(os.environ)) | settings
        self.use(source)
        self.processes: dict[str, Process] = {}
        self._port = environment.Reservation()
        self.url = f"http://127.0.0.1:{self._port.port}"
        self.headers: dict[str, str] = {}  # of every client that is to be let in
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def use(self, source: Path) -> None:
        """Start programs from this source from now on, wherever the environment's own installation points."""
        self._source = source
        self.environment["PYTHONPATH"] = str(source)

    @property
    def port(self) -> int:
        return self._port.port

    def run(self, *command: str) -> str:
        """Run one of the environment's programs to its end and return its output. Raises CalledProcessError."""
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=self._source,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        return done.stdout

    def migrate(self) -> None:
        """Make the tables and, where keys are asked for, a key that this stack's own client carries from now on."""
        self.run("python", "manage.py", "migrate", "--no-input")
        if self.environment["FEEDBACK_AUTH"] == "keys":
            key = self.run("python", "manage.py", "apikey", "create", "--name", "tests").strip()
            self.headers["Authorization"] = f"Bearer {key}"
            self.client.headers.update(self.headers)

    def start(self, name: str, *command: str) -> Process:
        """Start one of the environment's programs and keep it under `name`."""
        program = str(BIN / command[0])
        process = Process(name, [program, *command[1:]], self.environment, self.folder / f"{name}.log", self._source)
        self.processes[name] = process
        return process

    def start_web(self) -> Process:
        return self.start("web", "feedback", "web", "--host", "127.0.0.1", "--port", str(self.port))

    def start_worker(self, name: str = "worker", concurrency: int = 2) -> Process:
        options = ["--concurrency", str(concurrency), "--hostname", f"{name}@{self.port}"]
        quiet = ["--without-mingle", "--without-gossip"]  # workers have nothing to say to each other
        return self.start(name, "celery", "-A", "feedback", "worker", "-E", *options, *quiet)

    def start_beat(self, name: str = "beat") -> Process:
        return self.start(name, "celery", "-A", "feedback", "beat", "--loglevel", "INFO", "--pidfile", "")

    def answers(self) -> bool:
        """Whether the web process answers at all."""
        try:
            self.client.get("/assignment/html/never-issued")
        except httpx.TransportError:
            return False
        return True

    def finished(self, path: str, seconds: float = 120) -> httpx.Response:
        """Poll until the answer is no longer 202, and return it. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (response := self.client.get(path)).status_code == httpx.codes.ACCEPTED:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} still says {response.text} after {seconds} s")
            time.sleep(0.05)
        return response

    def words(self) -> Iterator[tuple[str, str]]:
        """(process, the end of its log) for each, to be shown where a test failed."""
        for name, process in self.processes.items():
            yield name, process.words()

    def close(self) -> None:
        self.client.close()
        for process in reversed(self.processes.values()):
            process.stop()
        self._port.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def services(folder: Path, source: Path = ROOT, /, **settings: str) -> Iterator[Stack]:
    """The services stack, migrated and answering: web, worker, beat. Needs both servers to be up."""
    broker = f"{environment.redis_url.rpartition('/')[0]}/{next(_broker_databases)}"
    with redis.Redis.from_url(broker) as client:
        client.flushdb()
    with fresh_database() as database:
        addresses = {"DATABASE_URL": database, "CELERY_BROKER_URL": broker}
        with Stack(folder, environment.SETTINGS | addresses | settings, source) as stack:
            stack.migrate()
            stack.start_web().until(stack.answers)
            stack.start_worker()
            stack.start_beat()
            yield stack


@contextmanager
def beside(other: Stack, folder: Path) -> Iterator[Stack]:
    """Another web process, of this checkout, on the database and the broker of a stack that runs."""
    with Stack(folder, other.environment) as stack:
        stack.headers = dict(other.headers)
        stack.client.headers.update(stack.headers)
        stack.start_web().until(stack.answers)
        yield stack


@contextmanager
def embedded(folder: Path, **settings: str) -> Iterator[Stack]:
    """`feedback serve` on an empty home folder, answering."""
    with Stack(folder, settings) as stack:
        options = ["--host", "127.0.0.1", "--port", str(stack.port), "--home", str(folder / "home")]
        stack.start("serve", "feedback", "serve", *options).until(stack.answers)
        yield stack


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards whoever is still connected."""
    name = f"feedback_test_{secrets.token_hex(6)}"
    with psycopg.connect(environment.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(environment.database_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(environment.database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
