"""A service to be attacked: two callers with keys, a temporary folder of its own, and what its honest caller feels."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.harness.stack import Stack
from tests.harness.students import student

MEBIBYTE = 1 << 20
_ROOT = Path(__file__).parents[2]


@dataclass
class Felt:
    """What an honest caller felt while something was going on."""

    seconds: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(0.95 * len(self.seconds))]


class Target:
    """One running service. `attacker` and `honest` are clients of two owners; strangers connect by themselves."""

    def __init__(self, stack: Stack, home: Path | None) -> None:
        self.stack = stack
        self.spool = Path(stack.environment["TMPDIR"])
        if home is not None:
            stack.environment["FEEDBACK_HOME"] = str(home)
        self.keys = {name: self._key(name) for name in ("attacker", "honest")}
        self.attacker, self.honest = (self.client(name) for name in self.keys)
        self.document = self._document()
        self.pid = self._web()

    def close(self) -> None:
        self.attacker.close()
        self.honest.close()

    def _key(self, name: str) -> str:
        return self.stack.run("python", "manage.py", "apikey", "create", "--name", name).strip()

    def client(self, name: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.keys[name]}"}
        return httpx.Client(base_url=self.stack.url, timeout=300, headers=headers)

    def _document(self) -> str:
        """The address of a finished report of the honest caller."""
        address = self.honest.post("/assignment/html", json=student("ada")).headers["Location"]
        while self.honest.get(address).status_code == 202:
            time.sleep(0.1)
        return str(address)

    def _web(self) -> int:
        """The process that answers: of the embedded service it is a child."""
        mine = {process.pid for process in self.stack.processes.values()}
        for pid, command, parent in _processes():
            if "feedback.cli web" in command or "feedback web" in command:
                ancestors = {pid, parent}
                if ancestors & mine:
                    return pid
        raise AssertionError("there is no web process")

    def memory(self) -> int:
        """Its anonymous memory, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0]) * 1024

    def spooled(self) -> int:
        """What lies in the temporary folder, files without a name among it, in bytes."""
        total = 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                if os.readlink(link).startswith(str(self.spool)):  # noqa: PTH115 - not what it points at, its name
                    total += link.stat().st_size
            except OSError:
                continue
        return total

    @contextmanager
    def watched(self) -> Iterator["Watch"]:
        """What the honest caller feels, and what the web process takes, while the context lasts."""
        watch = Watch(self)
        watch.start()
        try:
            yield watch
        finally:
            watch.stop()


class Watch(threading.Thread):
    """The honest caller, in a process of its own, and samples of what the web process takes meanwhile."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.felt, self.most_memory, self.most_spooled = Felt(), 0, 0
        self._target, self._over = target, threading.Event()
        command = [sys.executable, "-m", "tests.hostile.honest", target.stack.url, target.document]
        environment = {**os.environ, "HONEST_KEY": target.keys["honest"]}
        self._caller = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )

    def run(self) -> None:
        while not self._over.wait(0.1):
            self.most_memory = max(self.most_memory, self._target.memory())
            self.most_spooled = max(self.most_spooled, self._target.spooled())

    def stop(self) -> None:
        said, _ = self._caller.communicate("stop\n", timeout=120)
        self._over.set()
        self.join()
        told = json.loads(said)
        self.felt = Felt(told["seconds"], told["refused"])


def _processes() -> Iterator[tuple[int, str, int]]:
    """(process, its command, its parent) of all on this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        yield int(folder.name), command, parent
