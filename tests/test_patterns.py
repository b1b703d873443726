"""Regular expressions: none takes the square of what it is given, or more, whoever chose the text."""

import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import feedback

LENGTH = 50_000
# What these are given is short, as their modules see to.
BOUNDED = {
    "feedback.analysis.guide._AUTHORS_AND_YEAR": "our own sources",
    "feedback.contract.spreadsheet._FORMULA": "texts of a report: 2,000 characters at most",
    "feedback.submissions.mail.wording._PLACEHOLDER": "a subject and a body of 10,000 characters",
}
BEGINNINGS = ["", "a/b", "fbk_", '"', "{", "1"]
RUNS = [*'0a \t\n[{".,;-_@<%', "0.", " \n", "     \n", ";   ", "; a=b ", '\\\\"', '}{"', "/hint/0"]
ENDS = ["", "x", "!", "\n", "0"]

Pattern = re.Pattern[str] | re.Pattern[bytes]
# By which a pattern is tried at each place of a text; else at its beginning alone.
ANYWHERE = re.compile(r"\.(?:search|sub|subn|split|finditer|findall)\(")


def patterns() -> Iterator[tuple[str, tuple[Pattern, bool]]]:
    """Each of the package by its name, and whether its module asks for it anywhere in a text."""
    for found in pkgutil.walk_packages(feedback.__path__, "feedback."):
        if ".migrations" in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        source = Path(str(module.__file__)).read_text()
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                anywhere = any(source.startswith(name, one.start() - len(name)) for one in ANYWHERE.finditer(source))
                yield f"{found.name}.{name}", (value, anywhere)


FOUND = dict(patterns())


def test_what_is_bounded_is_there() -> None:
    assert set(BOUNDED) <= set(FOUND)
    assert len(FOUND) > 50
    assert {anywhere for _, anywhere in FOUND.values()} == {True, False}


@pytest.mark.parametrize("name", sorted(set(FOUND) - set(BOUNDED)))
def test_a_pattern_ends_on_a_long_run_of_anything(name: str) -> None:
    """One that takes the square of the text would end after an hour, and a worse one never."""
    pattern, anywhere = FOUND[name]
    for beginning, run, end in itertools.product(BEGINNINGS, RUNS, ENDS):
        text: Any = beginning + run * (LENGTH // len(run)) + end
        text = text.encode() if isinstance(pattern.pattern, bytes) else text
        pattern.fullmatch(text)
        pattern.match(text)
        if anywhere:
            pattern.search(text)
