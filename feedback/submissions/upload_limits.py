"""How much one upload may hold and cost, as the settings say."""

import functools
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

from feedback.access.budgets import Budget, Turns
from feedback.access.callers import Caller
from feedback.db.connections import let_go
from feedback.events import Limits
from feedback.events.effort import Effort

_turns = Turns()


@functools.cache
def _in_work() -> Budget:
    return Budget("as many bytes of uploads", settings.FEEDBACK_WORK_BYTES)


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
    with _in_work().held(caller.owner) as held, _turns.of(caller.owner, let_go) as turn:
        effort = Effort(settings.FEEDBACK_READ_SECONDS, turn)
        limits = Limits(
            max_students=settings.FEEDBACK_MAX_STUDENTS,
            max_events=settings.FEEDBACK_MAX_EVENTS,
            max_questions=settings.FEEDBACK_MAX_QUESTIONS,
            effort=effort,
            hold=held.add,
        )
        yield Reading(limits)
