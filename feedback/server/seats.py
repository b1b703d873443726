"""Who is worked for at a time: so many requests, and of one caller so many of them."""

import asyncio


class Seats:
    """As two semaphores, of all and of each caller, of which the caller's comes first."""

    def __init__(self, number: int, of_one: int) -> None:
        self._all = asyncio.Semaphore(number)
        self._of_one = of_one
        self._by_caller: dict[bytes, tuple[asyncio.Semaphore, int]] = {}

    async def take(self, whose: bytes | None) -> None:
        """Wait for a seat. Nobody in particular (None) has no share of their own."""
        if whose is None:
            await self._all.acquire()
            return
        theirs, number = self._by_caller.get(whose, (asyncio.Semaphore(self._of_one), 0))
        self._by_caller[whose] = theirs, number + 1
        try:
            await theirs.acquire()
            try:
                await self._all.acquire()
            except BaseException:
                theirs.release()
                raise
        except BaseException:
            self._forget(whose)
            raise

    def give_back(self, whose: bytes | None) -> None:
        self._all.release()
        if whose is not None:
            self._by_caller[whose][0].release()
            self._forget(whose)

    def _forget(self, whose: bytes) -> None:
        theirs, number = self._by_caller.pop(whose)
        if number > 1:
            self._by_caller[whose] = theirs, number - 1
