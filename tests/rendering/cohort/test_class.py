"""The class report: what it lists, how far, and where it leads."""

import re
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from feedback.analysis import ClassFindings, Failure, analyse, analyse_class
from feedback.contract.formats import Format
from feedback.events import Event, Student
from feedback.events.context import Context, Exam
from feedback.rendering import RenderOptions, render, render_class
from tests.harness.documents import (
    Parsed,
    folded,
    html_of,
    pages_by_pypdf,
    pdf_of,
    pdf_text,
    running_text,
    word_boxes,
)
from tests.harness.exams import exam
from tests.harness.logs import START, save, student, submission


def of(*students: Student, failures: tuple[Failure, ...] = ()) -> ClassFindings:
    return analyse_class(map(analyse, students), failures)


def page_of(findings: ClassFindings) -> Parsed:
    return Parsed(render_class(findings, Format.HTML, RenderOptions()).body.decode())


def pdf_text_of(findings: ClassFindings) -> str:
    """In the order of the structure, so that a row reads as a row."""
    return running_text(pages_by_pypdf(render_class(findings, Format.PDF, RenderOptions()).body))


def test_without_scores_it_has_a_row_for_every_student_in_the_order_given() -> None:
    findings = of(*(exam(30, seed=seed, scores=False) for seed in (5, 1, 9)))
    for text in (page_of(findings).text, pdf_text_of(findings)):
        rows = text.partition("the strip shows")[2]
        assert rows.index("exam-5") < rows.index("exam-1 ") < rows.index("exam-9")


def test_it_lists_every_failure_with_its_reason_before_all_else() -> None:
    findings = of(exam(10), failures=(Failure("lost", None, "It took more than 60 s."),))
    for text in (page_of(findings).text, pdf_text_of(findings)):
        assert "A class of 2 students" in text
        assert "1 without a report" in text
        assert text.index("It took more than 60 s.") < text.index("Activity over time")


def test_students_without_events_have_a_row_like_all_others() -> None:
    findings = of(student(student_id="absent"), exam(20))
    for text in (page_of(findings).text, pdf_text_of(findings)):
        assert "1 without events" in text
        assert "absent" in text.partition("the strip shows")[2]


@pytest.mark.parametrize(
    "findings", [of(), of(student()), of(failures=(Failure("a", None, "b"),))], ids=["empty", "idle", "lost"]
)
def test_a_class_without_anything_to_show_is_a_report_all_the_same(findings: ClassFindings) -> None:
    assert page_of(findings).headings[0].startswith("A class of ")
    assert "How to read this" in pdf_text_of(findings)


def test_the_pdf_prints_500_students_and_says_where_the_rest_are() -> None:
    few = [student(save("q1", 0), student_id=f"s{number:04}") for number in range(620)]
    findings = of(*few, failures=tuple(Failure(f"f{number:04}", None, "Lost.") for number in range(510)))
    text, page = pdf_text_of(findings), page_of(findings).text
    assert "The first 500 of 620 students." in text
    assert "The first 500 of 510 students." in text
    assert "s0499" in text
    assert "s0500" not in text
    assert "s0619" in page
    assert "The first 500" not in page


def test_namespaces_get_a_column_where_there_are_several() -> None:
    one = [student(save("q1", 0), student_id=name, namespace="Only course") for name in "ab"]
    several = [student(save("q1", 0), student_id="a", namespace=name) for name in ("Course A", "Course B")]
    assert "Namespace" not in page_of(of(*one)).text
    assert page_of(of(*one)).text.count("Only course") == 1
    assert "Namespace" in page_of(of(*several)).text
    assert "Course B" in pdf_text_of(of(*several))


def test_a_question_says_how_many_touched_submitted_and_solved_it() -> None:
    findings = of(
        student(save("q1", 0), submission("q1", 60, 1.0), student_id="a"),
        student(save("q1", 0), submission("q1", 120, 0.5), student_id="b"),
        student(save("q1", 0), student_id="c"),
    )
    for text in (page_of(findings).text, pdf_text_of(findings)):
        # The mean, who of them had all points, the median time, discrimination of too few, the interval.
        assert "q1 0.75 50 % 2 min too few 0–1" in folded(text)
        # Students, submitted, saved only, opened first; then the medians, of too few for quartiles.
        assert "q1 3 2 1 3 2 min 1" in folded(text)


