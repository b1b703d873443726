"""Singles are made by the batch: one ring does for all that its owner has waiting."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from feedback.queue import claims
from feedback.queue.claims import Share, Work
from feedback.queue.pacer import Pacer
from feedback.queue.worker import Worker
from feedback.store.models import Document, Task
from tests.harness.in_process import Caller, Submit, claim_singles, class_of, made_of, student
from tests.harness.messages import round_trips

Claiming = Callable[[Work, Share], list[claims.Claim]]


@pytest.fixture
def worker() -> Worker:
    """One that has made some reports before at 10 ms each; no slice of its ever ends."""
    paced = Pacer(clock=float)
    paced.learn("singles", [0.01])
    return Worker(ring=int, pacer=paced)


def states() -> list[str]:
    return list(Document.objects.order_by("task__created_at", "position").values_list("state", flat=True))


def ids() -> list[UUID]:
    return list(Task.objects.order_by("created_at").values_list("id", flat=True))


def test_one_ring_does_for_all_singles_of_its_owner(submit: Submit, worker: Worker) -> None:
    for number in range(5):
        submit("html" if number % 2 else "pdf", student(f"student-{number}"))
    assert not worker.answer()

    assert states() == ["SUCCESS"] * 5
    assert set(Document.objects.values_list("attempts", flat=True)) == {1}


def test_a_batch_of_singles_leaves_classes_and_other_owners_alone(calling: Caller, worker: Worker) -> None:
    a, b = calling("a"), calling("b")
    a.submit("html", student("ada"))
    a.submit("html", class_of(2))
    b.submit("html", student("ada"))
    assert worker.answer()

    assert states() == ["SUCCESS", "PENDING", "PENDING", "PENDING", "PENDING"]


def test_a_single_with_an_attempt_behind_it_is_claimed_alone_and_last(submit: Submit) -> None:
    for number in range(3):
        submit("html", student(f"student-{number}"))
    first, *others = claim_singles("", 3)
    claims.release(others)
    claims.back_off(first)
    Document.objects.filter(id=first.report_id).update(due_at="2000-01-01T00:00Z")

    assert {claim.report_id for claim in claim_singles("", 3)} == {claim.report_id for claim in others}
    assert [claim.attempt for claim in claim_singles("", 3)] == [2]


def test_two_claims_never_share_a_single(submit: Submit) -> None:
    for number in range(4):
        submit("html", student(f"student-{number}"))
    taken = [claim.report_id for most in (3, 3) for claim in claim_singles("", most)]

    assert len(taken) == len(set(taken)) == 4


def test_a_single_erased_between_claim_and_making_harms_no_other(
    submit: Submit, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        submit("html", student(f"student-{number}"))
    gone = ids()[1]

    def claim(work: Work, share: Share, real: Claiming = claims.claim) -> list[claims.Claim]:
        claimed = real(work, share)
        Task.objects.filter(id=gone).delete()
        return claimed

    monkeypatch.setattr(claims, "claim", claim)
    assert not worker.answer()

    assert states() == ["SUCCESS", "SUCCESS"]


def test_singles_that_are_released_keep_their_place(submit: Submit) -> None:
    for number in range(4):
        submit("html", student(f"student-{number}"))
    before = list(Document.objects.order_by("due_at").values_list("id", "due_at"))
    claimed = claim_singles("", 4)
    assert claims.release(claimed[:3]) == 3

    assert [claim.report_id for claim in claim_singles("", 2)] == [report_id for report_id, _ in before[:2]]
    assert dict(before)[claimed[2].report_id] == Document.objects.get(pk=claimed[2].report_id).due_at


def test_documents_are_stored_in_the_order_in_which_an_erasure_locks_them(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        submit("html", student(f"student-{number}"))
    claimed = claim_singles("", 6)
    written: list[object] = []

    class Remembering:
        rowcount = 6

        def __enter__(self) -> "Remembering":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def executemany(self, _statement: str, rows: list[dict[str, object]]) -> None:
            written.extend(row["id"] for row in rows)

    monkeypatch.setattr(claims, "binding_cursor", Remembering)
    claims.fail([(claim, "for the test") for claim in reversed(claimed)])

    assert written == list(Document.objects.order_by("about", "pk").values_list("id", flat=True))


def test_the_document_of_a_single_is_stored_in_one_round_trip(
    transactional_db: None,  # noqa: ARG001 - and no test's transaction around it
    submit: Submit,
    tmp_path: Path,
) -> None:
    submit("html", student())
    [claim] = claim_singles("", 1)
    made = [made_of(claim)]

    assert round_trips(tmp_path / "messages", lambda: claims.store(made)) == 1
    assert states() == ["SUCCESS"]
