"""Fair shares of the turns: owners who have mails waiting get as many each, however many mails each of them queued.

A thread that sends gives its next turn to the owner to whom it gave the fewest. No thread needs to know of another:
each is fair, so all of them together are.
"""

import random
from collections.abc import Collection, Sequence


class Shares:
    """How many turns one thread has given to each owner of those who have mails waiting."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def in_order(self, owners: Collection[str]) -> Sequence[str]:
        """These owners, the one first who had the fewest turns; of several it is left to chance."""
        # A new owner begins where the one who had least stands: neither ahead of the others nor behind.
        least = min((self._given[owner] for owner in owners if owner in self._given), default=0)
        self._given = {owner: self._given.get(owner, least) for owner in owners}
        return sorted(owners, key=lambda owner: (self._given[owner], random.random()))  # noqa: S311 - no secret

    def give(self, owner: str) -> None:
        """Count a turn that was given to one of the last owners."""
        self._given[owner] += 1
