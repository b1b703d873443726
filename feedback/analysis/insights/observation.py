"""What a rule sees."""

from collections.abc import Mapping
from typing import NamedTuple


class Observation(NamedTuple):
    """A rule's measure on one student: `n` chooses the form of the text, `words` fill it, `questions` are named.

    `points` and `minutes` are at stake. `step` replaces the rule's own step, where what to do depends on the log, and
    `did` its sentence on what the student did.
    """

    value: float
    questions: tuple[str, ...] = ()
    n: int = 1
    words: Mapping[str, str] = {}
    points: float = 0.0
    minutes: float = 0.0
    step: str = ""
    did: str = ""
