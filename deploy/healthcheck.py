"""Whether the service of this container does its work: `python deploy/healthcheck.py web|celery|beat|flower`.

Exits 0 if so, else with one line that says what is wrong. It loads no Django: it runs every few seconds.
"""

import os
import socket
import sys
import urllib.request
from base64 import b64encode
from pathlib import Path

# Beat publishes every few seconds; its connection has been used since, or it is stuck.
BEAT_SECONDS = 60


def web() -> str | None:
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip("*.") or "127.0.0.1"
    return _answers("http://127.0.0.1:8000/health/accepting", host)


def flower() -> str | None:
    return _answers("http://127.0.0.1:5555/healthcheck", "127.0.0.1", _flowers_password())


def _flowers_password() -> str:
    """`name:password`, as flower.py finds it."""
    kept = Path("/var/lib/flower/basic_auth")
    return os.environ.get("FLOWER_BASIC_AUTH") or (kept.read_text(encoding="utf-8").strip() if kept.exists() else "")


def _answers(url: str, host: str, password: str = "") -> str | None:
    headers = {"Host": host} | ({"Authorization": f"Basic {b64encode(password.encode()).decode()}"} if password else {})
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - an address of this container
        # Past any proxy that the environment names: it would look for the address on a machine of its own.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=4):
            return None
    except OSError as fault:
        return f"{url}: {fault}"


def celery() -> str | None:
    from celery import Celery  # noqa: PLC0415 - the other checks need none of it

    worker = f"celery@{socket.gethostname()}"
    with Celery(broker=_broker()) as app:
        return None if app.control.ping([worker], timeout=5) else f"{worker} does not answer through the broker"


def beat() -> str | None:
    from redis import Redis, RedisError  # noqa: PLC0415 - likewise

    try:
        with Redis.from_url(_broker(), socket_timeout=4) as client:
            own = client.client_info()
            here = [
                other for other in client.client_list() if _host(other) == _host(own) and other["id"] != str(own["id"])
            ]
    except RedisError as fault:
        return f"the broker: {fault}"
    if any(int(other["idle"]) < BEAT_SECONDS for other in here):
        return None
    return f"nothing was published from here for {BEAT_SECONDS} s"


def _host(client: dict[str, str]) -> str:
    return client["addr"].rpartition(":")[0]


def _broker() -> str:
    if file := os.environ.get("CELERY_BROKER_URL_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ["CELERY_BROKER_URL"]


if __name__ == "__main__":
    sys.exit({"web": web, "celery": celery, "beat": beat, "flower": flower}[sys.argv[1]]())
