"""Archives as learning platforms take them back, by the rules of their importers; and by the students' names."""

import csv
import io
import re
import unicodedata
import zipfile
from typing import NamedTuple
from uuid import UUID

import pytest
from django.test import Client

from feedback.api import archive, layouts
from feedback.api.layouts import Layout
from feedback.contract.platform_names import canvas_path, moodle_path, named_stem
from feedback.store.models import Document, Student, Task
from tests.harness.in_process import Submit, class_of, student, work_off

# Names as 212 students may have them: six scripts, underscores, quotes, and what a file system or a header fears.
NAMES = [
    *("Ada Lovelace", "O'Brien, Séamus", 'Robert "Bob" Smith', "Anne_Marie_van der Berg", "_", "Jean-Luc  Picard"),
    *(
        "Мария Склодовская",
        "Ольга_Иванова",
        "Σωκράτης Παπαδόπουλος",
        "محمد بن موسى",
        "李小龍",
        "김 민준",
        "やまだ たろう",
    ),
    *("a/b\\c: d*e?f", "<script>", "..", ".hidden", "~tilde", "12", "4711_815_", "x" * 190, "ß" * 190, "\u202eevil"),
]


class Imported(NamedTuple):
    """What Moodle's importer makes of a file: whose it is, and how the feedback file is called."""

    participant: int
    filename: str


def moodle_imports(path: str) -> Imported | None:
    """`is_valid_filename_for_import`, and what `extract_to_storage` does to a path before; None where it skips it."""
    parts = ["".join(c for c in part if not re.match(r"[\x00-\x1f\x7f&<>\"`|':\\]", c)) for part in path.split("/")]
    if parts[-1].startswith((".", "~")):
        return None
    parts = ["import", *parts]
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not re.fullmatch(r"\s*[+-]?[0-9]+\s*", info[1]):
            continue
        if (info[2], info[3]) not in (("assignsubmission", "file"), ("assignfeedback", "file")):
            continue
        rest = info[4] if len(info) > 4 else ""
        return Imported(int(info[1]), "/".join([rest, *parts]))
    return None


def canvas_imports(path: str) -> tuple[str, str] | None:
    """`infer_comment_context_from_filename`: (user, attachment); None where Canvas ignores the file."""
    parts = path.rsplit("/", 1)[-1].split("_")
    numbers = [part for part in parts if re.fullmatch("[0-9]+", part)][:2]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and not path.startswith("._") else None


def contents(task: str, layout: Layout) -> dict[str, bytes]:
    """The streamed archive, gathered without an event loop."""
    found = Task.objects.select_related("upload").get(pk=UUID(task.rsplit("/", 1)[1]))
    reports = list(found.documents.select_related("about").order_by("position"))
    data = b"".join(archive.parts_of(found, layouts.plan(found, reports, layout)))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert len(set(map(str.casefold, names))) == len(names), "on Windows too each file has a name of its own"
        return {name: opened.read(name) for name in names}


