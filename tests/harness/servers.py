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


def _binary(name: str, package: str, variable: str) -> str:
    """The path of a server's program; Debian keeps PostgreSQL's out of PATH, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    places = os.pathsep.join([*map(str, reversed(versions)), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=places)
    if found is None:
        raise NotInstalledError(
            f"`{name}` is not on this machine, and {variable} names no server to use instead. "
            f"Install it (on Debian: `make install-test-tools`, or `apt-get install {package}`), or set {variable}."
        )
    return found


@contextmanager
def private_postgres() -> Iterator[None]:
    """PostgreSQL at `environment.database_url`, with durability off."""
    initdb = _binary("initdb", "postgresql", "TEST_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="feedback-test-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        borrowed = _as_unprivileged(folder)
        _create_cluster([*borrowed, initdb], folder)
        postgres = str(Path(initdb).with_name("postgres"))
        clean = environment.without_ours(dict(os.environ))
        server = Process("PostgreSQL", [*borrowed, postgres, *_postgres_options(folder)], clean, folder / "log")
        try:
            server.until(_postgres_answers)
            environment.postgres_port.release()
            yield
        finally:
            # SIGINT is its fast shutdown: it ends without waiting for clients to leave.
            server.send(signal.SIGINT)
            server.stop()


def _as_unprivileged(folder: Path) -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root: a change to the folder's new owner."""
    if os.geteuid() != 0:
        return []
    user = _unprivileged_user()
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _create_cluster(initdb: list[str], folder: Path) -> None:
    password = folder / "password"
    password.write_text(environment.postgres_password)
    password.chmod(0o644)  # inside a folder that only its owner enters
    access = ["--username=feedback", f"--pwfile={password}", "--auth=scram-sha-256"]
    text = ["--encoding=UTF8", "--locale=C"]
    subprocess.run(
        [*initdb, f"--pgdata={folder / 'data'}", "--no-sync", *access, *text],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _postgres_options(folder: Path) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": environment.postgres_port.port,
        "unix_socket_directories": folder,
        "max_connections": 200,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    return ["-D", str(folder / "data"), *(part for key, value in settings.items() for part in ("-c", f"{key}={value}"))]


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NotInstalledError("PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` exists here.")


def _postgres_answers() -> bool:
    try:
        psycopg.connect(environment.database_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def private_redis() -> Iterator[None]:
    """Redis at `environment.redis_url`, in memory only."""
    program = _binary("redis-server", "redis-server", "TEST_REDIS_URL")
    with tempfile.TemporaryDirectory(prefix="feedback-test-redis-") as folder:
        options = f"--bind 127.0.0.1 --port {environment.redis_port.port} --databases 64 --appendonly no"
        server = Process(
            "Redis",
            [program, *options.split(), "--maxmemory-policy", "noeviction", "--save", "", "--dir", folder],
            environment.without_ours(dict(os.environ)),
            Path(folder) / "log",
        )
        try:
            server.until(_redis_answers)
            environment.redis_port.release()
            yield
        finally:
            server.stop()


def _redis_answers() -> bool:
    with redis.Redis.from_url(environment.redis_url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
