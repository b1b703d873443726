"""From payload to document: what both ways of running rely on."""

import pickle

import msgspec
import pytest

from feedback import pipeline
from feedback.analysis import Failure, Findings
from feedback.analysis.insights import RULES
from feedback.contract.formats import Format, Paper
from feedback.contract.languages import Language
from feedback.events import Context, Event, Exam, Student, encode_context, encode_student
from feedback.phrasing.i18n import speech
from feedback.pipeline import NothingToReport, Recipe
from feedback.rendering import RenderOptions
from tests.harness.exams import exam

HOME = "2024-07-21T09:{:02}:00Z"


def payload(student_id: str, events: int = 12) -> bytes:
    log = [
        msgspec.convert(
            {"unit": n % 3, "type": "submission", "created_time": HOME.format(n * 3), "score": n / events}, Event
        )
        for n in range(events)
    ]
    return encode_student(Student(student_id, log))


def found(names: int) -> list[tuple[str, Findings]]:
    return [(f"html/s{n}.html", pipeline.find(payload(f"s{n}", 5 + n % 7), Recipe())) for n in range(names)]


def test_a_comparison_given_afterwards_is_the_one_that_the_class_facts_bring() -> None:
    students = [payload(f"s{n}", 5 + n % 7) for n in range(12)]
    of_class = pipeline.class_facts(students, Recipe())
    facts = pipeline.with_comparison_facts(of_class, (pipeline.find(each, Recipe(facts=of_class)) for each in students))

    alone, at_once = (pipeline.find(payload("s3"), Recipe(facts=each)) for each in (of_class, facts))
    assert alone.comparison is None
    assert at_once.comparison is not None
    assert at_once.comparison.students == 12
    assert at_once == pipeline.compared(alone, facts)
    assert alone is pipeline.compared(alone, of_class)


@pytest.mark.parametrize("format_", Format)
def test_two_makings_of_a_report_are_byte_for_byte_the_same(format_: Format) -> None:
    recipe = Recipe(rendering=RenderOptions(time_zone="Asia/Kolkata"))
    elsewhere = pickle.loads(pickle.dumps(recipe))  # noqa: S301 - as it goes to the processes of `feedback render`

    here = pipeline.document(pipeline.find(payload("ada"), recipe), format_, recipe)
    there = pipeline.document(pipeline.find(payload("ada"), elsewhere), format_, elsewhere)
    assert here == there
    assert here.filename == f"ada.{format_}"


def test_each_row_of_a_class_leads_to_the_report_of_its_own_student() -> None:
    students = found(5)
    findings, links = pipeline.find_class(iter(students), Recipe(), [Failure("eve", None, "lost")])

    assert [row.student_id for row in findings.rows] == ["s0", "s1", "s2", "s3", "s4"]
    assert links == [link for link, _ in students]
    page = pipeline.class_document(findings, links, Format.HTML, Recipe()).body
    assert all(f'href="{link}"'.encode() in page for link in links)


def test_a_class_report_for_files_differs_from_the_one_over_http_in_its_links_alone() -> None:
    findings, links = pipeline.find_class(found(3), Recipe())
    elsewhere = ["task/reports/1", "task/reports/2", "task/reports/3"]

    in_files = pipeline.class_document(findings, links, Format.HTML, Recipe()).body.decode()
    over_http = pipeline.class_document(findings, elsewhere, Format.HTML, Recipe()).body.decode()
    for file, address in zip(links, elsewhere, strict=True):
        in_files = in_files.replace(f'href="{file}"', f'href="{address}"')
    assert in_files == over_http


def test_a_class_without_one_report_has_no_class_report() -> None:
    with pytest.raises(NothingToReport, match="None of the 2 reports"):
        pipeline.find_class([], Recipe(), [Failure("ada", None, "lost"), Failure("eve", None, "lost")])


def test_bytes_that_are_no_payload_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        pipeline.find(b"{", Recipe())


