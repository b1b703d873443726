"""The list of tasks, and manifests in pages."""

import pytest
from django.test import Client

from feedback.api import listing
from feedback.api.openapi import parameters
from feedback.api.views import ReportsView
from feedback.queue import claims
from feedback.store.models import Document, Task
from tests.harness.in_process import Caller, Submit, claim_task, class_of, student, work_off


def ids(answer: object) -> list[str]:
    return [task["task_id"] for task in answer["tasks"]]  # type: ignore[index] # JSON


def test_tasks_are_listed_with_their_states_the_newest_first(client: Client, submit: Submit) -> None:
    single = submit("html", student("ada"))
    work_off()
    failed = submit("pdf", student("eve"))
    Document.objects.filter(task_id=failed.rsplit("/", 1)[1]).update(state="FAILURE", error="no")
    begun = submit("html", class_of(3))
    task = Task.objects.get(id=begun.rsplit("/", 1)[1])
    claims.fail([(claim_task(task.id, 1)[0], "no")])

    answer = client.get("/tasks").json()
    assert [(one["link"], one["status"], one["student_id"], one["students"]) for one in answer["tasks"]] == [
        (begun, "RUNNING", None, 3),
        (failed, "FAILURE", "eve", 1),
        (single, "SUCCESS", "ada", 1),
    ]
    assert answer["next"] is None
    for one in answer["tasks"]:
        assert client.get(one["link"]).status_code == {"SUCCESS": 200, "RUNNING": 202, "FAILURE": 404}[one["status"]]


def test_pages_of_tasks_hold_each_task_once_though_more_come_meanwhile(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    made = [submit("html", student(f"s{number}")).rsplit("/", 1)[1] for number in range(5)]
    # As after a restore, or two POSTs in one microsecond: the id decides.
    Task.objects.filter(pk__in=made[:3]).update(created_at=Task.objects.get(pk=made[0]).created_at)

    seen, address = list[str](), "/tasks"
    while address:
        answer = client.get(address).json()
        seen += ids(answer)
        address = answer["next"]
        submit("html", student(f"late-{len(seen)}"))
    assert sorted(seen) == sorted(made)


def test_a_key_lists_its_own_tasks_alone(calling: Caller) -> None:
    one, other = calling("one"), calling("other")
    task = one.post("html", student("ada")).json()["task_id"]

    assert ids(one.client.get("/tasks").json()) == [task]
    assert ids(other.client.get("/tasks").json()) == []
    assert other.status(f"/tasks?before={task}") == 404


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["", "nonsense", "4d0b443f"])
def test_a_place_in_the_list_that_is_none_is_refused(client: Client, before: str) -> None:
    answer = client.get(f"/tasks?before={before}")
    assert answer.status_code == 400
    assert "before" in answer.json()["details"]


def test_a_manifest_in_pages_is_the_manifest(client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{ReportsView.__module__}.MANIFEST_PAGE", 2)
    address = submit("html", class_of(5)) + "/reports"
    whole = client.get(address)
    assert "Link" not in whole

    pages, following = [], f"{address}?page=1"
    while following:
        answer = client.get(following)
        pages.append(answer.json())
        following = answer.get("Link", "").partition(">")[0].removeprefix("<")
    assert [len(page["students"]) for page in pages] == [2, 2, 1]
    assert [entry for page in pages for entry in page["students"]] == whole.json()["students"]
    assert client.get(f"{address}?page=4").json()["students"] == []
    assert parameters.MANIFEST_PAGE == 500


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "10000", "٣"])
def test_a_page_that_is_none_is_refused(client: Client, submit: Submit, page: str) -> None:
    answer = client.get(submit("html", student()) + f"/reports?page={page}")
    assert answer.status_code == 400
    assert "page" in answer.json()["details"]
