"""The renderer's version changes with whatever a document is made from."""

import re
import shutil
from pathlib import Path

import pytest

from feedback.rendering import renderer_version, version


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rooms, which the version is taken of."""
    for room in version.ROOMS:
        shutil.copytree(version.FEEDBACK / room, tmp_path / room)
    monkeypatch.setattr(version, "FEEDBACK", tmp_path)
    return tmp_path


def version_of_copy() -> str:
    return version.renderer_version.__wrapped__()


def test_it_is_twelve_hexadecimal_digits_the_same_every_time() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", renderer_version())
    assert version.renderer_version.__wrapped__() == renderer_version()


@pytest.mark.parametrize(
    "name", ["events/model.py", "phrasing/numbers.py", "analysis/units.py", "rendering/pdf/templates/document.typ"]
)
def test_a_change_in_a_source_or_a_template_changes_it(copy: Path, name: str) -> None:
    before = version_of_copy()
    path = copy / name
    path.write_text(path.read_text() + "\n")
    assert version_of_copy() != before


def test_a_new_translation_changes_it(copy: Path) -> None:
    before = version_of_copy()
    (copy / "phrasing" / "locale" / "xx.mo").write_bytes(b"x")
    assert version_of_copy() != before


def test_compiled_files_do_not(copy: Path) -> None:
    before = version_of_copy()
    (copy / "events" / "__pycache__").mkdir(exist_ok=True)
    (copy / "events" / "__pycache__" / "model.pyc").write_bytes(b"x")
    assert version_of_copy() == before
