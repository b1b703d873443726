"""How far a report is."""

from enum import StrEnum


class State(StrEnum):
    """A report's state, as the API and the manifest name it."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