def test_counts_have_whole_quartiles_and_three_students_none() -> None:
    def log(submissions: int) -> Student:
        return student(
            *(submission("q1", 60 * n) for n in range(submissions)), save("q1", 600), student_id=str(submissions)
        )

    for text in map(folded, (page_of(of(*map(log, (1, 2, 4, 7)))).text, pdf_text_of(of(*map(log, (1, 2, 4, 7)))))):
        assert "3 (2–5)" in text
        assert "Submissions 4 1 3 2–5 7" in text
    few = page_of(of(*map(log, (1, 2, 4)))).text
    assert "Submissions 3 1 2 – 4" in few
    assert "middle half 1" not in few


def test_a_column_stands_only_where_the_class_has_something_for_it() -> None:
    plain = student(submission("q1", 0), submission("q2", 60), student_id="a")
    assert "Saved only" not in page_of(of(plain)).text
    assert "All points" not in page_of(of(plain)).text
    whole = page_of(of(plain, student(save("q1", 0), submission("q1", 60, 0.5), student_id="b"))).text
    assert "All points" in whole
    assert "Saved only" in whole


def scored(name: str, *scores: float, minutes: int = 5) -> Student:
    events = [submission(f"q{n}", minutes * 60 * n, score) for n, score in enumerate(scores)]
    return student(*events, student_id=name)


def good(number: int) -> list[Student]:
    return [scored(f"good-{n}", 1, 0.75, 0.75 + n / 100) for n in range(number)]


def test_a_class_with_scores_opens_with_what_a_teacher_decides_by() -> None:
    findings = of(*good(9), scored("low", 0.25, 0, 0.1))
    for text in (page_of(findings).text, pdf_text_of(findings)):
        assert "Mean score 2.32 of 3" in text
        assert "Below half of the points 1 10 % of the class" in text
        assert "q1 was the hardest question: a mean score of 0.68" in text
        assert "low 0.35 of 3" in text.partition("Look at these first")[2].partition("All of it as tables")[0]
    headings, (median,) = page_of(findings).headings, re.findall(r"median ([0-9.]+)", page_of(findings).text)
    assert headings[1:6] == [
        f"Half of the class has {median} or more",
        "Time and score",
        "How hard each question was",
        "Look at these first",
        "Work on the questions",
    ]


def test_students_stand_in_the_order_of_their_scores_and_keep_their_own_links() -> None:
    findings = of(scored("best", 1, 1), scored("least", 0.25, 0), scored("middle", 1, 0.5))
    page = Parsed(render_class(findings, Format.HTML, links=["best.html", "least.html", "middle.html"]).body.decode())
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == ["least.html", "least.html", "middle.html", "best.html"]
    rows = page.text.partition("the strip shows")[2]
    assert rows.index("least 0.25 of 2 2 of 2") < rows.index("middle 1.5 of 2") < rows.index("best 2 of 2")


def test_names_stand_beside_ids_where_there_are_any() -> None:
    named = [msgspec.structs.replace(each, name=f"Person {n}") for n, each in enumerate(good(2))]
    findings = of(*named, msgspec.structs.replace(scored("low", 0, 0, 0), name="Ada Lovelace"))
    for text in (page_of(findings).text, pdf_text_of(findings)):
        assert text.count("low Ada Lovelace 0 of 3") == 2
    assert "Name" not in page_of(of(*good(2))).text.partition("How to read this")[0]


def test_nothing_is_drawn_below_eight_students() -> None:
    few, enough = page_of(of(*good(7))), page_of(of(*good(8)))
    assert not any(attributes.get("aria-labelledby") == "scores" for _, attributes in few.tags)
    assert "share one scale" not in few.text
    assert any(attributes.get("aria-labelledby") == "scores" for _, attributes in enough.tags)
    assert "share one scale" in enough.text


def test_the_tables_are_linked_where_they_are() -> None:
    tables = ("a/class-questions.csv", "a/class.xlsx")
    page = render_class(of(*good(2)), Format.HTML, tables=tables).body.decode()
    assert '<a href="a/class-questions.csv" download>class-questions.csv</a>' in page
    assert "class.xlsx" not in render_class(of(*good(2)), Format.HTML).body.decode()


def test_an_exam_s_title_is_the_heading() -> None:
    context = Context(exam=Exam(title="Midterm", course="CS101"))
    findings = analyse_class([analyse(each, context) for each in good(3)])
    page = page_of(findings)
    assert (page.headings[0], page.title) == ("Midterm", "Class report: Midterm")
    assert "CS101" in page.text


def test_an_opening_order_is_counted_among_all_students() -> None:
    logs = [student(save("q1", 0), save("q2", 60), student_id=name) for name in "abc"]
    findings = of(*logs[:2], msgspec.structs.replace(logs[2], events=[save("q2", 0)]), student(student_id="idle"))
    assert "2 of 3 students opened in this order" in page_of(findings).text


