"""The published schemas are those of the code; `make schemas` writes them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedback.analysis import class_findings_schema, findings_schema

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "findings.json": findings_schema,
    "class-findings.json": class_findings_schema,
}


def text_of(name: str) -> str:
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_the_codes(name: str) -> None:
    assert (FOLDER / name).read_text() == text_of(name), "run `make schemas`, and note the change in CHANGELOG.md"


if __name__ == "__main__":
    for each in SCHEMAS:
        (FOLDER / each).write_text(text_of(each))
        sys.stdout.write(f"{FOLDER / each}\n")
