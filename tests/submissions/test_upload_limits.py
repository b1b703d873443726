"""Large logs in memory: room is held for them, by owner and for all, wherever a request reads or writes one."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from feedback.access.budgets import Budget
from feedback.events.limits import DECODED_TIMES, LARGE_PIECE_BYTES
from feedback.store.models import Document, Student, Task
from feedback.submissions import upload_limits
from tests.harness.in_process import Post, Submit, class_of, student, work_off

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

MUCH = 1 << 40


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Budget:
    """What may be in memory, of which each test takes as much as it likes."""
    budget = Budget("as many large logs", MUCH)
    monkeypatch.setattr(upload_limits, "_in_memory", lambda: budget)
    monkeypatch.setattr(upload_limits, "PATIENCE_SECONDS", 0.0)
    return budget


def large(name: str) -> bytes:
    """A student of more than a megabyte."""
    return json.dumps(student(name, *("x" * 190,) * 5_000)).encode()


def test_a_large_log_that_has_no_room_is_a_503_and_a_small_one_is_taken(post: Post, budget: Budget) -> None:
    assert len(large("ada")) > LARGE_PIECE_BYTES
    with budget.held("another", MUCH):
        refused = post("html", large("ada"))
        assert refused.status_code == 503
        assert int(refused["Retry-After"]) > 0
        assert "as many large logs in work" in refused.json()["error"]
        assert not Task.objects.exists()
        assert post("html", student("bea")).status_code == 202
    assert post("html", large("ada")).status_code == 202
    assert (budget._used, budget._by_owner) == (0, {})


def test_what_decoding_takes_is_held_and_then_what_storing_takes(
    post: Post, budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, real = list[float](), budget.take

    def take(owner: str, amount: float, before: float = 0, patience: float = 0) -> None:
        real(owner, amount, before, patience)
        taken.append(budget._used)

    monkeypatch.setattr(budget, "take", take)
    body = large("ada")
    assert post("html", body).status_code == 202
    stored = len(bytes(Student.objects.get().payload))
    assert taken == [DECODED_TIMES * len(body), upload_limits._STORED_TIMES * stored]


READERS: dict[str, Callable[[Client, str, str], Answer]] = {
    "an archive by names": lambda client, task, _: client.get(f"{task}/archive.zip?layout=names"),
    "a roster that is joined by names": lambda client, task, _: client.put(
        f"{task}/roster", "student_id,name\nstudent-0,Ada\nzz,Bea\n", content_type="text/csv"
    ),
    "a remark": lambda client, _, report: client.put(
        f"{report}/remark", json.dumps({"remark": "Well argued"}), content_type="application/json"
    ),
    "the page of a student": lambda client, _, report: client.get(
        f"/submissions/{report.split('/')[-3]}/students/{report.rsplit('/', 1)[1]}"
    ),
    "the form about the exam": lambda client, task, _: client.get(f"/submissions/{task.rsplit('/', 1)[1]}/exam"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_request_that_reads_large_logs_holds_room_for_them_too(
    submit: Submit, client: Client, budget: Budget, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    task = submit("html", class_of(3))
    work_off()
    report = f"{task}/reports/{Document.objects.get(position=1).pk}"
    monkeypatch.setattr(upload_limits, "LARGE_PIECE_BYTES", 0)
    read = READERS[name]
    with budget.held("another", MUCH):
        refused = read(client, task, report)
        assert refused.status_code == 503, refused.content
        assert int(refused["Retry-After"]) > 0
    assert read(client, task, report).status_code < 300
    assert (budget._used, budget._by_owner) == (0, {})
