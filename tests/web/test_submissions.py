"""One upload in its pages: progress, class, student, retry, and everything to download."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from feedback.contract.layout import CLASS_TABLES
from feedback.store.models import Document, Student, Task
from feedback.web import table
from tests.harness import courses
from tests.harness.in_process import (
    Submit,
    class_of,
    student,
    work_off,
)
from tests.web.conftest import Answer, Upload


def page_of(submission: Task) -> str:
    return f"/submissions/{submission.id}"


def row_names(page: str) -> list[str]:
    """The students of the table, in its order."""
    table = page[page.index('<table class="students"') : page.index("</table>")]
    return re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', table)


@pytest.fixture
def made(client: Client, upload: Upload) -> str:
    """The address of a class of 12 in both formats, all made."""
    address = upload(class_of(12))["Location"]
    work_off()
    assert client.get(address).status_code == 200
    return str(address)


def test_the_page_of_unfinished_work_shows_how_far_it_is(client: Client, upload: Upload) -> None:
    address = upload(class_of(4))["Location"]
    Document.objects.filter(task__format="html", position__in=[1, 2]).update(state="SUCCESS")
    page = client.get(address).text

    assert '<progress id="bar-html" max="4" value="2">' in page
    assert '<progress id="bar-pdf" max="4" value="0">' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert page.count("/students/") >= 2


def test_a_report_opens_while_others_are_still_made(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    work_off()
    first, second = Document.objects.filter(kind="student").order_by("position")
    Document.objects.exclude(id=first.id).update(state="PENDING")
    page = client.get(address).text

    assert f"{address}/students/{first.id}" in page
    assert f"{address}/students/{second.id}" not in page
    assert "Student ID: student-0" in client.get(f"{address}/students/{first.id}").text
    assert "is being made" in client.get(f"{address}/students/{second.id}").text


def test_failures_are_listed_and_tried_again_while_others_are_still_made(client: Client, upload: Upload) -> None:
    address = upload(class_of(3), formats="html")["Location"]
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made")
    page = client.get(address).text

    assert "1 failed" in page
    assert "<bdi>student-1</bdi> (web page): it could not be made" in page
    assert client.post(f"{address}/retry").status_code == 303
    work_off()
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_progress_tells_its_rate_and_the_time_left(client: Client, upload: Upload) -> None:
    address = upload(class_of(10), formats="html")["Location"]
    Task.objects.update(created_at=Now() - timedelta(minutes=1))
    Document.objects.filter(position__in=[1, 2, 3, 4, 5]).update(state="SUCCESS", finished_at=Now())

    # Five in the last ten seconds; five are left.
    assert "<b>5</b> of 10 · 0.5 a second, about 10 s left" in client.get(f"{address}/progress").text


def test_progress_tells_only_its_milestones(client: Client, upload: Upload) -> None:
    address = upload(class_of(4), formats="html")["Location"]
    Document.objects.filter(position__in=[1, 2]).update(state="SUCCESS")

    passed, told = (client.get(f"{address}/progress?told={milestone}") for milestone in (25, 50))
    assert "50 per cent" in passed.text
    assert passed["HX-Trigger"] == "milestone", "the list of students is asked for at once"
    assert "per cent" not in told.text
    assert "HX-Trigger" not in told


def test_the_progress_of_finished_work_leads_to_the_page(client: Client, made: str) -> None:
    answer = client.get(f"{made}/progress", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == made


def test_the_class_page_has_a_row_for_each_student_and_everything_to_download(client: Client, made: str) -> None:
    page = client.get(made).text
    html, pdf = Task.objects.order_by("format")

    assert row_names(page) == [f"student-{number}" for number in range(12)]
    for address in (
        f"/assignment/html/{html.id}/archive.zip",
        f"/assignment/pdf/{pdf.id}/archive.zip",
        f"/assignment/pdf/{pdf.id}",
        f"{made}/findings.csv",
        f"/assignment/html/{html.id}/findings",
    ):
        assert f'"{address}"' in page
        assert client.get(address).status_code == 200


def test_a_row_holds_a_students_numbers_and_a_drawing_of_their_time(client: Client, upload: Upload) -> None:
    events = [
        {"unit": 1, "type": "saved_code", "created_time": "2024-07-21T03:00:00Z"},
        {"unit": 2, "type": "saved_code", "created_time": "2024-07-21T03:04:00Z"},
        {"unit": 1, "type": "submission", "created_time": "2024-07-21T03:09:00Z", "score": 0.5},
    ]
    address = upload([student("ada", events=events), student("grace", events=[])], formats="html")["Location"]
    work_off()
    rows = re.findall(r"<tr><th scope=.row.>.*?</tr>", client.get(address).text, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]

    # The lowest score comes first.
    assert cells[0] == ["0 of 2", "–", "–", "–", "–", "0", "0", "0", "0"]
    assert cells[1][:4] == ["0.5 of 2", "1 of 2", "0", "9 min"]
    assert "<svg" in cells[1][4]
    assert cells[1][5:8] == ["1", "3", "2"]
    assert int(cells[1][8]) == len(findings_of_first(client, address)["insights"])


def test_everybody_is_measured_by_questions_of_their_own(client: Client, upload: Upload) -> None:
    versions = [[{"unit": f"q{unit}_{n}", "type": "submission", "score": 1} for unit in range(3)] for n in range(24)]
    address = upload([student(f"s{n}", events=events) for n, events in enumerate(versions)], formats="html")["Location"]
    work_off()
    page = client.get(address).text

    # The class has 72 units, which are versions of three questions.
    assert page.count('<td class="n">3 of 3</td><td class="n">3 of 3</td>') == 24


def test_who_skipped_questions_is_not_shown_without_how_many_were_submitted(client: Client, upload: Upload) -> None:
    few = [{"unit": 1, "type": "submission", "score": 1}]
    more = [{"unit": unit, "type": "submission", "score": score} for unit, score in ((1, 1), (2, 1), (3, 0.25))]
    students = [student("few", events=few), student("more", events=more), student("none", 4)]
    address = upload(students, formats="html")["Location"]
    work_off()
    page = client.get(address).text
    rows = re.findall(r"<tr><th scope=.row.>.*?</tr>", page[page.index('<table class="students"') :], re.DOTALL)[:3]

    assert [re.findall(r"<td[^>]*>(.*?)</td>", row)[:3] for row in rows] == [
        ["0 of 1", "0 of 1", "–"],
        ["2.25 of 3", "3 of 3", "2"],
        ["1 of 1", "1 of 1", "1"],
    ]
    assert row_names(client.get(f"{address}?sort=-submitted").text) == ["more", "few", "none"]
    assert row_names(client.get(f"{address}?sort=-solved").text) == ["more", "few", "none"]


def test_every_column_is_defined_below_the_table(client: Client, upload: Upload) -> None:
    address = upload([student(events=[{"unit": 1, "type": "submission", "score": 0.5}]), student("b")])["Location"]
    work_off()
    page = client.get(address).text
    labels = {column.label for column in table.COLUMNS[1:]} - {"Name"}  # nobody has one here

    assert labels <= set(re.findall(r"<dt>([^<]+)</dt><dd id=.about-", page))
    for described in re.findall(r'aria-describedby="(about-[a-z]+)"', page):
        assert f'id="{described}"' in page


def test_a_class_without_scores_has_no_column_for_them(client: Client, made: str) -> None:
    page = client.get(made).text

    assert "Score</a>" not in page
    assert "Full score</a>" not in page
    assert "Submitted</a>" in page


def findings_of_first(client: Client, address: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(address.replace("/submissions/", "/assignment/html/") + "/findings").json()
    first: dict[str, Any] = found["rows"][0]
    return first


def test_a_student_without_a_report_has_a_row_without_a_link(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    work_off()
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made")
    page = client.get(address).text

    assert row_names(page) == ["student-0", "student-1"]
    assert page.count(f'href="{address}/students/') == 1


def test_both_tasks_have_the_same_page(client: Client, made: str) -> None:
    pdf = Task.objects.get(format="pdf")

    assert row_names(client.get(page_of(pdf)).text) == row_names(client.get(made).text)


def test_the_table_sorts_by_number_and_by_name(client: Client, upload: Upload) -> None:
    students = [student(f"s{number}", *range(number)) for number in (10, 9, 2)]
    address = upload(students, formats="html")["Location"]
    work_off()

    def order(query: str) -> list[str]:
        return row_names(client.get(f"{address}{query}").text)

    assert order("") == ["s10", "s9", "s2"]
    assert order("?sort=student") == ["s2", "s9", "s10"]
    assert order("?sort=-student") == ["s10", "s9", "s2"]
    assert order("?sort=events") == ["s2", "s9", "s10"]
    assert order("?sort=-events") == ["s10", "s9", "s2"]
    assert order("?sort=nothing-there-is") == ["s10", "s9", "s2"]
    assert 'aria-sort="descending"' in client.get(f"{address}?sort=-events").text


def test_students_without_a_number_come_last_whichever_way(client: Client, upload: Upload) -> None:
    timed = student("timed", events=[{"unit": 1, "created_time": f"2024-07-21T03:0{n}:00Z"} for n in range(2)])
    address = upload([student("untimed", events=[{"unit": 1}]), timed], formats="html")["Location"]
    work_off()

    for query in ("?sort=time", "?sort=-time"):
        assert row_names(client.get(f"{address}{query}").text) == ["timed", "untimed"]


def test_the_lowest_score_comes_first_unless_another_order_is_asked_for(client: Client, upload: Upload) -> None:
    scores = {"half": 0.5, "none": 0, "full": 1}
    students = [
        student(name, events=[{"unit": 1, "type": "submission", "score": score}]) for name, score in scores.items()
    ]
    address = upload(students, formats="html")["Location"]
    work_off()

    assert row_names(client.get(address).text) == ["none", "half", "full"]
    assert row_names(client.get(f"{address}?sort=-score").text) == ["full", "half", "none"]


def test_the_class_page_has_what_the_report_has_for_a_teacher_to_decide_by(client: Client, upload: Upload) -> None:
    students = [
        student(f"s{n}", events=[{"unit": u, "type": "submission", "score": n / 9} for u in (1, 2)]) for n in range(10)
    ]
    address = upload(students, formats="html")["Location"]
    work_off()
    page = client.get(address).text

    report = Document.objects.get(about__student_id="s0")
    assert "Look at these first" in page
    assert page.count(f'href="{address}/students/{report.id}"') == 2, "in the table, and among those to look at first"
    task = address.replace("/submissions/", "/assignment/html/")
    for name in CLASS_TABLES:
        assert f'href="{task}/{name}"' in page
        assert client.get(f"{task}/{name}").status_code == 200


def test_who_has_gone_quiet_is_named_with_the_way_to_their_page(client: Client, upload: Upload) -> None:
    address = upload(courses.as_json(), formats="html")["Location"]
    work_off()
    page = client.get(address).text

    section = page.partition("Who has gone quiet</h2>")[2].partition("</section>")[0]
    names = re.findall(r'<a href="[^"]*/students/[^"]*"><bdi>([^<]*)</bdi></a>', section)
    assert len(names) == section.count("<tr>") - 1 > 1, "a link for every row below the head"
    one = re.findall(r'href="([^"]*/students/[^"]*)"', section)[0]
    assert names[0] in client.get(one).text


def test_the_table_is_searched_by_any_part_of_a_name(client: Client, made: str) -> None:
    assert row_names(client.get(f"{made}?q=T-1").text) == ["student-1", "student-10", "student-11"]
    assert "No student’s id" in client.get(f"{made}?q=<b>nobody").text
    assert "<b>nobody" not in client.get(f"{made}?q=<b>nobody").text


def test_a_large_table_is_cut_into_pages(client: Client, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ROWS", 5)
    page = client.get(f"{made}?page=3&sort=-student&q=student").text

    assert row_names(page) == ["student-1", "student-0"]
    assert "Page 3 of 3" in page
    assert "q=student&amp;sort=-student&amp;page=2" in page


def test_a_script_gets_the_table_alone(client: Client, made: str) -> None:
    answer = client.get(f"{made}?q=student-3", headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert row_names(answer.text) == ["student-3"]
    assert "HX-Request" in answer["Vary"]


def test_the_class_page_takes_the_same_queries_for_any_class(
    client: Client, upload: Upload, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (3, 60):
        address = upload(class_of(number))["Location"]
        with django_assert_max_num_queries(8):
            client.get(address)  # unfinished
        work_off()
        with django_assert_max_num_queries(8):
            client.get(address)


def test_the_findings_come_as_a_table(client: Client, made: str) -> None:
    answer = client.get(f"{made}/findings.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["student_id"] for row in rows] == [f"student-{number}" for number in range(12)]
    assert rows[0]["events"] == "3"
    assert rows[0]["active_seconds"] == "20.0"
    assert rows[0]["first_at"] == "2024-07-21T03:00:00+00:00"
    assert rows[0]["mean_score"] == ""


def test_a_name_that_looks_like_a_formula_is_none_in_a_spreadsheet(client: Client, upload: Upload) -> None:
    address = upload([student("=1+1"), student("@sum")], formats="html")["Location"]
    work_off()

    text = client.get(f"{address}/findings.csv").content.decode("utf-8-sig")
    assert '\r\n"\'=1+1","course"' in text
    assert '\r\n"\'@sum","course"' in text


def test_the_student_page_holds_the_report_and_the_way_to_the_neighbours(client: Client, made: str) -> None:
    reports = list(Document.objects.filter(task__format="html", kind="student").order_by("position"))
    page = client.get(f"{made}/students/{reports[3].id}").text

    assert "Student ID: student-3" in page
    assert "Event Order: " in page
    assert f'rel="prev" href="{made}/students/{reports[2].id}"' in page
    assert f'rel="next" href="{made}/students/{reports[4].id}"' in page
    assert "4 of 12" in page
    pdf = Document.objects.get(task__format="pdf", about__student_id="student-3")
    assert f'href="/assignment/pdf/{pdf.task_id}/reports/{pdf.id}" download' in page


def test_the_first_and_the_last_student_have_one_neighbour(client: Client, made: str) -> None:
    reports = list(Document.objects.filter(task__format="html", kind="student").order_by("position"))

    assert 'rel="prev"' not in client.get(f"{made}/students/{reports[0].id}").text
    assert 'rel="next"' not in client.get(f"{made}/students/{reports[-1].id}").text


def test_a_single_student_has_the_report_as_the_page(client: Client, upload: Upload) -> None:
    address = upload(student("ada"))["Location"]
    work_off()
    page = client.get(address).text

    assert "Student ID: ada" in page
    assert 'aria-label="Class"' not in page


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7*1234567 }}", '"><img src=x>', "\u202egnp.exe"])
def test_what_students_are_called_is_plain_text_on_every_page(client: Client, upload: Upload, hostile: str) -> None:
    address = upload([student(hostile), student("ada", namespace=hostile)])["Location"]
    work_off()
    report = Document.objects.filter(about__student_id=hostile, task__format="html").get()

    for page in (address, f"{address}/students/{report.id}", f"{address}?q=ada", "/submissions", f"{address}/delete"):
        text = client.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert str(7 * 1234567) not in text


def test_failures_are_listed_with_their_reason_and_can_be_tried_again(client: Client, upload: Upload) -> None:
    address = upload(class_of(3))["Location"]
    Document.objects.filter(position=2, task__format="pdf").update(state="FAILURE", error="it could not be made")
    work_off()
    page = client.get(address).text

    assert "1 report could not be made" in page
    assert "<bdi>student-1</bdi> (PDF): it could not be made" in page
    assert "archive.zip?partial=true" in page
    answer = client.post(f"{address}/retry")
    assert answer.status_code == 303
    assert "In the making" in client.get(address).text
    work_off()
    assert "could not be made" not in client.get(address).text


def test_a_submission_that_failed_whole_says_so_and_can_be_tried_again(client: Client, upload: Upload) -> None:
    address = upload(student("ada"), formats="html")["Location"]
    Document.objects.update(state="FAILURE", error="it could not be made")
    page = client.get(address).text

    assert "it could not be made" in page
    assert f'action="{address}/retry"' in page
    assert "http-equiv" not in page


def test_a_class_of_an_earlier_version_can_still_be_downloaded(client: Client, made: str) -> None:
    Student.objects.update(findings=b"{}")
    Task.objects.update(findings=b"{}")
    page = client.get(made).text

    assert "made by an earlier version" in page
    assert "archive.zip" in page
    assert "findings.csv" not in page
    assert client.get(f"{made}/findings.csv").status_code == 404
    student = Document.objects.filter(kind="student", task__format="html").latest("position")
    assert "made by an earlier version" in client.get(f"{made}/students/{student.id}").text


def test_the_other_format_is_made_from_what_is_stored(client: Client, upload: Upload) -> None:
    address = upload(class_of(3), formats="html", time_zone="Asia/Kolkata")["Location"]
    work_off()
    assert f'action="{address}/formats/pdf"' in client.get(address).text
    answer = client.post(f"{address}/formats/pdf")

    html, pdf = Task.objects.order_by("format")
    assert answer["Location"] == page_of(pdf)
    assert html.upload == pdf.upload
    assert f"{address}/formats/" not in client.get(address).text


def test_a_class_of_the_same_students_with_other_options_is_not_mixed_in(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    upload(class_of(2), formats="pdf", time_zone="Asia/Kolkata")
    work_off()

    assert "archive.zip" in client.get(address).text
    assert "/assignment/pdf/" not in client.get(address).text


def test_a_submission_of_the_api_has_a_page_too(client: Client, submit: Submit) -> None:
    task_id = submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()

    assert row_names(client.get(f"/submissions/{task_id}").text) == ["student-0", "student-1"]


@pytest.mark.parametrize("tail", ["", "/progress", "/findings.csv", "/delete", "/students/{0}"])
def test_an_unknown_id_is_a_page_that_says_so(client: Client, db: None, tail: str) -> None:  # noqa: ARG001
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = client.get(f"/submissions/{unknown}{tail.format(unknown)}", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_student_of_another_class_is_unknown_here(client: Client, upload: Upload, made: str) -> None:
    other = upload(class_of(1))["Location"]
    assert other != made
    report = Document.objects.filter(task_id=other.rsplit("/", 1)[1]).get()

    assert client.get(f"{made}/students/{report.id}").status_code == 404


def every_page(client: Client, made: str) -> list[Answer]:
    report = Document.objects.filter(kind="student").first()
    assert report is not None
    addresses = ["/", "/submissions", made, f"{made}/delete", f"{made}/students/{report.id}", "/nothing"]
    return [client.get(address, headers={"Accept": "text/html"}) for address in addresses]


def test_no_page_needs_anything_inline_or_from_elsewhere(client: Client, made: str) -> None:
    for answer in every_page(client, made):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"""<[^>]+\s(?:style|on[a-z]+)\s*=""", answer.text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.text)
        assert answer.text.count("<style>") == 1