def rows_of(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def put(client: Client, task: str, rows: list[list[str]]) -> dict[str, object]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    answer = client.put(f"{task}/roster", text.getvalue().encode(), content_type="text/csv")
    assert answer.status_code == 200, answer.content
    found: dict[str, object] = answer.json()
    return found


def worksheet(size: int) -> list[list[str]]:
    rows = [[f"Participant {1000 + n}", NAMES[n % len(NAMES)], "", f"student-{n}", "Submitted"] for n in range(size)]
    return [["Identifier", "Full name", "Email address", "ID number", "Status"], *rows]


def test_moodle_takes_every_file_of_212_students_back_for_the_right_one(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(212))
    work_off()
    assert put(client, task, worksheet(212))["matched"] == 212
    files = contents(task, Layout.MOODLE)

    assert len(files) == 212
    bodies = dict(Document.objects.filter(kind="student").values_list("about__student_id", "body"))
    for path, content in files.items():
        found = moodle_imports(path)
        assert found is not None, path
        assert found.filename == "/report.html"
        assert content == bytes(bodies[f"student-{found.participant - 1000}"] or b"")
        assert re.fullmatch(r"[^_/]+_[0-9]+_assignsubmission_file_/report\.html", path)
        assert all(len(part.encode()) <= 255 for part in path.split("/"))
    assert "Мария Склодовская_1006_assignsubmission_file_/report.html" in files
    assert "Anne Marie van der Berg_1003_assignsubmission_file_/report.html" in files
    assert "OBrien, Séamus_1001_assignsubmission_file_/report.html" in files


def test_whom_the_roster_lacks_is_listed_and_no_platform_is_given_what_is_of_the_class(
    client: Client, submit: Submit
) -> None:
    task = submit("pdf", class_of(3))
    work_off()
    put(
        client,
        task,
        [["Identifier", "Full name", "ID number"], ["Participant 7", "Ada", "student-0"], ["", "Eve", "student-1"]],
    )
    files = contents(task, Layout.MOODLE)

    assert set(files) == {"Ada_7_assignsubmission_file_/report.pdf", "not-in-roster.csv"}
    assert files["Ada_7_assignsubmission_file_/report.pdf"].startswith(b"%PDF-")
    assert [(row["student_id"], row["why"]) for row in rows_of(files["not-in-roster.csv"])] == [
        ("student-1", "the roster has no participant number of Moodle for this student"),
        ("student-2", "not in the roster"),
    ]
    assert moodle_imports("not-in-roster.csv") is None


def test_a_report_that_could_not_be_made_is_listed_too(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    work_off()
    put(client, task, worksheet(3))
    Document.objects.filter(position=2).update(state="FAILURE", error="it burst")

    assert client.get(f"{task}/archive.zip?layout=moodle").status_code == 409
    assert client.get(f"{task}/archive.zip?layout=moodle&partial=true").status_code == 200
    files = contents(task, Layout.MOODLE)
    assert len(files) == 3
    assert rows_of(files["not-in-roster.csv"]) == [
        {"student_id": "student-1", "namespace": "course", "why": "it burst"}
    ]


def test_canvas_takes_the_files_of_those_who_handed_something_in(client: Client, submit: Submit) -> None:
    task = submit("pdf", class_of(len(NAMES)))
    work_off()
    rows = [[f"student-{n}", name, f"whoever_{300 + n}_{900 + n}_essay.pdf"] for n, name in enumerate(NAMES)]
    put(client, task, [["student_id", "name", "canvas_file"], *rows])
    files = contents(task, Layout.CANVAS)

    assert {canvas_imports(path) for path in files} == {(str(300 + n), str(900 + n)) for n in range(len(NAMES))}
    assert "adalovelace_300_900_report.pdf" in files
    assert all(len(path.encode()) <= 255 for path in files)


def test_a_gradebook_alone_names_the_users_without_the_file_that_canvas_asks_for(
    client: Client, submit: Submit
) -> None:
    task = submit("html", class_of(2))
    work_off()
    put(client, task, [["Student", "ID", "SIS User ID", "Section"], ["Lovelace, Ada", "301", "student-0", "CS"]])

    assert set(contents(task, Layout.CANVAS)) == {"adalovelace_301_report.html", "not-in-roster.csv"}


def test_files_by_name_hold_the_whole_archive(client: Client, submit: Submit) -> None:
    task = submit("html", [*class_of(2), student("x/y") | {"name": "Eve_Of_Old"}, student("nameless")])
    work_off()
    put(client, task, [["student_id", "name"], ["student-0", "Ada Lovelace"]])
    files = contents(task, Layout.NAMES)

    reports = {path for path in files if path.startswith("html/")}
    assert "html/Ada Lovelace (student-0).html" in reports
    assert "html/student-1.html" in reports
    assert any(re.fullmatch(r"html/Eve Of Old \(x-y-[0-9a-f]{12}\)\.html", path) for path in reports)
    assert {row["student_id"] for row in rows_of(files["not-in-roster.csv"])} == {"student-1", "nameless"}
    assert {"class.html", "manifest.json", "class.xlsx"} <= set(files)
    assert "Ada Lovelace (student-0).html" in files["manifest.json"].decode()


def test_for_the_name_of_a_student_whom_the_roster_names_no_log_is_read(client: Client, submit: Submit) -> None:
    task = submit("html", [student("ada") | {"name": "In the log"}, student("eve") | {"name": "Eve"}])
    work_off()
    put(client, task, [["student_id", "name"], ["ada", "Ada Lovelace"]])
    Student.objects.filter(student_id="ada").update(payload=b"not read, so not seen to be no JSON")

    assert {"html/Ada Lovelace (ada).html", "html/Eve (eve).html"} <= set(contents(task, Layout.NAMES))


@pytest.mark.parametrize("layout", ["moodle", "canvas"])
def test_without_a_roster_that_knows_the_platform_the_answer_says_which_to_send(
    client: Client, submit: Submit, layout: str
) -> None:
    task = submit("html", class_of(2))
    work_off()
    assert client.get(f"{task}/archive.zip?layout={layout}").status_code == 409
    put(client, task, [["student_id", "name"], ["student-0", "Ada"]])
    answer = client.get(f"{task}/archive.zip?layout={layout}")

    assert answer.status_code == 409
    assert f"in {layout.capitalize()}" in answer.json()["error"]
    assert "PUT …/roster" in answer.json()["error"]


def test_an_unknown_layout_is_a_400_that_names_the_known(client: Client, submit: Submit) -> None:
    answer = client.get(f"{submit('html', class_of(2))}/archive.zip?layout=blackboard")
    assert answer.status_code == 400
    assert "files, names, moodle, canvas" in str(answer.json()["details"]["layout"])


def test_the_etag_of_an_archive_changes_with_the_roster_and_with_the_layout(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(2))
    work_off()

    def etag(layout: str) -> str:
        return str(client.get(f"{task}/archive.zip?layout={layout}")["ETag"])

    put(client, task, worksheet(2))
    found = [etag(layout) for layout in ("files", "names", "moodle")]
    assert len(set(found)) == 3
    assert client.get(f"{task}/archive.zip", headers={"If-None-Match": found[0]}).status_code == 304
    put(client, task, [["Identifier", "Full name", "ID number"], ["Participant 9", "Eve", "student-0"]])
    assert etag("files") == found[0]
    assert {etag("names"), etag("moodle")}.isdisjoint(found)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_name_a_path_is_safe_and_read_back(name: str) -> None:
    moodle, canvas = moodle_path(name, "7", ".pdf"), canvas_path(name, "7", "8", ".pdf")

    assert moodle_imports(moodle) == Imported(7, "/report.pdf")
    assert canvas_imports(canvas) == ("7", "8")
    for path in (moodle.partition("/")[0], canvas, named_stem(name, "ada")):
        assert path.strip(" .") == path
        assert not re.search(r'[\x00-\x1f<>:"/\\|?*]', path)
        assert not any(unicodedata.category(character) in ("Cf", "Cc") for character in path)
        assert path[0] not in ".~"
