"""A document as an accessible PDF: PDF/UA-1 and PDF/A-2a at once, set by Typst.

Typst and processes: a process that has compiled and then forks leaves its child a compiler whose threads
are gone, and compiling there hangs. So compilers are made on first use, one a thread, and a child born
after that hands its documents to a fresh process.
"""

import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
import typst

from feedback.rendering import fonts
from feedback.rendering.blocks import Document

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_logger = logging.getLogger(__name__)


class _Process(threading.local):
    """What this thread compiles with."""

    compiler: typst.Compiler | None = None


_thread = _Process()
_compiled = threading.Event()
_born_late = threading.Event()


def _after_fork() -> None:
    if _compiled.is_set():
        _born_late.set()
    _thread.compiler = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class CannotSetError(Exception):
    """Typst refused the document; the message is its own."""


def typeset(document: Document) -> bytes:
    """The PDF. Raises CannotSetError where Typst refuses (a character that no font holds, for one)."""
    data = msgspec.json.encode(document)
    moment = int((document.date or _NO_DATE).timestamp())
    return _set_elsewhere(data, moment) if _born_late.is_set() else _set(data, moment)


def _set(data: bytes, moment: int) -> bytes:
    _compiled.set()
    compiler = _thread.compiler = _thread.compiler or _new_compiler()
    try:
        made = compiler.compile(
            format="pdf",
            sys_inputs={"document": data.decode(), "families": msgspec.json.encode(fonts.families()).decode()},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=moment,
        )
    except typst.TypstError as refusal:
        raise CannotSetError(refusal.message) from refusal
    except BaseException as panic:
        # A fault inside Typst comes as a PanicException, which is no Exception; the compiler is lost.
        _thread.compiler = None
        if type(panic).__name__ != "PanicException":
            raise
        raise CannotSetError(str(panic)) from None
    return cast(bytes, made)


def _new_compiler() -> typst.Compiler:
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=fonts.folders())
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=faces, ignore_system_fonts=True)


def _set_elsewhere(data: bytes, moment: int) -> bytes:
    _logger.warning("This process was forked from one that had set a PDF; setting in a new process, which is slow.")
    command = [sys.executable, "-m", "feedback.rendering.pdf", str(moment)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise CannotSetError(done.stderr.decode(errors="replace").strip())
    return done.stdout


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(_set(sys.stdin.buffer.read(), int(sys.argv[1])))
    except CannotSetError as refusal:
        sys.exit(str(refusal))
