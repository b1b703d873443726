"""Runs a program of the service with flaws in it: `python -m tests.harness.flaws FLAW… -- celery …`.

So the product needs no hooks for its crash tests. A flaw is one line of JSON, a `Flaw` below.
"""

import importlib
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import django
import msgspec

_POLL_SECONDS = 0.02


class Flaw(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes wrong, and where.

    `target` is `module:function`, or `module:Class.method`. `folder` remembers what has happened across processes.
    """

    target: str
    when: Literal["before", "after"]
    action: Literal["kill", "freeze", "count"]
    folder: str
    once: bool = True
    only_for: str = ""  # only where this text occurs in the representation of the arguments or the result

    def install(self) -> None:
        module_name, _, path = self.target.partition(":")
        owner: Any = importlib.import_module(module_name)
        *outer, name = path.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def flawed(*args: Any, **kwargs: Any) -> Any:
            if self.when == "before" and self.only_for in repr(args):
                self._strike()
            result = real(*args, **kwargs)
            if self.when == "after" and self.only_for in repr((args, result)):
                self._strike()
            return result

        return flawed

    def _strike(self) -> None:
        match self.action:
            case "count":
                with (Path(self.folder) / "count").open("a") as file:
                    file.write(f"{os.getpid()}\n")
            case "kill" if self._is_first():
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze" if self._is_first():
                while not self._file("thaw").exists():
                    time.sleep(_POLL_SECONDS)

    def _is_first(self) -> bool:
        """Whether this is the first time in any process (or any time, where not `once`); leaves our id behind."""
        try:
            with self._file("struck").open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return not self.once
        return True

    def _file(self, what: str) -> Path:
        return Path(self.folder) / what

    # --- the test's side ---

    @property
    def victim(self) -> int | None:
        """The process that was struck; None as long as none was."""
        written = self._file("struck").read_text() if self._file("struck").exists() else ""
        return int(written) if written else None

    @property
    def count(self) -> int:
        return len(self._file("count").read_text().splitlines()) if self._file("count").exists() else 0

    @property
    def processes(self) -> set[int]:
        """Those that counted."""
        return set(map(int, (Path(self.folder) / "count").read_text().split())) if self.count else set()

    def thaw(self) -> None:
        self._file("thaw").touch()


def main() -> None:
    divide = sys.argv.index("--")
    django.setup()
    for text in sys.argv[1:divide]:
        msgspec.json.decode(text, type=Flaw).install()
    program, *arguments = sys.argv[divide + 1 :]
    sys.argv = [program, *arguments]
    runpy.run_path(str(Path(sys.executable).with_name(program)), run_name="__main__")


if __name__ == "__main__":
    main()
