"""The log of another platform on the upload page: shown before reports are made, mended by hand, and remembered."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from feedback.events import decode_student
from feedback.events.pseudonyms import Pseudonyms
from feedback.store.models import Student, Task
from feedback.submissions.models import FileShape
from tests.harness.exports import GERMAN, PRAIRIELEARN, PROGSNAP2, gzipped, workbook, zipped
from tests.harness.in_process import class_of
from tests.web.conftest import Answer, Upload

KEY = "correct horse battery staple"


class Shown:
    """A page with a preview: its words, and what its form would send with the file."""

    def __init__(self, answer: Answer) -> None:
        self.page = answer.text
        self.words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", self.page)))
        [self.seen] = re.findall(r'name="seen" value="(\w*)"', self.page)

    def chosen(self, name: str) -> str:
        """The option of a choice that is selected; "" where none is."""
        [choice] = re.findall(rf'<select id="[^"]*" name="{name}".*?</select>', self.page, re.DOTALL)
        found = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', choice)
        return unescape(found[1] if found[1] is not None else found[2]) if found else ""

    def fields(self, **changed: str) -> dict[str, Any]:
        names = re.findall(r'<select id="[^"]*" name="([^"]*)"', self.page)
        words = [unescape(word) for word in re.findall(r'name="word" value="([^"]*)"', self.page)]
        fields: dict[str, Any] = {name: self.chosen(name) for name in names}
        return fields | {"seen": self.seen, "word": words} | changed


def test_what_was_recognised_is_shown_and_nothing_is_stored(upload: Upload) -> None:
    answer = upload(PRAIRIELEARN, "exam_all_submissions.csv")

    assert answer.status_code == 200
    shown = Shown(answer)
    assert "This looks like PrairieLearn's submissions of an assessment" in shown.words
    assert "2 students, 1 question, 2 events: 2 submissions" in shown.words
    assert "Of the role Instructor: 1" in shown.words
    assert shown.chosen("source") == "prairielearn"
    assert not Task.objects.exists()
    assert not FileShape.objects.exists()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("log.zip", zipped(MainTable__csv=PROGSNAP2)),
        ("log.csv.gz", gzipped(PROGSNAP2)),
        ("log.bin", PROGSNAP2),
        ("marks.xlsx", workbook()),
    ],
)
def test_every_way_of_packing_is_shown_and_then_taken(upload: Upload, name: str, body: bytes) -> None:
    shown = Shown(upload(body, name))

    assert upload(body, name, **shown.fields()).status_code == 303
    assert Task.objects.count() == 2


def test_a_log_of_our_own_goes_through_in_one_step(upload: Upload) -> None:
    assert upload(class_of(2)).status_code == 303


def test_a_word_that_is_not_known_is_asked_about(upload: Upload) -> None:
    body = b"student_id,unit,type\nada,1,Klick\nada,1,submission\n"
    shown = Shown(upload(body, "class.csv"))
    assert "Klick 1 event" in shown.words

    upload(body, "class.csv", **shown.fields(**{"kind-0": "save"}))
    assert [event.type for event in decode_student(bytes(Student.objects.get().payload)).events] == [
        "save",
        "submission",
    ]


def test_a_word_may_stay_unknown(upload: Upload) -> None:
    body = b"student_id,unit,type\nada,1,Klick\n"
    shown = Shown(upload(body, "class.csv"))

    assert upload(body, "class.csv", **shown.fields()).status_code == 303
    assert decode_student(bytes(Student.objects.get().payload)).events[0].type == "Klick"


def test_a_spreadsheet_of_somebodys_own_is_read_by_its_headings(upload: Upload) -> None:
    shown = Shown(upload(GERMAN, "noten.csv"))

    assert "This looks like a table" in shown.words
    assert "Rows without a student: 1" in shown.words
    assert [shown.chosen(f"column-{name}") for name in ("student_id", "unit", "score")] == [
        "Matrikel",
        "Aufgabe",
        "Punkte",
    ]
    fields = shown.fields(**{"kind-0": "submission", "source_tz": "Europe/Berlin"})
    assert upload(GERMAN, "noten.csv", **fields).status_code == 303
    upload_ = Task.objects.first()
    assert upload_ is not None
    assert (upload_.upload.source, upload_.upload.options["assumed_zone"]) == ("table", "Europe/Berlin")
    first = decode_student(bytes(Student.objects.order_by("position")[0].payload)).events[0]
    assert (first.type, first.score, str(first.created_time)) == ("submission", 0.75, "2024-07-21 08:00:01+00:00")


def test_columns_that_nobody_knows_are_asked_for_and_then_shown(upload: Upload) -> None:
    body = b"Who;What;Did\nada;1;submit\n"
    answer = upload(body, "log.csv")
    assert answer.status_code == 400
    shown = Shown(answer)
    assert "Which column is what?" in shown.words
    assert "the columns are Who, What, Did" in shown.words

    named = shown.fields(**{"column-student_id": "Who", "column-unit": "What"})
    second = Shown(upload(body, "log.csv", **named))
    assert "1 student, 1 question, 1 event" in second.words
    assert not Task.objects.exists()
    assert upload(body, "log.csv", **second.fields()).status_code == 303


def test_what_was_chosen_is_filled_in_for_the_next_file_of_the_same_shape(upload: Upload) -> None:
    shown = Shown(upload(GERMAN, "noten.csv"))
    upload(GERMAN, "noten.csv", **shown.fields(**{"kind-0": "submission", "source_tz": "Europe/Berlin"}))

    following = GERMAN.replace(b"17;", b"19;")
    again = Shown(upload(following, "andere.csv"))
    assert "what was chosen for the last file like this one" in again.words
    assert (again.chosen("source_tz"), again.chosen("kind-0")) == ("Europe/Berlin", "submission")
    assert "3 submissions" in again.words
    assert not Shown(upload(PROGSNAP2, "log.csv")).words.count("the last file like this one")


def test_a_column_chosen_after_a_refusal_counts_before_the_one_that_is_remembered(upload: Upload) -> None:
    body = b"Who;What;Did;Marks;Share\nada;1;klick;0.5;0.25\n"
    columns = {"column-student_id": "Who", "column-unit": "What", "column-type": "Did", "column-score": "Marks"}
    shown = Shown(upload(body, "log.csv", **Shown(upload(body, "log.csv")).fields(**columns)))
    assert upload(body, "log.csv", **shown.fields(**{"kind-0": "submission"})).status_code == 303

    following = body.replace(b"0.5", b"good")
    answer = upload(following, "next.csv")
    assert answer.status_code == 400
    refused = Shown(answer)
    assert refused.chosen("column-score") == "Marks"
    again = Shown(upload(following, "next.csv", **refused.fields(**{"column-score": "Share"})))
    assert (again.chosen("column-score"), again.chosen("column-unit")) == ("Share", "What")
    assert again.chosen("kind-0") == "submission"  # is still remembered: the refusal did not ask for it
    assert upload(following, "next.csv", **again.fields()).status_code == 303
    students = [decode_student(bytes(payload)) for payload in Student.objects.values_list("payload", flat=True)]
    assert {student.events[0].score for student in students} == {0.5, 0.25}


def test_another_file_than_the_one_that_was_shown_is_shown_first(upload: Upload) -> None:
    shown = Shown(upload(PROGSNAP2, "log.csv"))
    answer = upload(PROGSNAP2 + b"Submit,5,linus,2024-07-21T10:02:01,p2,1\n", "log.csv", **shown.fields())

    assert "3 students" in Shown(answer).words
    assert not Task.objects.exists()


def test_the_choice_of_a_source_on_the_form_counts(upload: Upload) -> None:
    body = b"student,unit,created_time\nada,1,21.7.2024 10:00\n"

    assert upload(body, "class.csv").status_code == 400
    shown = Shown(upload(body, "class.csv", source="table"))
    assert "This looks like a table" in shown.words
    assert upload(PROGSNAP2, "log.csv", source="open-edx").status_code == 400


def test_a_heading_that_is_a_text_is_not_offered_for_every_field(upload: Upload) -> None:
    answer = upload(f"Matrikel;Aufgabe;{'x' * 100_000}\nada;1;?\n".encode(), "table.csv")

    assert answer.status_code == 200
    assert "xxx" * 100 not in answer.text
    assert ">Aufgabe<" in answer.text


def test_words_of_a_file_are_shown_as_plain_text(upload: Upload) -> None:
    page = upload(b"student_id,unit,type\nada,1,<script>alert(1)</script>\n", "class.csv").text

    assert "<script>alert" not in page


def test_pseudonyms_are_shown_first_and_nothing_of_a_student_is_stored(upload: Upload, client: Client) -> None:
    body = b"student_id,unit,student_name\nada@x.edu,1,Ada Lovelace\n"
    shown = Shown(upload(body, "class.csv", pseudonyms="on", key=KEY))
    assert 'formaction="/submissions/who-is-who.csv"' in shown.page

    sent = {**shown.fields(), "pseudonyms": "on", "key": KEY}
    listed = client.post("/submissions/who-is-who.csv", {"events": SimpleUploadedFile("class.csv", body), **sent})
    assert listed["Cache-Control"] == "no-store"
    assert "attachment" in listed["Content-Disposition"]
    pseudonym = Pseudonyms(KEY.encode()).of("ada@x.edu")
    assert list(csv.reader(io.StringIO(listed.content.decode("utf-8-sig"))))[1] == [
        pseudonym,
        "ada@x.edu",
        "",
        "Ada Lovelace",
    ]
    assert not Task.objects.exists()

    assert upload(body, "class.csv", **sent).status_code == 303
    student = Student.objects.get()
    assert student.student_id == pseudonym
    assert b"Ada" not in bytes(student.payload)


@pytest.mark.parametrize("address", ["/", "/submissions/who-is-who.csv"])
def test_a_key_that_can_be_guessed_is_refused(client: Client, db: None, address: str) -> None:  # noqa: ARG001
    body = SimpleUploadedFile("class.csv", b"student_id,unit\nada,1\n")
    answer = client.post(address, {"events": body, "pseudonyms": "on", "key": "secret"})

    assert answer.status_code == 400
    assert "at least 16 characters" in answer.text
    assert not Task.objects.exists()


def test_who_is_who_is_not_given_without_pseudonyms(client: Client, db: None) -> None:  # noqa: ARG001
    answer = client.post(
        "/submissions/who-is-who.csv", {"events": SimpleUploadedFile("a.csv", b"student_id,unit\nada,1\n")}
    )

    assert (answer.status_code, "Tick this first" in answer.text) == (400, True)


def test_a_key_is_offered_that_nobody_can_guess(client: Client, db: None) -> None:  # noqa: ARG001
    keys = {re.findall(r'id="key" name="key" value="([^"]+)"', client.get("/").text)[0] for _ in range(2)}

    assert len(keys) == 2
    assert all(len(key) >= 32 for key in keys)


def test_a_column_may_be_set_to_none_and_stays_so_for_the_next_file(upload: Upload) -> None:
    marks = b"Matrikel;Aufgabe;Note\n17;A1;3,7\n18;A1;1,0\n"
    refused = Shown(upload(marks, "noten.csv"))
    assert (refused.chosen("column-student_id"), refused.chosen("column-score")) == ("Matrikel", "Note")

    shown = Shown(upload(marks, "noten.csv", **refused.fields(**{"column-score": ""})))
    assert "2 students, 1 question, 2 events" in shown.words
    assert shown.chosen("column-score") == ""
    assert upload(marks, "noten.csv", **shown.fields()).status_code == 303
    assert Shown(upload(marks + b"19;A1;2,3\n", "mehr.csv")).chosen("column-score") == ""


def test_of_an_archive_with_two_exports_the_one_that_is_named_is_read(upload: Upload) -> None:
    both = zipped(MainTable__csv=PROGSNAP2, x_submissions__csv=PRAIRIELEARN)
    assert "name the one that counts" in upload(both, "both.zip").text

    shown = Shown(upload(both, "both.zip", source="progsnap2"))
    assert "ProgSnap2" in shown.words
    assert upload(both, "both.zip", **shown.fields(source="progsnap2")).status_code == 303
