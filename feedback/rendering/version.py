"""Which renderer made a document: part of the identity of a submission."""

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

FEEDBACK = Path(__file__).parent.parent
ROOMS = ("events", "phrasing", "analysis", "rendering")


@functools.cache
def renderer_version() -> str:
    """12 hexadecimal digits that change whenever a document could: by our source, templates, texts or Typst."""
    digest = hashlib.sha256(version("typst").encode())
    for path in sorted(path for room in ROOMS for path in (FEEDBACK / room).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name, content = path.relative_to(FEEDBACK).as_posix().encode(), path.read_bytes()
            # Lengths keep the end of one file apart from the start of the next.
            digest.update(b"%d %s %d " % (len(name), name, len(content)))
            digest.update(content)
    return digest.hexdigest()[:12]
