"""The measures as an API, and the comparison with the class."""

import json

import pytest
from django.test import Client

from feedback.analysis import decode_class_findings, decode_findings
from feedback.store.models import Document
from tests.harness.in_process import (
    Post,
    Submit,
    class_of,
    student,
    work_off,
)


def test_the_findings_of_a_student_are_json(client: Client, submit: Submit) -> None:
    address = submit("html", student("ada", 3, 5, 3))
    assert client.get(f"{address}/findings").status_code == 202
    work_off()
    response = client.get(f"{address}/findings")

    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content)["event_order"] == ["Q1", "Q2", "Q1"]


def test_both_formats_show_the_same_findings(client: Client, submit: Submit) -> None:
    addresses = [submit(format_, student("ada", 3, 5, 3)) for format_ in ("html", "pdf")]
    work_off()

    assert len({client.get(f"{address}/findings").content for address in addresses}) == 1


def test_a_class_and_each_of_its_reports_have_findings(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    work_off()

    assert len(decode_class_findings(client.get(f"{address}/findings").content).rows) == 3
    for entry in client.get(f"{address}/reports").json()["students"]:
        assert decode_findings(client.get(f"{entry['link']}/findings").content).student_id == entry["student_id"]


def test_a_failed_report_has_no_findings_but_a_reason(client: Client, submit: Submit) -> None:
    address = submit("html", student())
    Document.objects.update(state="FAILURE", error="it could not be made")

    response = client.get(f"{address}/findings")
    assert (response.status_code, response.json()["error"]) == (404, "it could not be made")


def test_reports_compare_with_the_class_only_where_asked_to(client: Client, submit: Submit) -> None:
    plain = submit("html", class_of(12))
    compared = submit("html", class_of(12), query="?compare=class")
    work_off()

    assert plain != compared
    for address, asked in ((plain, False), (compared, True)):
        [entry, *_] = client.get(f"{address}/reports").json()["students"]
        comparison = decode_findings(client.get(f"{entry['link']}/findings").content).comparison
        assert (comparison is not None) is asked


def test_a_class_too_small_to_compare_with_says_so_in_each_report(client: Client, submit: Submit) -> None:
    address = submit("html", class_of(3), query="?compare=class")
    work_off()
    [entry, *_] = client.get(f"{address}/reports").json()["students"]
    findings = decode_findings(client.get(f"{entry['link']}/findings").content)

    assert findings.comparison is None
    assert "comparison" in {missing.measure for missing in findings.missing}


@pytest.mark.parametrize("value", ["", "students", "class,class"])
def test_another_comparison_is_a_400(post: Post, value: str) -> None:
    response = post("html", class_of(2), query=f"?compare={value}")

    assert response.status_code == 400
    assert "compare" in response.json()["details"]
