"""Who is worked for at a time: so many requests, and of one caller so many of them."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack


class Seats:
    """As two semaphores, of all and of each caller, of which the caller's comes first."""

    def __init__(self, number: int, of_one: int) -> None:
        self._all = asyncio.Semaphore(number)
        self._of_one = of_one
        self._by_caller: dict[bytes, tuple[asyncio.Semaphore, int]] = {}

    async def take(self, whose: Sequence[bytes]) -> None:
        """Wait for a seat. Who proves to be several has one of each; nobody in particular has no share of their own.

        The proofs of all callers must be in one order of kinds, so that no two wait for each other in a circle.
        """
        with ExitStack() as undo:
            for one in whose:
                await self._take_share(one)
                undo.callback(self._give_share_back, one)
            await self._all.acquire()
            undo.pop_all()

    def give_back(self, whose: Sequence[bytes]) -> None:
        self._all.release()
        for one in whose:
            self._give_share_back(one)

    async def _take_share(self, whose: bytes) -> None:
        theirs, number = self._by_caller.get(whose, (asyncio.Semaphore(self._of_one), 0))
        self._by_caller[whose] = theirs, number + 1
        try:
            await theirs.acquire()
        except BaseException:
            self._forget(whose)
            raise

    def _give_share_back(self, whose: bytes) -> None:
        self._by_caller[whose][0].release()
        self._forget(whose)

    def _forget(self, whose: bytes) -> None:
        theirs, number = self._by_caller.pop(whose)
        if number > 1:
            self._by_caller[whose] = theirs, number - 1
