"""`feedback convert`, and logs of other platforms in the commands that make reports."""

import gzip
import io
import json
from pathlib import Path

import pytest

from feedback.events import Limits, MediaType, read_students
from tests.cli.support import feedback, files_in, student
from tests.harness.exports import workbook

TABLE = (
    "EventType,EventID,SubjectID,ServerTimestamp,ProblemID,Score\n"
    "Submit,1,ada,2024-07-21T10:00:01,p1,0.5\n"
    "X-HintRequest,2,grace,2024-07-21T10:01:01,p2,\n"
    "Submit,3,-1,2024-07-21T10:01:01,p2,\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "MainTable.csv"
    file.write_text(TABLE)
    return file


def test_it_writes_a_body_that_the_service_takes_and_says_what_it_left_out(table: Path) -> None:
    done = feedback("convert", table, "--source-tz", "Europe/Berlin")

    assert done.returncode == 0
    assert json.loads(done.stdout)["students"][0] == {
        "student_id": "ada",
        "events": [{"unit": "p1", "type": "submission", "created_time": "2024-07-21T08:00:01Z", "score": 0.5}],
    }
    received = read_students(io.BytesIO(done.stdout.encode()), MediaType.JSON, Limits())
    assert [one.student_id for one in received] == ["ada", "grace"]
    assert "Read as ProgSnap2: 2 students, 2 events." in done.stderr
    assert "of nobody (SubjectID blank or -1) (1)" in done.stderr
    assert "Europe/Berlin" in done.stderr


@pytest.mark.parametrize("form", ["a folder", "gzip", "standard input"])
def test_the_log_comes_in_any_form(table: Path, tmp_path: Path, form: str) -> None:
    if form == "gzip":
        packed = tmp_path / "log.gz"
        packed.write_bytes(gzip.compress(table.read_bytes()))
        done = feedback("convert", packed)
    else:
        done = feedback("convert", tmp_path) if form == "a folder" else feedback("convert", "-", stdin=TABLE.encode())

    assert [one["student_id"] for one in json.loads(done.stdout)["students"]] == ["ada", "grace"]


def test_a_log_of_our_own_goes_through_with_its_times_in_utc(tmp_path: Path) -> None:
    file = tmp_path / "class.json"
    file.write_text(json.dumps([student("ada")]))

    done = feedback("convert", file)
    [ada] = json.loads(done.stdout)["students"]
    assert all(event["created_time"].endswith("Z") for event in ada["events"])


def test_a_fault_names_file_and_line_and_nothing_is_written(table: Path) -> None:
    table.write_text(TABLE + "Submit,9,ada,noon,p1,\n")

    done = feedback("convert", table)
    assert (done.returncode, done.stdout) == (1, "")
    assert "MainTable.csv: line 5: ServerTimestamp: expected a date and time" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--source", "moon"], "moon"),
        (["--source-tz", "Europe/Atlantis"], "no time zone"),
        (["--column", "student=Learner"], "student is no field"),
        (["--column", "student_id"], "FIELD=HEADER"),
    ],
)
def test_an_option_that_cannot_be_understood_is_a_fault_of_the_command(
    table: Path, arguments: list[str], why: str
) -> None:
    done = feedback("convert", table, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_options_of_sources_are_refused_for_a_file_of_our_own(tmp_path: Path) -> None:
    file = tmp_path / "class.json"
    file.write_text(json.dumps([student("ada")]))

    done = feedback("convert", file, "--column", "student_id=Who")
    assert done.returncode == 1
    assert "not recognised as a platform" in done.stderr


def test_the_zone_of_our_own_times_can_be_said(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("student_id,unit,created_time\nada,1,2024-07-21T10:00:01\n")

    done = feedback("convert", file, "--source-tz", "Europe/Berlin")
    assert json.loads(done.stdout)["students"][0]["events"][0]["created_time"] == "2024-07-21T08:00:01Z"


def test_a_workbook_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "noten.xlsx"
    file.write_bytes(workbook())

    done = feedback("convert", file, "--column", "kind:submission=Abgabe")
    assert done.returncode == 0, done.stderr
    students = json.loads(done.stdout)["students"]
    assert [(one["student_id"], one["events"][0]["type"]) for one in students] == [
        ("17", "submission"),
        ("18", "submission"),
    ]


def test_a_folder_that_is_no_data_set_is_a_fault_of_the_command(tmp_path: Path) -> None:
    assert feedback("convert", tmp_path).returncode == 2


def test_reports_are_made_straight_from_the_log(table: Path, tmp_path: Path) -> None:
    done = feedback("render", table, "--out", tmp_path / "out", "--format", "html")

    assert done.returncode == 0, done.stderr
    assert {"html/ada.html", "html/grace.html", "class.html"} <= files_in(tmp_path / "out")
    assert "Read as ProgSnap2" in done.stderr
