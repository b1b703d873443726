"""Answers that are computed from the findings of a whole class: one at a time in a process, of each owner by turns.

For each student of the class such an answer takes some milliseconds of the interpreter and some kilobytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from feedback.access.budgets import Turns
from feedback.db.connections import let_go

_turns = Turns()


@contextmanager
def computing(owner: str, patience: float | None = None) -> Iterator[None]:
    """Wait for this owner's turn, which lasts as long as the context. Raises Busy where it does not come in time."""
    with _turns.of(owner, let_go, patience) as turn:
        turn.give_way()
        yield
