"""How much one upload may hold and cost, as the settings say, and what of uploads may be in memory at a time."""

import functools
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import IO

from django.conf import settings

from feedback.access.budgets import PATIENCE_SECONDS, Budget, Held, Turns
from feedback.access.callers import Caller
from feedback.db.connections import let_go
from feedback.events import Limits
from feedback.events.effort import Effort
from feedback.events.limits import DECODED_TIMES, LARGE_PIECE_BYTES
from feedback.store.loading import Room

_turns = Turns()
# How many times its own size a stored log takes while it is read or written: as the database's driver has it, as we do,
# and what is taken out of it, such as its questions.
_STORED_TIMES = 4


@functools.cache
def _in_work() -> Budget:
    return Budget("as many bytes of uploads", settings.FEEDBACK_WORK_BYTES)


@functools.cache
def _in_memory() -> Budget:
    """Bodies rest on a disk. What is made of a large piece of one, or of a stored log, is in memory."""
    return Budget("as many large logs", settings.FEEDBACK_WORK_BYTES / 2)


def room_for_logs(owner: str) -> Room:
    """Where the owner's logs, of so many bytes in all, may be read from the database.

    Small ones always; entering the context waits for room for large ones, and raises Busy where there is none.
    """
    return lambda size: _room(owner, _STORED_TIMES * size if size > LARGE_PIECE_BYTES else 0)


@contextmanager
def writing_log(owner: str, size: int, times: int = _STORED_TIMES) -> Iterator[None]:
    """The same for one log of so many bytes that is written to the database, and takes `times` as many meanwhile."""
    if size <= LARGE_PIECE_BYTES:
        yield
        return
    with _room(owner, times * size):
        try:
            yield
        finally:
            let_go()  # SQLite keeps what each statement wrote last for as long as a connection is open


def amending_log(owner: str, size: int) -> AbstractContextManager[None]:
    """The same for one that is read, decoded, encoded again and written."""
    return writing_log(owner, size, DECODED_TIMES)


def _room(owner: str, size: int) -> AbstractContextManager[None]:
    if not size:
        return nullcontext()
    let_go()  # of a connection, which others need while this waits
    return Held(_in_memory(), owner).more(size, PATIENCE_SECONDS)


# What a full disk is told by: so much, or a twentieth of a small one, is left to others.
_LEFT_BYTES, _LEFT_SHARE = 64 << 20, 0.05


def has_room(amount: int = 0) -> bool:
    """Whether the folder in which bodies come to rest has room for so many bytes more."""
    disk = shutil.disk_usage(tempfile.gettempdir())
    return disk.free - amount > min(_LEFT_BYTES, disk.total * _LEFT_SHARE)


class Reading:
    """The reading of one upload: its `limits`, which count what comes to rest, and its `effort`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.effort = limits.effort

    def counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, as long as there is room for them. Raises Busy."""
        return self.limits.counted(chunks)

    def counted_file(self, file: IO[bytes]) -> IO[bytes]:
        """A file that is at rest already, rewound. Raises Busy."""
        self.limits.hold(file.seek(0, 2))
        file.seek(0)
        return file


@contextmanager
def reading(caller: Caller) -> Iterator[Reading]:
    """For as long as an upload is read, and stored: one caller's uploads leave room and time to the others'."""
    owner, memory = caller.owner, Held(_in_memory(), caller.owner)
    with _in_work().held(owner) as held, _turns.of(owner, let_go) as turn:
        effort = Effort(settings.FEEDBACK_READ_SECONDS, turn)
        limits = Limits(
            max_students=settings.FEEDBACK_MAX_STUDENTS,
            max_events=settings.FEEDBACK_MAX_EVENTS,
            max_questions=settings.FEEDBACK_MAX_QUESTIONS,
            effort=effort,
            hold=held.add,
            room=partial(memory.more, patience=PATIENCE_SECONDS),
        )
        yield Reading(limits)
