"""What one caller may use of a process at a time, so that there is always some left for the others."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

# How long a caller's work waits for other work of the same caller, or for the others' turns, to end.
PATIENCE_SECONDS = 20.0
# How long a turn lasts, and how long the interpreter is left to the requests that do not take turns.
_TURN_SECONDS, _REST_SECONDS = 0.003, 0.0005


class Busy(Exception):
    """There is no room for this now. Nothing was done, and a while later there may be."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} Nothing was stored; try again shortly.")


class Budget:
    """So many bytes for all work of a kind in this process, of which one owner has at most a share.

    A piece of work that is alone is always given what it needs, however much that is: a limit must not make a
    permitted request impossible. Safe to use from any thread.
    """

    def __init__(self, what: str, total: float, share: float = 0.5) -> None:
        self._what, self._total, self._share = what, total, share
        self._changed = threading.Condition()
        self._used = 0.0
        self._by_owner: dict[str, float] = defaultdict(float)

    def take(self, owner: str, amount: float, before: float = 0, patience: float = 0) -> None:
        """Raises Busy where that is still more than is left, of all or of the owner's share, after so many seconds.

        `before` is what the same piece of work has already: it is never what is in its own way.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._in_the_way(owner, amount, before), patience):
                raise Busy(f"{self._in_the_way(owner, amount, before)} {self._what} in work as it is.")
            self._used += amount
            self._by_owner[owner] += amount

    def _in_the_way(self, owner: str, amount: float, before: float) -> str:
        """Of whom there is so much in work that this has no room; "" where it has."""
        theirs = self._by_owner.get(owner, 0)
        if theirs > before and theirs + amount > self._total * self._share:
            return "These credentials have"
        return "The service has" if self._used > before and self._used + amount > self._total else ""

    def give_back(self, owner: str, amount: float) -> None:
        with self._changed:
            self._used -= amount
            self._by_owner[owner] -= amount
            if self._by_owner[owner] <= 0:
                del self._by_owner[owner]
            self._changed.notify_all()

    @contextmanager
    def held(self, owner: str, amount: float = 0) -> Iterator["Held"]:
        """An amount, and what is added to it, until the context ends. Raises Busy."""
        held = Held(self, owner)
        try:
            held.add(amount)
            yield held
        finally:
            self.give_back(owner, held.amount) if held.amount else None


class Held:
    """What one piece of work has of a budget."""

    def __init__(self, budget: Budget, owner: str) -> None:
        self._budget, self._owner = budget, owner
        self.amount = 0.0

    def add(self, amount: float, patience: float = 0) -> None:
        """Raises Busy, after so many seconds."""
        if amount:
            self._budget.take(self._owner, amount, self.amount, patience)
            self.amount += amount

    @contextmanager
    def more(self, amount: float, patience: float = 0) -> Iterator[None]:
        """An amount beside what it has, until the context ends. Raises Busy, after so many seconds."""
        self.add(amount, patience)
        try:
            yield
        finally:
            self._budget.give_back(self._owner, amount) if amount else None
            self.amount -= amount


class Turns:
    """Who may keep the interpreter busy: one piece of work of each owner, and at any moment one of all.

    Threads share one interpreter: each one that computes makes a request of another caller wait for it some
    milliseconds at every step. So long computations take turns, and pause between them.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._computing = threading.Lock()
        self._guard = threading.Lock()
        self._by_owner: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(
        self, owner: str, before: Callable[[], None] = lambda: None, patience: float | None = None
    ) -> Iterator["Turn"]:
        """A turn for one piece of work, not begun yet: nobody waits for work that turns out to be short.

        `before` is called once before the work waits for its first turn, to let go of what others wait for. With
        `patience` it waits for so many seconds instead of what all wait for.
        """
        turn = Turn(self._computing, self._lock_of(owner), self._patience if patience is None else patience, before)
        try:
            yield turn
        finally:
            turn.end()
            self._forget(owner)

    def _lock_of(self, owner: str) -> threading.Lock:
        with self._guard:
            lock, number = self._by_owner.get(owner, (threading.Lock(), 0))
            self._by_owner[owner] = lock, number + 1
            return lock

    def _forget(self, owner: str) -> None:
        with self._guard:
            lock, number = self._by_owner.pop(owner)
            if number > 1:
                self._by_owner[owner] = lock, number - 1


class Turn:
    """One piece of work among those that take turns. Used by the thread that does the work."""

    def __init__(
        self, computing: threading.Lock, own: threading.Lock, patience: float, before: Callable[[], None]
    ) -> None:
        self._computing, self._own, self._patience, self._before = computing, own, patience, before
        self._has_own = self._has_turn = False
        self._until = inf

    def begin(self) -> None:
        """Wait until the owner has no other long work under way, before a step for which others may have to wait.

        The turn itself is over until `give_way` is called again. Raises Busy.
        """
        self.rest()
        self._until = 0.0
        if not self._has_own:
            self._before()
            self._has_own = self._own.acquire(timeout=self._patience)
            if not self._has_own:
                raise Busy("These credentials have other work under way that takes long.")

    def give_way(self) -> None:
        """To be called again and again by work that has turned out to be long. Raises Busy."""
        if not self._has_own:
            self.begin()
        if time.monotonic() > self._until:
            self.rest()
            self._begin()

    def rest(self) -> None:
        """Let others have their turn."""
        if self._has_turn:
            self._has_turn = False
            self._computing.release()
            time.sleep(_REST_SECONDS)

    def end(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._computing.release()
        if self._has_own:
            self._has_own = False
            self._own.release()

    def _begin(self) -> None:
        self._has_turn = self._computing.acquire(timeout=self._patience)
        if not self._has_turn:
            raise Busy("The service has other work under way that takes long.")
        self._until = time.monotonic() + _TURN_SECONDS
