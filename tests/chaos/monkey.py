"""What goes wrong at random: processes are killed, the broker is emptied or away, the database crashes."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.harness.site import WORKERS, Site


class Monkey:
    """Does one thing after another to a site, in a thread, as long as the context lasts; `done` counts them."""

    def __init__(self, site: Site, seed: int, pause: tuple[float, float], away: float) -> None:
        self.site = site
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - chance that can be repeated
        self._pause = pause
        self._away = away
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._act), threading.Thread(target=self._revive)]
        self._failed: list[Exception] = []

    def __enter__(self) -> "Monkey":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _act(self) -> None:
        """Every fault once in a random order, then again."""
        faults: dict[str, Callable[[], None]] = {
            "web killed": lambda: self._kill_group("web"),
            "beat killed": lambda: self._kill_group("beat"),
            "worker process killed": self._kill_child,
            "worker parent killed": self._kill_parent,
            "FLUSHALL": self.site.redis.flush,
            "Redis away, back empty": self._stop_redis,
            "PostgreSQL crashed": self._crash_postgres,
        }
        try:
            while True:
                for name in self._random.sample(list(faults), len(faults)):
                    if self._over.wait(self._random.uniform(*self._pause)):
                        return
                    faults[name]()
                    self.done[name] += 1
        except Exception as fault:
            self._failed.append(fault)

    def _revive(self) -> None:
        """A supervisor's part, as Docker's or systemd's: what has ended is started again."""
        while not self._over.wait(0.2):
            for process in list(self.site.processes.values()):
                if not process.running:
                    process.restart()

    def _kill_group(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.site.processes[name].pid, signal.SIGKILL)

    def _kill_child(self) -> None:
        worker = self.site.processes[self._random.choice(WORKERS)]
        for child in sorted(set(worker.group()) - {worker.pid}):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def _kill_parent(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.site.processes[self._random.choice(WORKERS)].pid, signal.SIGKILL)

    def _stop_redis(self) -> None:
        self.site.redis.process.kill()
        time.sleep(self._away)
        self.site.redis.restart()

    def _crash_postgres(self) -> None:
        self.site.postgres.crash()
        self.site.postgres.restart()
