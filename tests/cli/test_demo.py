"""`feedback demo`: everything from events to reports in one command."""

import json
import os
import signal
from pathlib import Path

from pypdf import PdfReader

from feedback.contract.layout import CLASS_TABLES
from tests.cli.support import FEEDBACK, feedback, files_in, manifest_of, marked, student
from tests.harness.environment import without_ours
from tests.harness.processes import Process
from tests.harness.waiting import until

CLASS = [student("ada"), student("bob", "1 2 1"), student("小明")]


def test_it_writes_every_report_says_where_and_leaves_nothing_running(tmp_path: Path) -> None:
    path, out = tmp_path / "class.json", tmp_path / "out"
    path.write_text(json.dumps(CLASS))
    done = feedback("demo", path, "--out", out, DEMO_TEST=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"6 reports of 6 in {out}"
    assert f"  {out / 'class.html'}" in done.stdout.splitlines()
    students = {path for path in files_in(out) if path.startswith(("html/", "pdf/"))}
    assert {"html/ada.html", "html/bob.html", "pdf/ada.pdf", "pdf/bob.pdf"} < students
    assert len(students) == 2 * len(CLASS)
    assert files_in(out) - students == {"class.html", "class.pdf", "manifest.json", *CLASS_TABLES}
    assert [entry["state"] for entry in manifest_of(out)] == ["SUCCESS"] * 6
    words = " ".join(page.extract_text() for page in PdfReader(out / "pdf/bob.pdf").pages)
    assert "Event Order: Q1 -> Q2 -> Q1" in " ".join(words.split())
    assert marked(f"DEMO_TEST={tmp_path}") == {}


def test_a_class_that_is_refused_ends_it_with_the_services_words(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_text('[{"student_id": "ada", "events": [{"unit": true}]}]')
    done = feedback("demo", path, "--out", tmp_path / "out", DEMO_TEST=str(tmp_path))
    assert done.returncode == 1
    assert "events[0].unit: expected a string" in done.stderr
    assert "last words" not in done.stderr
    assert "Traceback" not in done.stderr
    assert marked(f"DEMO_TEST={tmp_path}") == {}


def test_a_service_that_cannot_start_is_quoted(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_text(json.dumps(CLASS))
    done = feedback("demo", path, "--out", tmp_path / "out", FEEDBACK_TIME_ZONE="Mars/Olympus")
    assert done.returncode == 1
    assert "Mars/Olympus" in done.stderr


def test_told_to_end_it_takes_its_service_along(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_text(json.dumps([student(f"s{number}", "1 2 3 " * 20) for number in range(600)]))
    environment = without_ours(dict(os.environ)) | {"DEMO_TEST": str(tmp_path)}
    demo = Process("demo", [FEEDBACK, "demo", str(path), "--out", str(tmp_path / "out")], environment, tmp_path / "log")
    until(lambda: "accepted" in demo.words())
    demo.send(signal.SIGTERM)
    assert demo.wait(30) == 1
    assert "Aborted!" in demo.words()
    assert marked(f"DEMO_TEST={tmp_path}") == {}
