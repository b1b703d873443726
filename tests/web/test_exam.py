"""What a teacher says about the exam: beside the file, on the page of the upload, and to one student."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.access.models import AuditEntry, Grant
from feedback.events import decode_context, decode_student
from feedback.store.models import Document, Student, Task, Upload
from feedback.submissions import handouts
from tests.harness.in_process import class_of, student, work_off
from tests.web.conftest import Answer
from tests.web.conftest import Upload as Send

EXAM = {
    "title": "Midterm",
    "course": "Programming 1",
    "starts_at": "2025-11-14T09:00",
    "ends_at": "2025-11-14T11:00",
    "kind": "exam",
    "counts": "last",
    "message": "Well done.\r\nThe solutions are online.",
    "solutions_url": "https://example.org/solutions",
}


def context() -> Any:
    return decode_context(bytes(Upload.objects.latest("created_at").context or b""))


def table(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("questions.csv", text.encode())


def send(client: Client, content: object, **fields: Any) -> Answer:
    file = SimpleUploadedFile("class.json", json.dumps(content).encode())
    return client.post("/", {"events": file, "formats": "html", **fields})


def exam_page(client: Client, **fields: Any) -> Answer:
    return client.post(f"/submissions/{Task.objects.latest('created_at').id}/exam", fields)


@pytest.fixture
def made(upload: Send) -> Task:
    """A class of two, on the questions 2, 10 and `Loops`, its reports made."""
    events = [{"unit": unit, "created_time": "2025-11-14T09:30:00Z"} for unit in ("Loops", 10, "2")]
    upload([student(name, events=events, namespace="cs1") for name in ("ada", "grace")], formats="html")
    work_off()
    return Task.objects.get()


def test_what_is_said_at_the_upload_is_the_context_of_its_reports(upload: Send) -> None:
    assert upload(class_of(2), formats="html", time_zone="Asia/Kolkata", **EXAM).status_code == 303

    exam = context().exam
    assert (exam.title, exam.course, exam.kind, exam.counts) == ("Midterm", "Programming 1", "exam", "last")
    assert exam.starts_at.isoformat() == "2025-11-14T09:00:00+05:30", "by the clock of the zone that was chosen"
    assert exam.message == "Well done.\nThe solutions are online."
    assert exam.solutions_url == "https://example.org/solutions"


def test_an_upload_that_says_nothing_about_the_exam_has_no_context(upload: Send) -> None:
    upload(class_of(2), title=" ", message="\r\n", starts_at="")

    assert Upload.objects.get().context is None


def test_a_table_of_questions_beside_the_file_is_part_of_the_context(client: Client, upload: Send) -> None:  # noqa: ARG001
    send(client, class_of(2), title="Midterm", questions=table("unit,title,points\n1,Loops,2\nQ2,Lists,0.5\n"))

    assert context().exam.title == "Midterm"
    assert [(each.unit, each.title, each.points) for each in context().questions] == [
        ("1", "Loops", 2.0),
        ("Q2", "Lists", 0.5),
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "x" * 201, "at most 200 characters"),
        ("starts_at", "yesterday", "Write a date and time"),
        ("ends_at", "2025-11-14T09:00", "It is not after"),
        ("kind", "quiz", "Write &#34;exam&#34; or &#34;course&#34;"),
        ("counts", "median", "Write &#34;best&#34; or &#34;last&#34;"),
        ("message", "x" * 2001, "at most 2,000 characters"),
        ("solutions_url", "ftp://example.org", "an http or https URL"),
        ("course", "a\0b", "A NUL character"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_nothing_is_stored(
    upload: Send, field: str, value: str, words: str
) -> None:
    answer = upload(class_of(2), **EXAM | {field: value})

    assert answer.status_code == 400
    beside = answer.text.partition(f'id="exam-{field}-error"')[2].partition("</div>")[0]
    assert words in beside
    assert "or null" not in beside
    assert "Programming 1" in answer.text or field == "course", "what was typed is still there"
    assert not Upload.objects.exists()


def test_a_broken_table_of_questions_is_answered_with_its_lines(client: Client, upload: Send) -> None:  # noqa: ARG001
    answer = send(client, class_of(2), questions=table("unit,points\n1,2\n2,many\n1,3\n"))

    assert answer.status_code == 400
    beside = answer.text.partition('id="questions-file-error"')[2].partition("</ol>")[0]
    assert "line 3: points" in beside
    assert not Upload.objects.exists()


def test_the_faults_of_all_places_are_said_at_once(client: Client, upload: Send) -> None:  # noqa: ARG001
    page = client.post("/", {"title": "x" * 201, "questions": table("unit\n")}).text
    assert 'id="exam-title-error"' in page
    assert "Choose a file first" in page


def test_a_fault_in_a_files_own_context_is_said_with_its_line(upload: Send) -> None:
    answer = upload(b'{"questions": [\n{"unit": 1},\n{"unit": 2,\n"points": "many"}],\n"students": []}')

    assert answer.status_code == 400
    assert "line 4: questions[1].points" in answer.text


def test_a_file_that_brings_its_own_context_may_not_come_with_another(client: Client, upload: Send) -> None:  # noqa: ARG001
    answer = send(client, {"exam": {"title": "Its own"}, "students": class_of(2)}, title="Another")

    assert answer.status_code == 400
    assert "came beside the events already" in answer.text
    assert not Upload.objects.exists()


def test_the_table_names_the_questions_of_the_logs_in_the_order_of_their_aliases(client: Client, made: Task) -> None:
    page = client.get(f"/submissions/{made.id}/exam").text

    names = [part.partition("</bdi>")[0] for part in page.partition("<tbody>")[2].split("<bdi>")[1:]]
    assert names == ["2", "10", "Loops"]


def test_saving_makes_the_reports_again_with_what_was_said(client: Client, made: Task) -> None:
    fields = {**EXAM, "unit": ['"2"', "10", '"Loops"'], "title-1": "Lists", "points-1": "2,5", "optional-2": "yes"}
    answer = exam_page(client, **fields)

    assert (answer.status_code, answer["Location"]) == (303, f"/submissions/{made.id}")
    assert [(each.unit, each.title, each.points, each.optional) for each in context().questions] == [
        (10, "Lists", 2.5, False),
        ("Loops", None, None, True),
    ]
    assert set(Document.objects.values_list("state", flat=True)) == {"PENDING"}
    work_off()
    report = Document.objects.filter(kind="student")[0]
    assert "Midterm" in client.get(f"/submissions/{made.id}/students/{report.id}").text
    assert AuditEntry.objects.filter(action="amend").exists()


def test_saving_what_is_there_changes_nothing(client: Client, made: Task) -> None:
    told: dict[str, Any] = {
        "exam": {"starts_at": "2025-11-14T09:00:30.5+05:30", "ends_at": "2025-11-14T12:00Z", "log_kind": "saves"}
    }
    told |= {"questions": [{"unit": 10, "points": 0.1}], "report": {"hide": ["path"]}}
    client.put(f"/assignment/html/{made.id}/context", json.dumps(told), content_type="application/json")
    work_off()
    before = bytes(Upload.objects.get().context or b"")
    page = client.get(f"/submissions/{made.id}/exam").text
    assert 'value="2025-11-14T03:30:30.500"' in page, "by the clock of the reports"
    assert 'name="points-1" value="0.1"' in page
    times: dict[str, Any] = {"starts_at": "2025-11-14T03:30:30.500", "ends_at": "2025-11-14T12:00"}
    exam_page(client, **times, **{"unit": ['"2"', "10", '"Loops"'], "points-1": "0.1"})

    assert bytes(Upload.objects.get().context or b"") == before
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_fault_in_the_table_is_said_in_its_cell_and_nothing_changes(client: Client, made: Task) -> None:  # noqa: ARG001
    fields = {"unit": ['"2"', "10", '"Loops"'], "group-0": "A", "points-0": "2", "group-2": "A", "points-2": "3"}
    answer = exam_page(client, **fields, **{"minutes-1": "long"})
    assert answer.status_code == 400
    assert "Minutes: Write a number above 0" in answer.text.partition('id="minutes-1-error"')[2].partition("</p>")[0]

    answer = exam_page(client, **fields)
    assert answer.status_code == 400
    beside = answer.text.partition('id="points-2-error"')[2].partition("</p>")[0]
    assert "Not that of question 2, which is in the same group" in beside
    assert Upload.objects.get().context is None
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_file_of_questions_replaces_the_table(client: Client, made: Task) -> None:  # noqa: ARG001
    exam_page(client, unit=['"2"'], questions=table("unit,title\nLoops,From the file\n"), **{"title-0": "By hand"})

    assert [(each.unit, each.title) for each in context().questions] == [("Loops", "From the file")]


def test_a_log_of_very_many_questions_asks_for_a_file_and_keeps_what_was_said(client: Client, upload: Send) -> None:
    upload(student(events=[{"unit": number} for number in range(101)]), formats="html")
    exam_page(client, questions=table("unit,title\n7,Seven\n"))
    page = client.get(f"/submissions/{Task.objects.get().id}/exam").text
    assert "101 questions: too many for a form" in page
    assert "<table" not in page

    exam_page(client, title="Final")
    assert (context().exam.title, context().questions[0].title) == ("Final", "Seven")


def test_the_next_upload_of_a_namespace_begins_with_what_was_said_of_the_last(client: Client, made: Task) -> None:
    exam_page(client, **EXAM, **{"unit": ['"2"', "10"], "title-1": "Lists"})
    events = [{"unit": "10"}, {"unit": "3"}]
    send(client, [student(name, events=events, namespace="cs1") for name in ("ada", "grace")])
    second = Task.objects.latest("created_at")
    assert second != made

    page = client.get(f"/submissions/{second.id}/exam").text
    assert 'value="Midterm"' in page
    assert 'value="Lists"' in page
    assert "Nothing of it is used until you save" in page
    assert second.upload.context is None

    send(client, [student(name, events=events, namespace="elsewhere") for name in ("ada", "grace")])
    other = client.get(f"/submissions/{Task.objects.latest('created_at').id}/exam").text
    assert "Midterm" not in other, "of its own namespace alone"


def test_the_start_page_offers_the_exam_of_an_earlier_upload(client: Client, made: Task) -> None:
    exam_page(client, title="Midterm", questions=table("unit,title\n10,Lists\n"))
    assert f'href="/?like={made.upload_id}">cs1 · Midterm</a>' in client.get("/").text
    page = client.get(f"/?like={made.upload_id}").text
    assert 'value="Midterm"' in page
    assert "1 question will be used as well" in page

    send(client, class_of(2), title="Second midterm", like=str(made.upload_id))
    assert (context().exam.title, context().questions[0].title) == ("Second midterm", "Lists")
    assert client.get("/?like=nonsense").status_code == 200


def test_the_start_page_reads_the_three_contexts_that_it_offers(
    client: Client,
    upload: Send,  # noqa: ARG001 - the broker must be running
    statements: list[object],
) -> None:
    for namespace in ("cs1", "cs2", "cs3", "cs4", "cs4"):
        body = [student(name, namespace=namespace, every=len(Upload.objects.all())) for name in ("ada", "grace")]
        send(client, body, title=f"Midterm of {namespace}")
    statements.clear()
    page = client.get("/").text

    assert [f"Midterm of {name}" in page for name in ("cs1", "cs2", "cs3", "cs4")] == [False, True, True, True]
    [reading] = [text for text in map(str, statements) if re.search(r'"context"(?! IS )', text)]
    assert "IN (%s, %s, %s)" in reading


def test_the_exam_of_a_class_that_is_past_its_time_is_offered_no_more(client: Client, made: Task) -> None:
    exam_page(client, title="Midterm", questions=table("unit,title\n10,Lists\n"))
    Task.objects.update(expired_at=Now())
    assert "Midterm" not in client.get("/").text
    assert 'value="Midterm"' not in client.get(f"/?like={made.upload_id}").text


def test_a_remark_is_written_shown_and_taken_away(client: Client, made: Task) -> None:
    report = Document.objects.get(kind="student", position=1)
    address = f"/submissions/{made.id}/students/{report.id}"
    answer = client.post(f"{address}/remark", {"remark": " Well argued.\r\nSee me about loops. "})
    assert (answer.status_code, answer["Location"]) == (303, address)
    assert "is being made" in client.get(address).text
    work_off()
    page = client.get(address).text
    assert "Well argued.\nSee me about loops.</textarea>" in page
    assert page.count("See me about loops.") == 2, "in the box and in the report"
    assert decode_student(bytes(Student.objects.get(position=1).payload)).remark == "Well argued.\nSee me about loops."

    client.post(f"{address}/remark", {"remark": "  "})
    work_off()
    assert "Well argued" not in client.get(address).text


@pytest.mark.parametrize(("text", "words"), [("x" * 2001, "2,001 characters"), ("a\0b", "no report can show")])
def test_a_remark_that_cannot_be_taken_is_said_beside_the_box(
    client: Client, made: Task, text: str, words: str
) -> None:
    report = Document.objects.get(kind="student", position=1)
    answer = client.post(f"/submissions/{made.id}/students/{report.id}/remark", {"remark": text})

    assert answer.status_code == 400
    assert words in answer.text.partition('id="remark-error"')[2].partition("</p>")[0]
    assert decode_student(bytes(Student.objects.get(position=1).payload)).remark is None


def test_a_report_that_is_shown_again_beside_a_refused_remark_is_read(
    client: Client, made: Task, settings: Settings
) -> None:
    settings.FEEDBACK_AUTH = "keys"
    writer = User.objects.create_user("writer")
    Grant.objects.create(user=writer, namespace="cs1", may_write=True)
    client.force_login(writer)
    report = Document.objects.get(kind="student", position=1)
    AuditEntry.objects.all().delete()
    answer = client.post(f"/submissions/{made.id}/students/{report.id}/remark", {"remark": "x" * 2001})

    assert answer.status_code == 400
    assert list(AuditEntry.objects.values_list("actor", "what", "task_id", "report_id")) == [
        ("user writer", "student", made.id, report.id)
    ]
    client.post(f"/submissions/{made.id}/handouts", {"days": "x"})
    client.post(f"/submissions/{made.id}/exam", {"starts_at": "x"})
    handout = handouts.make(made, 1, "user writer")
    client.post(f"/submissions/{made.id}/handouts/{handout.id}/mail", {"subject": "", "body": ""})
    assert [entry.what for entry in AuditEntry.objects.filter(action="read", report_id=None).order_by("pk")] == [
        "handing-out",
        "exam",
        "mail",
    ]


def test_the_class_report_takes_no_remark(client: Client, made: Task) -> None:
    report = Document.objects.get(kind="class")

    assert client.post(f"/submissions/{made.id}/students/{report.id}/remark", {"remark": "x"}).status_code == 404


def test_a_person_who_may_only_read_sees_no_form(client: Client, made: Task, settings: Settings) -> None:
    settings.FEEDBACK_AUTH = "keys"
    reader = User.objects.create_user("reader")
    Grant.objects.create(user=reader, namespace="cs1")
    client.force_login(reader)
    Upload.objects.update(owner="somebody")
    report = Document.objects.get(kind="student", position=1)
    address = f"/submissions/{made.id}"
    pages = [client.get(path, headers={"Accept": "text/html"}) for path in (address, f"{address}/students/{report.id}")]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("About this exam" in page.text or "Your remark" in page.text for page in pages)
    assert client.get(f"{address}/exam", headers={"Accept": "text/html"}).status_code == 403
    assert client.post(f"{address}/exam", {"title": "Mine"}, headers={"Accept": "text/html"}).status_code == 403
    refused = client.post(f"{address}/students/{report.id}/remark", {"remark": "x"}, headers={"Accept": "text/html"})
    assert refused.status_code == 403


def test_what_the_reader_noticed_is_said_on_the_pages_of_the_upload(client: Client, upload: Send) -> None:
    rows = "Ada,1,daydream,2025-11-14T09:00,x\nada,1,submission,2025-11-14T09:10,y\n"
    body = f"student_id,Question,type,created_time,mood\n{rows}".encode()
    [seen] = re.findall(r'name="seen" value="(\w+)"', upload(body, "class.csv", formats="html").text)
    answer = upload(body, "class.csv", formats="html", seen=seen)

    making = client.get(answer["Location"]).text
    work_off()
    for page in (making, client.get(answer["Location"]).text):
        said = page.partition('id="noticed"')[2].partition("</section>")[0]
        assert "Types of events that are not known here: daydream." in said
        assert "Columns read: Question as unit." in said
        assert "Columns not read: mood." in said
        assert "Times without a zone were taken as UTC." in said
        assert "&#34;Ada&#34;, &#34;ada&#34;" in said
    assert "ada" not in str([*client.session["noticed"].values()]).casefold(), "of a student nothing is kept"
    assert (
        "daydream" not in Client().get(answer["Location"]).text.partition('id="noticed"')[2].partition("</section>")[0]
    )


def test_ids_that_an_erasure_took_away_are_not_said_any_more(client: Client, upload: Send) -> None:
    answer = upload([student("Ada"), student("ada"), student("grace")], formats="html")
    work_off()
    assert "differ only in case" in client.get(answer["Location"]).text
    client.delete("/students?student_id=Ada&namespace=course")
    work_off()

    assert "differ only in case" not in client.get(answer["Location"]).text


def test_the_language_and_the_paper_of_the_reports_are_chosen_with_the_exam(client: Client, upload: Send) -> None:
    start = client.get("/").text
    assert '<option value="hi">हिन्दी</option>' in start
    assert '<option value="letter">US Letter</option>' in start
    answer = upload(class_of(2), formats="html", language="de", paper="letter")
    work_off()

    page = client.get(answer["Location"]).text
    assert '<html lang="en">' in page, "the page of the staff stays English"
    assert '<section lang="de"' in page, "what it shows of the report says its language"
    assert '<h1 lang="de">' in page
    assert '<p class="line" lang="de">' in page
    assert '<tbody lang="de">' in page
    assert '<p class="kind">Class report</p>' in page, "which is the page's own word"
    one = re.findall(r'href="([^"]*/students/[^"]*)"', page)[0]
    page = client.get(one).text
    assert all(f'<{opening} lang="de">' in page for opening in ('p class="kind"', "h1", 'p class="line"'))
    assert '<p class="identity">Student ID: ' in page, "which is English in every language"
    task_id = answer["Location"].rsplit("/", 1)[1]
    assert '<html lang="de" class="on-letter">' in client.get(f"/assignment/html/{task_id}").text
    fields = client.get(f"{answer['Location']}/exam").text
    assert '<option value="de" selected>' in fields
    assert '<option value="letter" selected>' in fields
