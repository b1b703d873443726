"""PostgreSQL and Redis for one test run: private, from this machine's binaries, gone at the end.

Not used where TEST_DATABASE_URL and TEST_REDIS_URL name servers to use instead.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from tests.harness import environment
from tests.harness.processes import Process


class NotInstalledError(Exception):
    """A server that the tests need is not on this machine."""


def binary(name: str, package: str, variable: str) -> str:
    """The path of a server's program, or of one that comes with it.

    Debian keeps PostgreSQL's out of PATH, a folder a version.
    """
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    places = os.pathsep.join([*map(str, reversed(versions)), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=places)
    if found is None:
        raise NotInstalledError(
            f"`{name}` is not on this machine, and {variable} names no server to use instead. "
            f"Install it (on Debian: `make install-test-tools`, or `apt-get install {package}`), or set {variable}."
        )
    return found


class Server:
    """A server of ours in a folder of its own, which a test may kill and start again."""

    process: Process
    url: str

    def answers(self) -> bool:
        raise NotImplementedError

    def restart(self) -> None:
        self.process.restart()
        self.process.until(self.answers)


class Postgres(Server):
    """PostgreSQL on a reserved port. Crashes of the machine are not guarded against, crashes of the server are."""

    def __init__(self, folder: Path, port: environment.Reservation, password: str, **options: str) -> None:
        """Raises NotInstalledError. `options` are parameters of postgresql.conf."""
        initdb = binary("initdb", "postgresql", "TEST_DATABASE_URL")
        self.url = f"postgresql://feedback:{password}@127.0.0.1:{port.port}/postgres"
        borrowed = _as_unprivileged(folder)
        _create_cluster([*borrowed, initdb], folder, password)
        postgres = str(Path(initdb).with_name("postgres"))
        clean = environment.without_ours(dict(os.environ))
        command = [*borrowed, postgres, *_postgres_options(folder, port.port, options)]
        self.process = Process("PostgreSQL", command, clean, folder / "log")
        self.process.until(self.answers)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def crash(self) -> None:
        """Its immediate shutdown: every connection is cut, nothing is flushed; the next start recovers."""
        self.process.send(signal.SIGQUIT)
        self.process.wait(30)

    def stop(self) -> None:
        # SIGINT is its fast shutdown: it ends without waiting for clients to leave.
        if self.process.running:
            self.process.send(signal.SIGINT)
        self.process.stop()


class Redis(Server):
    """Redis on a reserved port, in memory only: whenever it is started, it is empty."""

    def __init__(self, folder: Path, port: environment.Reservation) -> None:
        program = binary("redis-server", "redis-server", "TEST_REDIS_URL")
        self.url = f"redis://127.0.0.1:{port.port}/0"
        options = f"--bind 127.0.0.1 --port {port.port} --databases 64 --appendonly no"
        command = [program, *options.split(), "--maxmemory-policy", "noeviction", "--save", "", "--dir", str(folder)]
        self.process = Process("Redis", command, environment.without_ours(dict(os.environ)), folder / "log")
        self.process.until(self.answers)

    def answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        self.process.stop()


@contextmanager
def private_postgres() -> Iterator[None]:
    """PostgreSQL at `environment.database_url`, quick rather than durable."""
    environment.refuse_when_fast("PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="feedback-test-pg-", ignore_cleanup_errors=True) as name:
        port = environment.postgres_port
        server = Postgres(Path(name), port, environment.postgres_password, synchronous_commit="off")
        try:
            port.release()
            yield
        finally:
            server.stop()


@contextmanager
def private_redis() -> Iterator[None]:
    """Redis at `environment.redis_url`."""
    environment.refuse_when_fast("Redis")
    with tempfile.TemporaryDirectory(prefix="feedback-test-redis-") as folder:
        server = Redis(Path(folder), environment.redis_port)
        try:
            environment.redis_port.release()
            yield
        finally:
            server.stop()


def _as_unprivileged(folder: Path) -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root: a change to the folder's new owner."""
    if os.geteuid() != 0:
        return []
    user = _unprivileged_user()
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _create_cluster(initdb: list[str], folder: Path, password: str) -> None:
    kept = folder / "password"
    kept.write_text(password)
    kept.chmod(0o644)  # inside a folder that only its owner enters
    access = ["--username=feedback", f"--pwfile={kept}", "--auth=scram-sha-256"]
    text = ["--encoding=UTF8", "--locale=C"]
    subprocess.run(
        [*initdb, f"--pgdata={folder / 'data'}", "--no-sync", "--wal-segsize=1", *access, *text],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _postgres_options(folder: Path, port: int, options: dict[str, str]) -> list[str]:
    settings: dict[str, object] = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 200,
        "fsync": "off",
        "full_page_writes": "off",
        **options,
    }
    return ["-D", str(folder / "data"), *(part for key, value in settings.items() for part in ("-c", f"{key}={value}"))]


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NotInstalledError("PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` exists here.")
