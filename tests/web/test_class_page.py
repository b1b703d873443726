"""The page of a class: its table of students, what its report says, and its findings as a table."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from feedback.contract.layout import CLASS_TABLES
from feedback.store.models import Document, Task
from feedback.web import table
from tests.harness import courses
from tests.harness.in_process import class_of, student, work_off
from tests.web.conftest import Upload


def row_names(page: str) -> list[str]:
    """The students of the table, in its order."""
    table = page[page.index('<table class="students"') : page.index("</table>")]
    return re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', table)


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
    assert cells[1][:4] == ["0.5 of 2", "1 of 2", "0", "9\u00a0min"]
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

    assert row_names(client.get(f"/submissions/{pdf.id}").text) == row_names(client.get(made).text)


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
