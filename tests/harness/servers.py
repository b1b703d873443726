"""PostgreSQL, Redis and an object store for one test run: private, from this machine's binaries, gone at the end.

Not used where TEST_DATABASE_URL and TEST_REDIS_URL name servers to use instead. The object store comes as a package.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import obstore
import psycopg
import redis
from obstore.exceptions import BaseError
from obstore.store import S3Store

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


class Seaweed(Server):
    """SeaweedFS, which speaks S3: one bucket, one pair of keys, and nobody else let in. A crash keeps what it holds."""

    _PARTS = ("master", "volume", "filer", "s3")

    def __init__(self, folder: Path) -> None:
        self._ports = {
            f"{one}{kind}": environment.Reservation() for one in self._PARTS for kind in (".port", ".port.grpc")
        }
        keys = {"accessKey": "feedback-tests", "secretKey": "a secret that guards nothing"}
        allowed = {"name": "tests", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        (folder / "s3.json").write_bytes(msgspec.json.encode({"identities": [allowed]}))
        self.url = f"http://127.0.0.1:{self._ports['s3.port'].port}"
        # What the service under test is told.
        self.settings = {
            "FEEDBACK_DOCUMENTS_URL": "s3://feedback/documents",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": keys["accessKey"],
            "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
        }
        options = {"endpoint": self.url, "access_key_id": keys["accessKey"], "secret_access_key": keys["secretKey"]}
        self._bucket = S3Store.from_url(
            "s3://feedback",
            config={**options, "region": "us-east-1"},  # type: ignore[arg-type] # a TypedDict, of these keys
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
        clean = environment.without_ours(dict(os.environ))
        self.process = Process("SeaweedFS", self._command(folder), clean, folder / "seaweed.log")
        self.process.until(self._has_a_bucket)

    def _command(self, folder: Path) -> list[str]:
        program = str(Path(sys.executable).with_name("weed"))
        (folder / "seaweed").mkdir()
        options = {
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "dir": folder / "seaweed",
            "filer.localSocket": folder / "filer.sock",
            "s3.config": folder / "s3.json",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 64,
            "volume.max": 50,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            **{name: reserved.port for name, reserved in self._ports.items()},
        }
        return [
            program,
            "-logtostderr",
            "server",
            "-filer",
            "-s3",
            *(f"-{name}={value}" for name, value in options.items()),
        ]

    def _has_a_bucket(self) -> bool:
        try:
            obstore.put(self._bucket, "made", b"with the first object")
            obstore.delete(self._bucket, "made")
        except (BaseError, OSError):
            return False
        return True

    def answers(self) -> bool:
        try:
            self.keys()
        except (BaseError, OSError):
            return False
        return True

    def keys(self) -> list[str]:
        """The keys of all objects there are, in order, with the prefix that the service gives them."""
        return [one["path"] for page in obstore.list(self._bucket) for one in page]

    def put(self, key: str, content: bytes) -> None:
        """Write an object behind the service's back."""
        obstore.put(self._bucket, key, content)

    def delete(self, *keys: str) -> None:
        obstore.delete(self._bucket, keys)

    def empty(self) -> None:
        if keys := self.keys():
            self.delete(*keys)

    def stop(self) -> None:
        self.process.stop()
        for reserved in self._ports.values():
            reserved.release()


@contextmanager
def private_objects() -> Iterator[Seaweed]:
    """An object store of its own."""
    environment.refuse_when_fast("SeaweedFS")
    with tempfile.TemporaryDirectory(prefix="feedback-test-s3-") as folder:
        server = Seaweed(Path(folder))
        try:
            yield server
        finally:
            server.stop()


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
