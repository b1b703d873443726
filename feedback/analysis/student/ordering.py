"""Time order, and the time between neighbours."""

from collections.abc import Sequence


def time_order(instants: Sequence[int | None]) -> list[int]:
    """Positions in time order: a stable sort of the timed events; one without a time stays where it stands."""
    order = list(range(len(instants)))
    timed = [i for i in order if instants[i] is not None]
    for slot, position in zip(timed, sorted(timed, key=instants.__getitem__), strict=True):  # type: ignore[arg-type]
        order[slot] = position
    return order


def gaps_of(instants: Sequence[int | None]) -> tuple[int | None, ...]:
    """The time since the timed event before, for instants in time order; None at the first and without a time."""
    gaps: list[int | None] = []
    before: int | None = None
    for at in instants:
        gaps.append(None if at is None or before is None else at - before)
        if at is not None:
            before = at
    return tuple(gaps)
