"""Claims: the guarded transitions of a document's state."""

from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from django.db.models.functions import Now

from feedback.queue import claims, reaper, unclaimed
from feedback.queue.claims import Claim, Share, Work
from feedback.queue.worker import Worker
from feedback.store.models import MAX_ATTEMPTS, Document, Task
from tests.harness.in_process import (
    Submit,
    claim_task,
    class_of,
    let_leases_run_out,
    made_of,
    student,
    task_of,
    work_off,
)
from tests.harness.messages import round_trips

CHUNK = 16


def test_a_claim_takes_a_chunk_in_order_and_counts_the_attempt(submit: Submit) -> None:
    task = task_of(submit("html", class_of(20)))
    claimed = claim_task(task, CHUNK)

    assert len(claimed) == CHUNK
    running = Document.objects.filter(state="RUNNING", attempts=1).order_by("position")
    assert [report.id for report in running] == [claim.report_id for claim in claimed]
    assert running[0].position == 1


def test_what_is_claimed_is_not_claimed_again_before_its_lease_runs_out(submit: Submit) -> None:
    task = task_of(submit("html", student()))

    assert len(claim_task(task, CHUNK)) == 1
    assert claim_task(task, CHUNK) == []
    let_leases_run_out()
    assert [claim.attempt for claim in claim_task(task, CHUNK)] == [2]


def test_a_report_with_an_attempt_behind_it_rests_then_is_claimed_alone_and_after_its_neighbours(
    submit: Submit,
) -> None:
    task = task_of(submit("html", class_of(4)))
    first, second, *others = claim_task(task, CHUNK)
    claims.back_off(first)
    claims.back_off(second)
    claims.release(others)

    neighbours = claim_task(task, CHUNK)
    assert {claim.report_id for claim in neighbours} == {claim.report_id for claim in others}
    assert claim_task(task, CHUNK) == [], "the others rest"
    claims.release(neighbours)
    Document.objects.filter(attempts=1).update(due_at=Now())
    assert [claim.attempt for claim in claim_task(task, CHUNK)] == [1, 1]
    assert [claim.attempt for claim in claim_task(task, CHUNK)] == [2]
    assert [claim.attempt for claim in claim_task(task, CHUNK)] == [2]
    assert claim_task(task, CHUNK) == []


def test_a_claim_takes_a_quarter_of_what_is_left_of_a_class_and_no_fewer_than_are_quickly_made(
    submit: Submit,
) -> None:
    work = Work("", Task.objects.get(pk=task_of(submit("html", class_of(40)))).upload_id)

    assert [len(claims.claim(work, Share(most=9, least=3))) for _ in range(9)] == [9, 7, 6, 4, 3, 3, 3, 3, 2]


def test_the_class_report_waits_for_all_the_others(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    students = claim_task(task, CHUNK)

    assert {claim.is_class_report for claim in students} == {False}
    assert claim_task(task, CHUNK) == []
    claims.fail([(claim, "no") for claim in students])
    assert [claim.is_class_report for claim in claim_task(task, CHUNK)] == [True]


def test_a_worker_that_was_taken_over_cannot_store(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [slow] = claim_task(task, CHUNK)
    let_leases_run_out()
    [quick] = claim_task(task, CHUNK)
    late = made_of(slow)

    assert claims.store([late]) == 0
    assert claims.fail([(slow, "too late")]) == 0
    assert claims.store([made_of(quick)]) == 1
    assert claims.store([late]) == 0


def test_a_claim_handed_back_in_order_gives_its_attempt_back_but_not_its_fence(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [first] = claim_task(task, CHUNK)
    claims.release([first])
    [second] = claim_task(task, CHUNK)

    assert (first.attempt, second.attempt) == (1, 1)
    assert second.fence > first.fence


def test_a_failed_class_that_is_retried_refuses_the_class_report_that_lists_the_failures(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = task_of(submit("html", class_of(2)))
    good, bad = claim_task(task, CHUNK)
    claims.store([made_of(good)])
    claims.fail([(bad, "no")])
    [headline] = claim_task(task, CHUNK)
    outdated = made_of(headline)

    assert unclaimed.retry(task) == 1
    assert claims.store([outdated]) == 0
    monkeypatch.undo()
    work_off()
    assert b"failed" not in bytes(Document.objects.get(position=0).body or b"")
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_retry_while_the_old_attempt_still_renders_refuses_the_old_ones_document(submit: Submit) -> None:
    task = task_of(submit("html", student()))
    [zombie] = claim_task(task, CHUNK)
    late = made_of(zombie)
    Document.objects.update(attempts=MAX_ATTEMPTS)
    let_leases_run_out()
    assert reaper.give_up_exhausted() == 1
    assert unclaimed.retry(task) == 1

    assert claims.store([late]) == 0
    assert claims.release([zombie]) == 0
    [fresh] = claim_task(task, CHUNK)
    assert claims.store([late]) == 0
    assert (fresh.attempt, claims.store([made_of(fresh)])) == (1, 1)


def test_a_report_erased_while_it_is_made_is_not_made_again(submit: Submit) -> None:
    task = task_of(submit("html", class_of(2)))
    claimed = claim_task(task, CHUNK)
    made = [made_of(claim) for claim in claimed]
    Task.objects.all().delete()

    assert claims.store(made) == 0
    assert (claims.renew(claimed), claims.release(claimed), claims.back_off(claimed[0])) == (0, 0, 0)
    assert not Worker(ring=int).answer()
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_batch_takes_the_same_number_of_round_trips_whatever_its_size(submit: Submit, tmp_path: Path) -> None:
    submit("html", student("warm"))
    work_off()
    trips = set()
    for size in (3, 12):
        task = task_of(submit("html", class_of(size)))
        work = Work("", Task.objects.get(pk=task).upload_id)
        trips.add(round_trips(tmp_path / f"claim-{size}", partial(claims.claim, work, Share(size, size))))
        made = [made_of(claim) for claim in _held(task)]
        trips.add(round_trips(tmp_path / f"store-{size}", partial(claims.store, made)))
        assert len(made) == size

    assert trips == {4, 3}, "begin, select, update, commit; begin, updates, commit"


def _held(task: UUID) -> list[claims.Claim]:
    """The claims of a task, as the worker has them that made them."""
    running = Document.objects.filter(task=task, state="RUNNING").order_by("position")
    return [
        Claim(one.id, task, one.about_id, one.position, False, one.due_at, one.attempts, one.fence) for one in running
    ]