def notes_of(*students: Student) -> dict[str, str]:
    """The notes of the class report, by their codes."""
    payloads = [encode_student(each) for each in students]
    recipe = Recipe(facts=pipeline.class_facts(payloads, Recipe()))
    made = [(f"html/{n}.html", pipeline.find(each, recipe)) for n, each in enumerate(payloads)]
    return {note.code: note.text for note in pipeline.find_class(made, recipe)[0].data_notes}


def on(student_id: str, *units: str | float, time: str = "2024-07-21T09:00:00Z") -> Student:
    return Student(student_id, [msgspec.convert({"unit": unit, "created_time": time}, Event) for unit in units])


def test_a_class_is_told_of_spellings_that_were_read_as_one_question() -> None:
    assert "“017” = “17” = “17.0”" in notes_of(on("ada", "17"), on("bob", "017"), on("eve", "17.0"))["merged_spellings"]
    assert "merged_spellings" not in notes_of(on("ada", "17"), on("bob", 17.0, 17))
    # Section numbers are texts, so nothing of theirs was merged.
    assert "merged_spellings" not in notes_of(on("ada", "1.1"), on("bob", "1.10"))


def test_a_class_is_told_of_ids_that_differ_only_in_case() -> None:
    told = notes_of(on("ada", 1), on("bob", 1), on("Ada", 1), on("ADA", 1))["ids_differ_in_case"]
    assert "“ADA” / “Ada” / “ada”" in told
    assert "ids_differ_in_case" not in notes_of(on("ada", 1), msgspec.structs.replace(on("Ada", 1), namespace="other"))


def test_a_class_is_told_which_times_were_taken_as_utc() -> None:
    assert "UTC" in notes_of(on("ada", 1, time="2024-07-21T09:00:00"), on("bob", 1))["zoneless_times"]
    assert "zoneless_times" not in notes_of(on("ada", 1), on("bob", 1))


def test_what_stands_nearest_to_a_report_says_its_language() -> None:
    def language(own: Language | None, asked: Language | None, of_exam: Language | None) -> str:
        student = msgspec.structs.replace(on("ada", 1), language=own)
        recipe = Recipe(context=encode_context(Context(Exam(language=of_exam))), language=asked)
        return pipeline.find(encode_student(student), recipe).settings.language

    assert language("hi", "de", "fr") == "hi"
    assert language(None, "de", "fr") == "de"
    assert language(None, None, "fr") == "fr"
    assert language(None, None, None) == "en"


def test_a_class_report_is_in_one_language_whatever_its_students_read() -> None:
    languages: tuple[Language, ...] = ("hi", "de", "fr")
    students = [
        encode_student(
            msgspec.structs.replace(exam(60, seed=seed), student_id=f"s{seed}", language=languages[seed % 3])
        )
        for seed in range(12)
    ]
    recipe = Recipe(facts=pipeline.class_facts(students, Recipe()), language="es")
    made = [(f"html/{n}.html", pipeline.find(each, recipe)) for n, each in enumerate(students)]
    found, links = pipeline.find_class(made, recipe)
    page = pipeline.class_document(found, links, Format.HTML, recipe).body.decode()
    assert '<html lang="es">' in page
    assert "Informe de la clase" in page
    # Neither the titles nor the steps of what the students' own reports say.
    titles = {speech("es").gettext(rule.title) for rule in RULES}
    assert {each.title for each in found.insights} <= titles
    assert [each.step for each in found.insights if each.step] == []


@pytest.mark.parametrize(
    ("asked", "of_exam", "paper"), [("a4", "letter", "a4"), (None, "letter", "letter"), (None, None, "a4")]
)
def test_paper_is_what_was_asked_for_else_the_exams(asked: Paper | None, of_exam: Paper | None, paper: Paper) -> None:
    recipe = Recipe(context=encode_context(Context(Exam(paper=of_exam))), paper=asked)
    assert recipe.options.paper == paper
