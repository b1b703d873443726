"""A claim is bounded by the bytes of the logs that a worker loads for it, not only by their number."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

import pytest

from feedback.queue import claims
from feedback.queue.claims import Claim, Made, Work
from feedback.queue.pacer import Pacer
from feedback.queue.render_job import RenderJob
from feedback.queue.worker import Worker
from feedback.store import loading
from feedback.store.loading import Log
from feedback.store.models import Document, Student, Task, Upload
from tests.harness.in_process import Submit, claim_singles, claim_task, student, task_of, work_off

EVENTS = 100
MANY = 16


class Quick(Pacer):
    """Knows documents to take no time, and claims as many as there may be."""

    def batch(self, _kind: str, _seconds: float) -> int:
        return MANY


def large(name: str, times: int = 1) -> dict[str, object]:
    return student(name, *range(EVENTS * times))


@pytest.fixture
def portions(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The bytes of each log that a worker has loaded, by portion."""
    loaded, real = list[list[int]](), loading.logs

    def logs(ids: Collection[UUID]) -> dict[UUID, Log]:
        found = real(ids)
        loaded.append([len(log.payload) + len(log.findings or b"") for log in found.values()])
        return found

    monkeypatch.setattr(loading, "logs", logs)
    return loaded


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each document was made."""
    times, real = Counter[UUID](), RenderJob.make

    def make(job: RenderJob, claim: Claim) -> Made:
        times[claim.report_id] += 1
        return real(job, claim)

    monkeypatch.setattr(RenderJob, "make", make)
    return times


def test_singles_with_large_logs_are_loaded_a_few_at_a_time_and_each_is_made_once(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, portions: list[list[int]], made: Counter[UUID]
) -> None:
    for number in range(10):
        submit("html", large(f"student-{number}"))
    most = 3 * max(len(bytes(payload)) for payload in Student.objects.values_list("payload", flat=True))
    monkeypatch.setattr(claims, "CLAIMED_BYTES", most)

    work_off(Worker(ring=int, pacer=Quick()))

    assert max(map(sum, portions)) <= most
    assert max(map(len, portions)) == 3
    assert set(made.values()) == {1}
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_a_log_that_is_larger_than_all_that_is_loaded_at_once_is_loaded_alone(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, portions: list[list[int]]
) -> None:
    for name, times in (("ada", 1), ("bea", 9), ("cyd", 1), ("dot", 1)):
        submit("html", large(name, times))
    monkeypatch.setattr(claims, "CLAIMED_BYTES", 4 * len(bytes(Student.objects.get(student_id="ada").payload)))

    work_off(Worker(ring=int, pacer=Quick()))

    assert [len(portion) for portion in portions if portion] == [1, 1, 2]
    assert not Document.objects.exclude(state="SUCCESS").exists()


def test_singles_with_small_logs_are_claimed_by_number(submit: Submit) -> None:
    for number in range(5):
        submit("html", student(f"student-{number}"))
    assert len(claim_singles("", 4)) == 4
    assert len(claim_singles("", 4)) == 1


def test_what_was_not_claimed_is_at_once_another_workers(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        submit("html", large(f"student-{number}"))
    monkeypatch.setattr(claims, "CLAIMED_BYTES", 1)
    claimed = [claim_singles("", MANY) for _ in range(4)]
    assert list(map(len, claimed)) == [1, 1, 1, 0]
    assert all(claims.may_have_left_some(batch) for batch in claimed[:3])


def test_the_exams_context_of_a_single_counts_as_well(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        submit("html", student(f"student-{number}"))
    Upload.objects.update(context=b"{" + b" " * 10_000 + b"}")
    monkeypatch.setattr(claims, "CLAIMED_BYTES", 15_000)
    assert len(claim_singles("", MANY)) == 1


def test_of_a_class_both_formats_of_a_student_are_claimed_together_and_its_log_is_counted_once(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    students = [large(f"student-{number}") for number in range(5)]
    address = submit("html", students)
    submit("pdf", students)
    size = len(bytes(Student.objects.get(position=1).payload))
    monkeypatch.setattr(claims, "CLAIMED_BYTES", 2 * size + size // 2)

    claimed = claim_task(task_of(address), MANY)

    assert [claim.position for claim in claimed] == [1, 1, 2, 2]
    assert sum(claim.loads for claim in claimed) == pytest.approx(2 * size, rel=0.01)


def test_findings_that_are_there_count_as_they_are_loaded_too(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    students = [large(f"student-{number}") for number in range(4)]
    submit("html", students)
    work_off()
    submit("pdf", students)
    monkeypatch.setattr(claims, "CLAIMED_BYTES", 1)
    upload = Task.objects.values_list("upload", flat=True)[0]
    [claim] = claims.claim(Work("", upload), claims.Share(MANY, MANY))
    found = Student.objects.get(position=claim.position)
    assert claim.loads == len(bytes(found.payload)) + len(bytes(found.findings or b""))
