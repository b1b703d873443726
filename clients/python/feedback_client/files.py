"""Where a download goes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

Target = str | os.PathLike[str] | IO[bytes]


@contextmanager
def opened(target: Target) -> Iterator[IO[bytes]]:
    """A file to write to: the one that is given, or one at a path, which is there whole or not at all."""
    if not isinstance(target, str | os.PathLike):
        yield target
        return
    path = Path(target)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w+b") as file:
            yield file
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
