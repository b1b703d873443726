"""`feedback render`: from files to a folder of reports, without a server."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from feedback.contract.filenames import file_stems
from feedback.contract.layout import CLASS_TABLES
from tests.cli.support import feedback, files_in, manifest_of, student

HOSTILE = [
    "../../escape",
    "/etc/passwd",
    "CON",
    "ada",
    "ADA",
    "<script>alert(1)</script>",
    '#eval("1")',
    "\u202egnirts",
    "\ufeff",
    "\ue000",
    "x" * 200,
    "-rf",
    ".hidden",
    "a\nb",
    "\x1b[31mred",
]


def write_class(folder: Path, *students: dict[str, object], name: str = "class.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(students))
    return path


def test_a_class_gives_every_report_the_class_reports_and_the_manifest(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = feedback("render", write_class(tmp_path, student("ada"), student("bob", "1 2 1")), "--out", out)
    assert (done.returncode, done.stdout) == (0, f"4 reports of 2 students in {out}\n")
    reports = {"html/ada.html", "html/bob.html", "pdf/ada.pdf", "pdf/bob.pdf"}
    assert files_in(out) == reports | {"class.html", "class.pdf", "manifest.json", *CLASS_TABLES}
    page = re.sub(r"</?span>", "", (out / "html/ada.html").read_text())
    assert "Event Order: Q2 -&gt; Q2 -&gt; Q1" in page
    words = " ".join(page.extract_text() for page in PdfReader(out / "pdf/bob.pdf").pages)
    assert "Event Order: Q1 -> Q2 -> Q1" in " ".join(words.split())
    assert set(re.findall(r'href="([^"#]+)"', (out / "class.html").read_text())) == {
        "html/ada.html",
        "html/bob.html",
        *CLASS_TABLES,
    }


def test_the_manifest_has_an_entry_for_each_student_and_format_with_the_hash_of_the_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    feedback("render", write_class(tmp_path, student("ada", namespace="n"), student("bob")), "--out", out)
    entries = manifest_of(out)
    assert [(entry["namespace"], entry["student_id"], entry["link"]) for entry in entries] == [
        ("n", "ada", "html/ada.html"),
        ("n", "ada", "pdf/ada.pdf"),
        (None, "bob", "html/bob.html"),
        (None, "bob", "pdf/bob.pdf"),
    ]
    for entry in entries:
        assert (entry["state"], entry["error"], entry["report_id"]) == ("SUCCESS", None, None)
        assert entry["sha256"] == hashlib.sha256((out / entry["link"]).read_bytes()).hexdigest()


def test_one_student_from_standard_input_in_one_format(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps(student("ada")).encode())
    done = feedback("render", "-", "--out", tmp_path / "out", "--format", "html", stdin=body)
    assert done.returncode == 0, done.stderr
    assert files_in(tmp_path / "out") == {"html/ada.html", "manifest.json"}


def test_several_files_are_one_class(tmp_path: Path) -> None:
    paths = [write_class(tmp_path, student(name), name=f"{name}.json") for name in ("ada", "bob")]
    done = feedback("render", *paths, "--out", tmp_path / "out", "--format", "html")
    assert done.returncode == 0, done.stderr
    assert files_in(tmp_path / "out") == {
        *("html/ada.html", "html/bob.html", "class.html", "manifest.json"),
        *CLASS_TABLES,
    }


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    path = write_class(tmp_path, student("ada"), student("bob"))
    for out in ("one", "two"):
        feedback("render", path, "--out", tmp_path / out)
    assert {name: (tmp_path / "one" / name).read_bytes() for name in files_in(tmp_path / "one")} == {
        name: (tmp_path / "two" / name).read_bytes() for name in files_in(tmp_path / "two")
    }


def test_times_are_shown_in_the_zone_asked_for(tmp_path: Path) -> None:
    path = write_class(tmp_path, student("ada"))
    done = feedback("render", path, "--out", tmp_path / "out", "--tz", "Asia/Kolkata", "--format", "html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out/html/ada.html").read_text()
    assert "15:30" in page
    assert "Asia/Kolkata" in page


def test_reports_are_in_the_language_and_on_the_paper_asked_for(tmp_path: Path) -> None:
    path = write_class(tmp_path, student("ada"), student("eve") | {"language": "hi"})
    done = feedback("render", path, "--out", tmp_path / "out", "--lang", "de", "--paper", "letter")
    assert done.returncode == 0, done.stderr
    assert '<html lang="de" class="on-letter">' in (tmp_path / "out/html/ada.html").read_text()
    assert '<html lang="hi" class="on-letter">' in (tmp_path / "out/html/eve.html").read_text()
    assert '<html lang="de" class="on-letter">' in (tmp_path / "out/class.html").read_text()
    [size] = {tuple(page.mediabox[2:]) for page in PdfReader(tmp_path / "out/pdf/ada.pdf").pages}
    assert [round(side) for side in size] == [612, 792]
    wrong = feedback("render", path, "--out", tmp_path / "no", "--lang", "tlh")
    assert "'de', 'en', 'es', 'fr', 'hi'" in wrong.stderr


def test_the_session_gap_reaches_the_analysis(tmp_path: Path) -> None:
    path = write_class(tmp_path, student("ada"))
    for gap, out in (("10", "wide"), ("0.5", "narrow")):
        feedback("render", path, "--out", tmp_path / out, "--session-gap", gap, "--format", "html")
    assert (tmp_path / "wide/html/ada.html").read_text() != (tmp_path / "narrow/html/ada.html").read_text()


def test_the_findings_are_given_as_json_where_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = feedback("render", write_class(tmp_path, student("ada"), student("bob")), "--out", out, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert files_in(out) == {"json/ada.json", "json/bob.json", "class.json", "manifest.json"}
    assert json.loads((out / "json/ada.json").read_text())["event_order"] == ["Q2", "Q2", "Q1"]
    assert [row["student_id"] for row in json.loads((out / "class.json").read_text())["rows"]] == ["ada", "bob"]


def test_the_class_stands_beside_a_students_own_numbers_only_where_asked_for(tmp_path: Path) -> None:
    path = write_class(tmp_path, *(student(f"s{number}", "1 2 " * number) for number in range(1, 13)))
    for out, asked in (("alone", []), ("beside", ["--compare", "class"])):
        feedback("render", path, "--out", tmp_path / out, "--format", "json", *asked)
    alone, beside = (json.loads((tmp_path / out / "json/s1.json").read_text()) for out in ("alone", "beside"))
    assert alone.pop("comparison") is None
    events = next(one for one in beside.pop("comparison")["measures"] if one["measure"] == "events")
    assert (events["own"], events["median"], events["students"]) == (2, 13, 12)
    assert alone == beside


def test_faults_are_named_by_file_and_place_and_nothing_is_written(tmp_path: Path) -> None:
    good, bad = write_class(tmp_path, student("ada")), tmp_path / "bad.json"
    bad.write_text('[{"student_id": "bob", "events": [{"unit": 1, "score": 2}]}]')
    done = feedback("render", good, bad, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert f"{bad}: students[0].events[0].score: expected a number from 0 to 1" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["missing.json", "--out", "x"],
        ["-", "--out", "x", "--tz", "Mars/Olympus"],
        ["-", "--out", "x", "--format", "docx"],
        ["-", "--out", "x", "--session-gap", "0"],
        ["-", "--out", "x", "--session-gap", "inf"],
        ["-", "--out", "x", "--session-gap", "nan"],
        ["-"],
    ],
)
def test_a_command_that_is_not_understood_exits_with_2(arguments: list[str]) -> None:
    done = feedback("render", *arguments)
    assert done.returncode == 2
    assert "Usage: feedback render" in done.stderr


def test_a_gap_that_no_time_reaches_is_blamed_on_its_own_option() -> None:
    done = feedback("render", "-", "--out", "x", "--session-gap", "inf")
    assert "'--session-gap'" in done.stderr
    assert "--tz" not in done.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = feedback("render", write_class(tmp_path, student("ada")), "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert done.stderr == f"Error: The reports cannot be written to {tmp_path}/file/out: Not a directory.\n"


def test_hostile_ids_stay_in_the_folder_and_stay_text(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = feedback("render", write_class(tmp_path, *map(student, HOSTILE)), "--out", out)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] in (["class.json", "out"], ["out", "class.json"])
    stems = file_stems([("", student_id) for student_id in HOSTILE])
    assert {f"html/{stem}.html" for stem in stems} | {f"pdf/{stem}.pdf" for stem in stems} < files_in(out)
    assert [entry["student_id"] for entry in manifest_of(out)[::2]] == HOSTILE
    assert "<script>alert(1)</script>" not in (out / "class.html").read_text()
    for stem in stems:
        assert PdfReader(out / f"pdf/{stem}.pdf").pages


def test_an_id_cannot_command_the_terminal(tmp_path: Path) -> None:
    path = write_class(tmp_path, student("\x1b[31mred"))
    done = feedback("render", path, path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert "red" in done.stderr


def test_a_report_that_cannot_be_written_is_named_and_the_rest_delivered(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "html/ada.html/in the way").mkdir(parents=True)
    done = feedback("render", write_class(tmp_path, student("ada"), student("bob")), "--out", out)
    assert done.returncode == 1
    assert done.stdout == f"3 reports of 2 students in {out}\n"
    assert "1 report could not be made:\n  html report of ada: IsADirectoryError" in done.stderr
    assert files_in(out) == {
        *("html/bob.html", "pdf/ada.pdf", "pdf/bob.pdf", "class.html", "class.pdf", "manifest.json"),
        *CLASS_TABLES,
    }
    states = {(entry["student_id"], entry["link"]): entry["state"] for entry in manifest_of(out)}
    assert states[("ada", None)] == "FAILURE"
    assert states[("ada", "pdf/ada.pdf")] == states[("bob", "html/bob.html")] == "SUCCESS"
    page = (out / "class.html").read_text()
    assert "html/ada.html" not in page
    assert "IsADirectoryError" in page


def test_a_class_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out/class.pdf/in the way").mkdir(parents=True)
    done = feedback("render", write_class(tmp_path, student("ada"), student("bob")), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "pdf class report: IsADirectoryError" in done.stderr
    assert "class.html" in files_in(tmp_path / "out")


def test_render_loads_no_framework(tmp_path: Path) -> None:
    script = "from feedback.cli import main; main(sys.argv[1:], standalone_mode=False); print(sorted(sys.modules))"
    modules = in_python(script, "render", write_class(tmp_path, student("ada")), "--out", tmp_path, "--format", "html")
    assert "'feedback.cli.render'" in modules
    assert "'django'" not in modules
    assert "'celery'" not in modules


def test_the_parent_never_compiles_a_pdf(tmp_path: Path) -> None:
    script = """
import typst
class Refuse:
    def __init__(self, *args, **kwargs): raise AssertionError("a compiler in the parent")
typst.Compiler = Refuse
from feedback.cli import main
main(sys.argv[1:], standalone_mode=False)
"""
    path = write_class(tmp_path, student("ada"), student("bob"))
    assert "4 reports of 2 students" in in_python(script, "render", path, "--out", tmp_path)


def in_python(script: str, *arguments: str | Path) -> str:
    """What a script prints that calls the command line itself."""
    command = [sys.executable, "-c", f"import sys\n{script}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
