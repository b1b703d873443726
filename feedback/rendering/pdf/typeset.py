"""A document as an accessible PDF: PDF/UA-1 and PDF/A-2a at once, set by Typst.

A process that has compiled with Typst and then forks leaves its child without Typst's threads, and
compiling there hangs. So nothing compiles before the first document, each thread has a compiler of its
own (one shared by two raises "Already borrowed"), and a child born after its parent's first document
hands its documents to a fresh process: slow, but whole.
"""

import functools
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
import typst

from feedback.rendering.blocks import Document
from feedback.rendering.pdf import fonts
from feedback.rendering.pdf.clusters import has_marks, with_texts_of_clusters

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_logger = logging.getLogger(__name__)


class _Data:
    """A nameless file that hands Typst the data of one document after another.

    One for all, because Typst keeps what it read from every file it ever saw: 40 kB a document.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as its thread

    def __del__(self) -> None:
        self._file.close()

    def path_of(self, data: bytes) -> str:
        """Where Typst reads this data, until the next."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(data)
        self._file.seek(0)  # this also writes out what is buffered
        return f"/dev/fd/{self._file.fileno()}"


class _Thread(threading.local):
    # Both are made with the first document: processes would share a file made before their fork.
    compiler: typst.Compiler | None = None
    data: _Data | None = None


class _Process:
    has_compiled = False
    is_late_child = False


_thread, _process = _Thread(), _Process()


def _after_fork() -> None:
    _process.is_late_child = _process.has_compiled


# Where there is no fork (Windows) there is nothing to guard against.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class CannotSetError(Exception):
    """Typst refuses the document; the message is its own."""


def typeset(document: Document) -> bytes:
    """The PDF; equal documents give equal bytes. Raises CannotSetError where Typst refuses."""
    data, moment = msgspec.json.encode(document), int((document.date or _NO_DATE).timestamp())
    return _set_elsewhere(data, moment) if _process.is_late_child else set_here(data, moment)


def set_here(data: bytes, moment: int) -> bytes:
    """The PDF of an encoded document, dated `moment` (seconds since 1970), from this thread's compiler."""
    _process.has_compiled = True
    compiler = _thread.compiler = _thread.compiler or _new_compiler()
    try:
        file = _thread.data = _thread.data or _Data()
        main = _main(data, file.path_of(data))
        made = compiler.compile(input=main, format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=moment)
    except typst.TypstError as refusal:
        raise CannotSetError(refusal.message) from refusal
    except BaseException as fault:
        # A fault inside Typst comes as a PanicException, which is no Exception, and ruins the compiler.
        _thread.compiler = None
        if type(fault).__name__ != "PanicException":
            raise
        raise CannotSetError(f"Typst failed: {fault}") from None
    document = cast(bytes, made)
    return with_texts_of_clusters(document) if has_marks(data.decode()) else document


def _main(data: bytes, path: str) -> bytes:
    """The Typst document: the template, called with the data at `path`; only our own paths and fonts stand in it.

    Data is never source. It comes by a file because a change of `sys.inputs` makes Typst forget all it had laid
    out: 36 instead of 25 ms a document, measured over 80 students each.
    """
    template, file, *families = map(_quoted, (str(_TEMPLATE), path, *fonts.families_for(data.decode())))
    return f"#import {template}: report\n#report(json({file}), ({', '.join(families)}))\n".encode()


def _quoted(text: str) -> str:
    """A Typst string literal, which is JSON's but for the escapes of letters beyond ASCII."""
    return json.dumps(text, ensure_ascii=False)


def _new_compiler() -> typst.Compiler:
    return typst.Compiler(root="/", font_paths=_faces(), ignore_system_fonts=True)


@functools.cache
def _faces() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(fonts.folders()))


def _set_elsewhere(data: bytes, moment: int) -> bytes:
    _logger.warning(
        "This process was forked from one that had already set a PDF, so each PDF takes a process of its own. "
        "Fork (or start the workers) before the first PDF to be faster."
    )
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "feedback.rendering", str(moment)],
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode:
        raise CannotSetError(done.stderr.decode(errors="replace").strip())
    return done.stdout
