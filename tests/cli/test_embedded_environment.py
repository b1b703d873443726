"""What the children of `feedback serve` are told besides the settings."""

from pathlib import Path

import pytest

from feedback.cli import embedded

ROOT = Path(__file__).parents[2]


def test_arenas_are_few_unless_the_operator_says_how_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert embedded.environment(tmp_path, "127.0.0.1")["MALLOC_ARENA_MAX"] == "2"
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    assert embedded.environment(tmp_path, "127.0.0.1")["MALLOC_ARENA_MAX"] == "8"


def test_the_image_has_as_few() -> None:
    assert "MALLOC_ARENA_MAX=2" in (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
