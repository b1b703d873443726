"""Waiting for what comes when it comes."""

import time
from collections.abc import Callable


def until(ready: Callable[[], object], what: str = "what is waited for", seconds: float = 60) -> float:
    """Wait until `ready()`; how many seconds it took. Raises TimeoutError."""
    begun = time.monotonic()
    while not ready():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - begun
