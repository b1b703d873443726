"""Files are written whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from feedback.cli import output
from feedback.contract.layout import DOCUMENTS, Output, class_path, report_path
from feedback.contract.manifest import Manifest, ManifestEntry, encode_manifest
from feedback.contract.states import State
from tests.cli.support import files_in


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


def manifest(*ids: str, outputs: tuple[Output, ...] = DOCUMENTS) -> Manifest:
    made = [(student_id, report_path(wanted, student_id)) for student_id in ids for wanted in outputs]
    return Manifest(
        None, [ManifestEntry(student_id, "cs", None, State.SUCCESS, link=link) for student_id, link in made]
    )


def run_of(folder: Path, *ids: str, outputs: tuple[Output, ...] = DOCUMENTS) -> None:
    """What a run leaves: the reports, those of the class for two students or more, and the manifest."""
    found = manifest(*ids, outputs=outputs)
    for path in [entry.link or "" for entry in found.students] + [class_path(one) for one in outputs if len(ids) > 1]:
        output.write(folder, path, b"made")
    output.write_manifest(folder, found)


def test_reports_that_only_an_earlier_run_listed_are_removed(tmp_path: Path) -> None:
    run_of(tmp_path, "ada", "bob", "eve")
    run_of(tmp_path, "ada", "bob")
    assert not (tmp_path / "html/eve.html").exists()
    assert not (tmp_path / "pdf/eve.pdf").exists()
    assert (tmp_path / "class.html").exists()


def test_one_student_after_a_class_leaves_no_class_report(tmp_path: Path) -> None:
    run_of(tmp_path, "ada", "bob")
    run_of(tmp_path, "ada", outputs=(Output.HTML,))
    assert files_in(tmp_path) == {"manifest.json", "html/ada.html"}


def test_a_class_report_that_failed_is_not_answered_by_an_older_one(tmp_path: Path) -> None:
    run_of(tmp_path, "ada", "bob")
    output.write_manifest(tmp_path, manifest("ada", "bob"), class_failed=[Output.PDF])
    assert (tmp_path / "class.html").exists()
    assert not (tmp_path / "class.pdf").exists()


def test_what_no_manifest_listed_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "notes.html"
    folder = tmp_path / "out"
    run_of(folder, "ada", "bob")
    for path in (outside, folder / "notes.txt", folder / "html" / "mine.html"):
        path.write_text("mine")
    forged = [ManifestEntry("x", None, None, State.SUCCESS, link=link) for link in ("../notes.html", "notes.txt")]
    output.write(folder, "manifest.json", encode_manifest(Manifest(None, forged)))
    run_of(folder, "ada")
    assert outside.exists()
    assert {"notes.txt", "html/mine.html"} <= files_in(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"students": 1}', b"\xff"])
def test_a_manifest_of_somebody_elses_is_no_list_of_ours(tmp_path: Path, content: bytes) -> None:
    output.write(tmp_path, "manifest.json", content)
    run_of(tmp_path, "ada")
    assert files_in(tmp_path) == {"manifest.json", "html/ada.html", "pdf/ada.pdf"}


def test_names_that_differ_only_in_case_may_be_one_file(tmp_path: Path) -> None:
    run_of(tmp_path, "Ada")
    run_of(tmp_path, "ada")
    assert (tmp_path / "html/ada.html").exists()
    assert (tmp_path / "html/Ada.html").exists()
