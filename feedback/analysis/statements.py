"""What a report says in words: insights, notes on the data, why a measure is missing, and how to read it."""

from typing import Literal

import msgspec

InsightKind = Literal["praise", "suggestion"]
DefinitionGroup = Literal["terms", "measures", "insights", "limits"]
InsightUnit = Literal["count", "share"]


class Insight(msgspec.Struct, frozen=True, gc=False):
    """One thing worth saying. `value` of `measure` has reached `threshold`, both counts or shares.

    `points` and `minutes` are what is at stake: the points that were lost there, and the time that went into it.

    Texts, ready to print: what the student did, two readings of it (neither a verdict), one thing to try
    next time, one question to ask oneself. `source` is the paper the measure comes from, empty where none.
    """

    id: str
    kind: InsightKind
    title: str
    measure: str
    unit: InsightUnit
    value: float
    threshold: float
    did: str
    readings: tuple[str, str]
    try_next: str
    ask: str
    source: str
    questions: tuple[str, ...] = ()
    points: float = 0.0
    minutes: float = 0.0


class DataNote(msgspec.Struct, frozen=True, gc=False):
    """What about the log itself the reader should know. `count` is how many events (or characters) it concerns."""

    code: str
    text: str
    count: int = 0


class Missing(msgspec.Struct, frozen=True, gc=False):
    """Why a measure is not there. `measure` is its place in this JSON, `name` what a report calls it."""

    measure: str
    name: str
    reason: str


class Definition(msgspec.Struct, frozen=True, gc=False):
    """How to read one measure: its name, its definition with the settings in numbers, and where it comes from.

    `measure` is its place in the JSON of findings, or the id of the insight whose rule this is.
    """

    group: DefinitionGroup
    measure: str
    name: str
    text: str
    source: str = ""
