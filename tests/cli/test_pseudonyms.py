"""`--pseudonyms`: what goes out names nobody, and who is who is written for the owner of the key alone."""

import csv
import io
import json
from pathlib import Path

import pytest

from feedback.contract.spreadsheet import csv_table
from feedback.events.pseudonyms import HEADER, Pseudonyms
from tests.cli.support import feedback, files_in, student


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "class.json"
    file.write_text(json.dumps([student("ada") | {"name": "Ada Lovelace"}, student("grace")]))
    return file


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_convert_writes_pseudonyms_and_a_list_of_mode_600(log: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    done = feedback("convert", log, "--pseudonyms", key)

    assert done.returncode == 0, done.stderr
    assert not any(name in done.stdout for name in ('"ada"', '"grace"', "Lovelace"))
    pseudonyms = Pseudonyms(key.read_bytes())
    assert [one["student_id"] for one in json.loads(done.stdout)["students"]] == [
        pseudonyms.of("ada"),
        pseudonyms.of("grace"),
    ]
    listed = tmp_path / "key.students.csv"
    assert [key.stat().st_mode & 0o777, listed.stat().st_mode & 0o777] == [0o600, 0o600]
    assert rows(listed)[1] == [pseudonyms.of("ada"), "ada", "", "Ada Lovelace"]
    assert "a new key was made" in done.stderr


def test_a_later_exam_adds_to_the_list(log: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    feedback("convert", log, "--pseudonyms", key)
    log.write_text(json.dumps([student("ada"), student("=linus")]))
    feedback("convert", log, "--pseudonyms", key)

    assert {row[1] for row in rows(tmp_path / "key.students.csv")[1:]} == {"ada", "grace", "'=linus"}


def test_no_file_of_a_report_names_a_student(log: Path, tmp_path: Path) -> None:
    done = feedback("render", log, "--pseudonyms", tmp_path / "key", "--out", tmp_path / "out", "--format", "html")

    assert done.returncode == 0, done.stderr
    made = files_in(tmp_path / "out")
    assert not any(name.startswith(("html/ada", "html/grace")) for name in made)
    for name in made:
        assert b"Lovelace" not in (tmp_path / "out" / name).read_bytes()


def test_a_key_that_can_be_guessed_is_refused(log: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    done = feedback("convert", log, "--pseudonyms", tmp_path / "key")

    assert (done.returncode, done.stdout) == (1, "")
    assert "it needs 16 or more" in done.stderr
    assert not (tmp_path / "key.students.csv").exists()


def test_a_list_that_is_read_and_written_again_does_not_change() -> None:
    table = csv_table(HEADER, [("p-1", "=1+1", "", "")])
    again = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))

    assert csv_table(HEADER, again[1:]) == table


def test_a_namespace_that_looks_like_a_formula_is_the_same_one_in_the_list(log: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    for names in ({"name": "Ada Lovelace"}, {}):
        log.write_text(json.dumps([student("ada") | {"namespace": "@x; =y"} | names]))
        feedback("convert", log, "--pseudonyms", key)

    assert [row[1:] for row in rows(tmp_path / "key.students.csv")[1:]] == [["ada", "'@x; '=y", "Ada Lovelace"]]


def test_a_name_that_a_later_exam_does_not_have_is_kept(log: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    feedback("convert", log, "--pseudonyms", key)
    log.write_text(json.dumps([student("ada"), student("grace") | {"name": "Grace Hopper"}]))
    feedback("convert", log, "--pseudonyms", key)

    assert [row[1::2] for row in rows(tmp_path / "key.students.csv")[1:]] == [
        ["ada", "Ada Lovelace"],
        ["grace", "Grace Hopper"],
    ]


@pytest.mark.parametrize("command", ["convert", "render", "submit"])
def test_a_list_that_cannot_be_written_is_named_and_nothing_is_made(log: Path, tmp_path: Path, command: str) -> None:
    key, out = tmp_path / "key", tmp_path / "out"
    (tmp_path / "key.students.csv").mkdir()
    asked: dict[str, list[str | Path]] = {
        "convert": [],
        "render": ["--out", out],
        "submit": ["--url", "http://127.0.0.1:9", "--out", out],
    }
    done = feedback(command, log, "--pseudonyms", key, *asked[command])

    assert (done.returncode, done.stdout) == (1, "")
    assert "The list of the pseudonyms cannot be written" in done.stderr
    assert "key.students.csv: Is a directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
