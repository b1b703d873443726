"""The table that `make hostile` ends with: what was sent, and what the others felt."""

import os

from tests.hostile.target import Watch

# `make hostile` sets it: each attack as it was found, in full. Without it a short form runs in `make test`.
FULL = os.environ.get("HOSTILE") == "full"
COLUMNS = ("attack", "sent", "answered", "others' p95 alone, ms", "beside it, ms", "memory, MB", "spooled, MB", "s")
ROWS: list[tuple[str, ...]] = []


def note(attack: str, sent: str, answered: str, alone: Watch, beside: Watch, idle: int, seconds: float) -> None:
    """Add a row."""
    ROWS.append(
        (
            attack,
            sent,
            answered,
            f"{alone.felt.p95 * 1000:.0f}",
            f"{beside.felt.p95 * 1000:.0f}",
            f"+{(beside.most_memory - idle) / 1e6:.0f}",
            f"{beside.most_spooled / 1e6:.1f}",
            f"{seconds:.0f}",
        )
    )
