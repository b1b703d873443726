"""The admin: operators look, retry, and change nothing by hand."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from feedback.store.models import Document, Task
from tests.harness.in_process import (
    Submit,
    class_of,
    student,
    work_off,
)
from tests.harness.traces import traces_of

SUBMISSIONS = "/admin/reports/task/"
REPORTS = "/admin/reports/document/"


@pytest.fixture
def operator(db: None) -> Client:  # noqa: ARG001 - the account is a row
    User.objects.create_superuser("operator", password="a password of this test")
    browser = Client()
    assert browser.login(username="operator", password="a password of this test")
    return browser


def test_the_admin_is_closed_to_everyone_else(client: Client, submit: Submit) -> None:
    submit("html", student())

    for address in ("/admin/", SUBMISSIONS, REPORTS, f"{REPORTS}{Document.objects.get().id}/change/"):
        assert client.get(address).status_code == 302


def test_the_lists_show_what_and_how_far(operator: Client, submit: Submit) -> None:
    submit("html", class_of(3))
    submit("pdf", student("ada"))
    submissions, reports = operator.get(SUBMISSIONS).text, operator.get(REPORTS).text

    assert "class of 3" in submissions
    assert submissions.count("PENDING") >= 2
    assert "student-1" in reports
    assert "the class" in reports


@pytest.mark.parametrize("query", ["q=ada", "q=nobody", "state=PENDING", "state=SUCCESS", "format=pdf", "q={id}"])
def test_submissions_are_searched_and_filtered(operator: Client, submit: Submit, query: str) -> None:
    task_id = submit("pdf", student("ada")).rsplit("/", 1)[1]
    response = operator.get(f"{SUBMISSIONS}?{query.format(id=task_id)}")

    assert response.status_code == 200
    assert (task_id in response.text) is (query not in ("q=nobody", "state=SUCCESS"))


def test_reports_are_searched_by_student_and_by_task(operator: Client, submit: Submit) -> None:
    task_id = submit("html", class_of(3)).rsplit("/", 1)[1]

    assert operator.get(f"{REPORTS}?q=student-1").text.count("student-1") >= 1
    assert "student-2" not in operator.get(f"{REPORTS}?q=student-1").text
    assert "student-2" in operator.get(f"{REPORTS}?q={task_id}").text


def test_a_report_shows_its_payload_and_findings_and_takes_no_change(operator: Client, submit: Submit) -> None:
    submit("html", student("<b>ada</b>"))
    work_off()
    address = f"{REPORTS}{Document.objects.get().id}/change/"
    page = operator.get(address).text

    assert "saved_code" in page
    assert "active_seconds" in page
    assert "&lt;b&gt;ada" in page
    assert "<b>ada" not in page
    assert operator.post(address, {"student_id": "eve"}).status_code == 403
    assert Document.objects.get().student_id == "<b>ada</b>"


def test_retry_makes_the_failed_reports_and_the_class_report_again(operator: Client, submit: Submit) -> None:
    address = submit("html", class_of(3))
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made", attempts=3)
    work_off()
    assert "it could not be made" in operator.get(address).text
    chosen = {"action": "retry", "_selected_action": [str(Task.objects.get().id)]}
    answer = operator.post(SUBMISSIONS, chosen, follow=True)

    assert "1 failed report" in answer.text
    assert operator.get(address).status_code == 202
    work_off()
    assert set(Document.objects.values_list("state", "error")) == {("SUCCESS", "")}
    assert "it could not be made" not in operator.get(address).text


def test_an_erased_submission_leaves_no_trace(operator: Client, submit: Submit) -> None:
    address = submit("html", [student("lovelace-1815"), student("bob")])
    work_off()
    chosen = {"action": "delete_selected", "_selected_action": [str(Task.objects.get().id)]}
    assert "Are you sure" in operator.post(SUBMISSIONS, chosen).text
    assert operator.get(address).status_code == 200
    answer = operator.post(SUBMISSIONS, chosen | {"post": "yes"}, follow=True)

    assert answer.status_code == 200
    assert operator.get(address).status_code == 404
    assert traces_of("lovelace-1815") == set()


def test_an_erased_report_takes_its_student_out_of_the_class(operator: Client, submit: Submit) -> None:
    address = submit("html", [student("lovelace-1815"), student("bob")])
    work_off()
    report = Document.objects.get(about__student_id="lovelace-1815")
    operator.post(f"{REPORTS}{report.id}/delete/", {"post": "yes"})

    assert operator.get(address).status_code == 202, "the class report is being made again"
    assert traces_of("lovelace-1815") == set()
    chosen = {
        "action": "delete_selected",
        "_selected_action": [str(Document.objects.get(position=0).id)],
        "post": "yes",
    }
    operator.post(REPORTS, chosen)
    assert Document.objects.filter(position=0).exists(), "a class has its report"


def test_staff_who_may_only_look_are_not_offered_a_retry(client: Client, submit: Submit) -> None:
    submit("html", class_of(2))
    Document.objects.update(state="FAILURE", error="why")
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_task"))
    client.force_login(looker)
    page = "/admin/reports/task/"

    assert 'value="retry"' not in client.get(page).text
    client.post(page, {"action": "retry", "_selected_action": [str(Task.objects.get().id)]})
    assert not Document.objects.exclude(state="FAILURE").exists()