@pytest.mark.parametrize(
    ("first", "minutes", "step", "start"),
    [(3, 35, "5 min", "09:00"), (3, 105, "10 min", "09:00"), (50, 400, "30 min", "09:30")],
)
def test_activity_is_tabled_in_steps_that_people_count_in(first: int, minutes: int, step: str, start: str) -> None:
    page = page_of(of(student(*(save("q1", 60 * minute) for minute in range(first, first + minutes))))).text
    rows = page.partition(f"Activity in steps of {step}")[2].partition("at work within")[2].partition("Questions")[0]
    assert re.findall(r"\d\d:\d\d", rows)[0] == start
    assert sum(int(events) for events in re.findall(r"\d\d:\d\d (\d+)", rows)) == minutes


def test_a_log_with_more_questions_than_a_page_can_hold_shows_the_first_and_counts_the_rest() -> None:
    who = student(*(save(number, number) for number in range(700)), student_id="many")
    findings = of(who)
    for text in (Parsed(html_of(who)).text, page_of(findings).text, pdf_text_of(findings)):
        assert "… 200 more questions are in the findings (JSON)." in text
    assert "… 660 more questions are in the findings (JSON)." in pdf_text(pdf_of(who)), "paper holds forty"


def test_activity_is_given_as_a_strip_and_in_numbers() -> None:
    findings = of(student(*(save("q1", 60 * minute) for minute in range(120))))
    assert findings.activity is not None
    assert findings.activity.starts[0] == START
    page = page_of(findings)
    assert "Activity in steps of 10 min" in page.text
    assert page.text.count("09:00") >= 2
    assert f"{START + timedelta(minutes=110):%H:%M} 10 0 1" in pdf_text_of(findings)


def test_the_same_class_gives_the_same_bytes_whatever_came_before() -> None:
    findings = of(*(exam(30, seed=seed) for seed in range(3)))
    for each in Format:
        first = render_class(findings, each)
        render(analyse(exam(50)), each)
        assert render_class(findings, each) == first
        assert first.filename == f"class.{each}"


@pytest.mark.parametrize("namespaces", [("Only course",), ("Course A", "Course B")])
def test_the_headers_of_a_printed_table_never_run_into_each_other(namespaces: tuple[str, ...]) -> None:
    findings = of(
        *(
            msgspec.structs.replace(exam(40, seed=seed), namespace=namespaces[seed % len(namespaces)])
            for seed in range(3)
        )
    )
    lines = [
        sorted(line, key=lambda word: word.left)
        for page in word_boxes(render_class(findings, Format.PDF).body)
        for _, line in groupby(sorted(page, key=lambda word: word.top), key=lambda word: word.top)
    ]
    names = {"Student", "Saves", "Submissions", "Score", "Submitted"}
    headers = next(line for line in lines if names <= {word.name for word in line})
    assert all(one.right < other.left for one, other in pairwise(headers))


def test_activity_over_months_is_told_by_the_days_of_the_zone() -> None:
    log = student(*(save("q1", 86_400 * day) for day in range(-150, 10)))
    an_exam = Context(exam=Exam(kind="exam"))
    findings = analyse_class([analyse(log, an_exam)], zone=ZoneInfo("Europe/Berlin"))
    text = Parsed(render_class(findings, Format.HTML, RenderOptions("Europe/Berlin")).body.decode()).text
    rows = text.partition("at work within")[2]
    assert "19 February 2024 " in rows
    assert "Events in steps of 7 d" in text
    assert not re.search(r"2024 0[12]:00", rows.partition("How to read")[0])


def test_an_hour_that_comes_twice_is_tabled_twice() -> None:
    at = datetime(2024, 10, 26, 23, 40, tzinfo=UTC)
    log = Student("ada", [Event("q1", "save", at + timedelta(minutes=5 * n)) for n in range(32)])
    findings = analyse_class([analyse(log)], zone=ZoneInfo("Europe/Berlin"))
    text = Parsed(render_class(findings, Format.HTML, RenderOptions("Europe/Berlin")).body.decode()).text
    rows = re.findall(r"(\d\d:\d\d(?: \(UTC\+\d\))?) (\d+) 0 1", text)
    assert [row[0] for row in rows if row[0].startswith("02:00")] == ["02:00 (UTC+2)", "02:00 (UTC+1)"]
    assert sum(int(events) for _, events in rows) == 32
