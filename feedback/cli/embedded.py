"""The base of the embedded service: a home folder that one process owns, a socket, and the settings."""

import contextlib
import fcntl
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Elsewhere these choose another database or broker; the embedded service has its own, in its home.
_OF_SERVICES = ("DATABASE_URL", "POSTGRES_", "CELERY_BROKER_URL")


class StartFailed(Exception):
    """The service could not start; the message says why and how to mend it."""


def environment(home: Path, host: str) -> dict[str, str]:
    """All that the children are told. Which file is where in the home is for `feedback.settings` to say.

    Raises StartFailed for what would let everyone in who should not be.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OF_SERVICES)}
    ours = {"FEEDBACK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "feedback.settings", "PYTHONUNBUFFERED": "1"}
    # Only users of this machine reach the loopback interface; beyond it, the operator decides.
    reached = {"ALLOWED_HOSTS": ",".join(["127.0.0.1", "localhost", "[::1]", _bracketed(host)])}
    if is_loopback(host):
        reached["FEEDBACK_AUTH"] = "open"
    defaults = {
        # Short enough that a worker hands back what it has not finished before the supervisor's patience is over.
        "FEEDBACK_STOP_SECONDS": "2",
        # As in the Dockerfile: glibc would keep what the largest upload took, once for each thread.
        "MALLOC_ARENA_MAX": "2",
    }
    told = defaults | reached | inherited | ours
    allow_open = told.get("FEEDBACK_ALLOW_OPEN", "").strip().lower() == "true"
    refuse_exposure(host, told.get("FEEDBACK_AUTH", "").strip(), allow_open=allow_open)
    return told


def refuse_exposure(address: str, auth: str, *, allow_open: bool) -> None:
    """Raises StartFailed where everyone would be let in on an address that others can reach."""
    if auth == "open" and not allow_open and not is_loopback(address):
        raise StartFailed(
            f"FEEDBACK_AUTH is `open`, and {address} can be reached from other machines: everyone there could read and "
            "erase everything. Set FEEDBACK_AUTH=keys and make a key with `feedback manage apikey create`, or listen "
            "on 127.0.0.1. Where everyone who reaches it may do that, say so with FEEDBACK_ALLOW_OPEN=true."
        )


def published_at(publish: str) -> str:
    """The address in `ADDRESS:PORT`, as Docker reads it: a port alone means every address. Empty for an empty text."""
    if not publish:
        return ""
    host, _, _ = publish.rpartition(":")
    return host.strip("[]") or "0.0.0.0"  # noqa: S104 - what is refused, not bound


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def owned_home(home: Path) -> Iterator[IO[str]]:
    """The home folder, made if missing, for this process alone. Yields a file for a line that names the owner.

    Raises StartFailed where another process has it, or where this one may not write to it.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise StartFailed(
            f"The home folder {home} cannot be written to: {fault.strerror or fault}. "
            "Name another with --home, or give this user the right to write there."
        ) from None
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(
                f"{home} is in use by another `feedback serve` ({lock.read().strip()}). "
                "Stop that one, or give this one a --home of its own."
            ) from None
        lock.truncate(0)
        _forget_the_former_queue(home)
        yield lock


def _forget_the_former_queue(home: Path) -> None:
    """The edition before this one kept messages in files, and what beat remembers: nothing needs them."""
    shutil.rmtree(home / "queue", ignore_errors=True)
    for schedule in home.glob("sweep-schedule*"):
        schedule.unlink(missing_ok=True)


def claim(owner: IO[str], url: str) -> None:
    """Name the owning process in the home's lock file, for the message that a second one shows."""
    owner.write(f"process {os.getpid()}, {url}")
    owner.flush()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket for the web process to inherit: a taken port is known at once, port 0 is any free one.

    As it belongs to the supervisor, clients wait instead of being refused while the web process restarts.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as fault:
        raise StartFailed(
            f"Port {port} of {host} cannot be listened on: {fault.strerror or fault}. "
            "Choose another with --port; --port 0 takes any that is free."
        ) from None
    return bound


# Not an address to ask, but all of a machine's: what listens there answers on the loopback address, too.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens on `host`."""
    return f"http://{_bracketed(_EVERYWHERE.get(host, host))}:{port}"


def listening(host: str, port: int) -> str:
    """What to tell the operator: the address, and that it is every address of the machine where it is."""
    where = f"Listening on {address(host, port)}"
    return f"{where} and on every other address of this machine" if host in _EVERYWHERE else where


def _bracketed(host: str) -> str:
    """A host as it stands in a URL and in the Host header: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
