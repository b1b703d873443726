"""Files are written whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from feedback.cli import output


def test_a_file_is_written_over_an_older_one_and_leaves_no_draft(tmp_path: Path) -> None:
    output.write(tmp_path, "html/a.html", b"old")
    assert output.write(tmp_path, "html/a.html", b"new") == hashlib.sha256(b"new").hexdigest()
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "html").iterdir()] == [("a.html", b"new")]


def test_a_write_that_fails_leaves_the_older_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(draft: Path, body: bytes) -> None:
        with draft.open("wb") as file:
            file.write(body[:1])
        raise OSError(28, "No space left on device")

    output.write(tmp_path, "a.html", b"old")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        output.write(tmp_path, "a.html", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.html", b"old")]
