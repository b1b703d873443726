"""Kinds of events, read from the words of an event's type.

A type is split at camelCase, `_`, `-`, `.` and blanks, and its case is folded: `submitCode`, `code-submitted` and
`Submission graded` are submissions. The kinds are tried in the order of `KINDS`; the first whose words occur decides.
"""

import re
from functools import lru_cache

from feedback.events.kinds import Kind

_SEPARATORS = re.compile(r"[\s_.\-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNDONE = frozenset({"deleted", "removed", "cancelled"})
_ERRORS = frozenset({"error", "failed"})
_WORDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (
        "view",
        frozenset(
            {
                *("view", "viewed", "open", "opened", "read", "seen"),
                *("visit", "visited", "attempted", "experienced"),
            }
        ),
    ),
    ("start", frozenset({"start", "started", "begin", "began", "initialized"})),
    (
        "finish",
        frozenset({"finish", "finished", "end", "ended", "close", "closed", "completed", "terminated"}),
    ),
    ("hint", frozenset({"hint", "help", "showanswer"})),
    ("focus_lost", frozenset({"blur", "blurred"})),
    ("compile", frozenset({"compile", "compiled", "build"})),
    ("run", frozenset({"run", "ran", "execute", "executed", "test", "tested", "precheck"})),
    (
        "submission",
        frozenset({"submit", "submits", "submitted", "submission", "submissions", "handin", "answered"}),
    ),
    (
        "save",
        frozenset(
            {"save", "saves", "saved", "autosave", "autosaved", "edit", "edited", "write", "written"},
        ),
    ),
)


@lru_cache(maxsize=1024)
def kind_of(type_name: str | None) -> Kind:
    """The kind of an event of this type; `other` for an unknown type, and for none."""
    words = words_of(type_name or "")
    if words & _UNDONE:
        return "other"
    for kind, names in _WORDS:
        if words & names:
            return "compile_error" if kind == "compile" and words & _ERRORS else kind
        if kind == "focus_lost" and "focus" in words and words & {"lost", "out"}:
            return kind
    return "other"


def words_of(type_name: str) -> frozenset[str]:
    """The words of a type, their case folded."""
    parts = (word for part in _SEPARATORS.split(type_name) for word in _CAMEL.split(part))
    return frozenset(word.casefold() for word in parts if word)
