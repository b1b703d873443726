"""The kinds of events, in the order in which the words of a type are tried (`feedback.analysis.kinds`).

A source that knows what its rows mean names the kind itself, as the type of its events.
"""

from typing import Literal, get_args

Kind = Literal[
    "view",
    "start",
    "finish",
    "hint",
    "focus_lost",
    "compile_error",
    "compile",
    "run",
    "submission",
    "save",
    "other",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
