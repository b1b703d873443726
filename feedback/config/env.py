"""Strict readers of the environment: a value that is not understood stops the start, it is never guessed."""

import difflib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
PREFIX = "FEEDBACK_"
_LONGEST_PAUSE = 30 * 86_400
# Read by the command line's clients and by the tests, not by the settings.
_READ_ELSEWHERE = {"FEEDBACK_API_KEY", "FEEDBACK_TEST_DATA"}
_read_here: set[str] = set()


def _read(name: str, default: T, convert: Callable[[str], T], wanted: str) -> T:
    _read_here.add(name)
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return convert(value)
    except (ValueError, KeyError):
        raise ImproperlyConfigured(
            f"{name}={value!r} is not understood: set it to {wanted}, or leave it out."
        ) from None


def unknown() -> list[str]:
    """A sentence for each variable that begins like ours and that no reader has asked for: a typo, most likely.

    To be called once the settings are read.
    """
    ours = _read_here | _READ_ELSEWHERE
    return [_not_read(name, ours) for name in sorted(os.environ) if name.startswith(PREFIX) and name not in ours]


def _not_read(name: str, ours: set[str]) -> str:
    meant = difflib.get_close_matches(name, sorted(one for one in ours if one.startswith(PREFIX)), n=1, cutoff=0.85)
    cure = f"did you mean {meant[0]}?" if meant else "docs/configuration.md lists the variables there are."
    return f"{name} is set, and no setting has this name: {cure}"


def text(name: str, default: str = "") -> str:
    return _read(name, default, str, "a text")


def url_path(name: str) -> str:
    """A path below which the service stands, such as `/feedback`; empty for the root of its host."""

    def convert(value: str) -> str:
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
            raise ValueError
        return value

    return _read(name, "", convert, "a path such as /feedback, without a slash at its end")


def web_address(name: str) -> str:
    """An http or https URL without a query, and without a slash at its end; empty where there is none."""

    def convert(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError
        return value.rstrip("/")

    return _read(name, "", convert, "an address such as https://feedback.example.edu")


def bucket(name: str) -> str:
    """`s3://bucket` or `s3://bucket/prefix`, without a slash at its end; empty where there is none."""

    def convert(value: str) -> str:
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._~-]+)*/?", value):
            raise ValueError
        return value.rstrip("/")

    return _read(name, "", convert, "a bucket and a prefix such as s3://feedback/documents")


def secret(name: str, default: str = "") -> str:
    """A text, or the content of the file that `NAME_FILE` names: how Docker and Kubernetes hand over secrets."""
    file = text(f"{name}_FILE")
    if not file:
        return text(name, default)
    if text(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: leave one of them out.")
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not text"
        raise ImproperlyConfigured(f"{name}_FILE={file!r} cannot be read: {why}.") from None
    if not content:
        raise ImproperlyConfigured(f"{name}_FILE={file!r} is empty: write the secret into it.")
    return content


def flag(name: str, default: bool) -> bool:
    return _read(name, default, lambda value: {"true": True, "false": False}[value.lower()], "true or false")


def integer(name: str, default: int, minimum: int = 1) -> int:
    def convert(value: str) -> int:
        number = int(value)
        if number < minimum:
            raise ValueError
        return number

    return _read(name, default, convert, f"a whole number of at least {minimum}")


def optional_integer(name: str, minimum: int = 1) -> int | None:
    return integer(name, 0, minimum) or None


def number(name: str, default: float) -> float:
    def convert(value: str) -> float:
        found = float(value)
        if not 0 < found < float("inf"):
            raise ValueError
        return found

    return _read(name, default, convert, "a number above 0")


def pauses(name: str, default: list[float]) -> list[float]:
    """Seconds, separated by commas: at least one, none below 0 or above 30 days."""

    def convert(value: str) -> list[float]:
        found = [float(one) for one in value.split(",")]
        if not all(0 <= one <= _LONGEST_PAUSE for one in found):
            raise ValueError
        return found

    return _read(name, default, convert, "seconds separated by commas, such as 0,5,300")


def words(name: str, default: list[str]) -> list[str]:
    return _read(name, default, lambda value: [word.strip() for word in value.split(",") if word.strip()], "words, …")


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    return _read(name, default, lambda value: choices[choices.index(value)], " or ".join(choices))


def path(name: str, default: Path) -> Path:
    return _read(name, default, Path, "a folder").absolute()
