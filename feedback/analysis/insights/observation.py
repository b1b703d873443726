"""What a rule sees."""

from collections.abc import Mapping
from typing import NamedTuple


class Observation(NamedTuple):
    """A rule's measure on one student: `n` chooses the form of the text, `words` fill it, `questions` are named.

    `aside` says what the number leaves out, so that it can be told from the one in the tables.
    """

    value: float
    questions: tuple[str, ...] = ()
    n: int = 1
    words: Mapping[str, str] = {}
    aside: str = ""
