"""Singles are made by the handful: one hint does for all that its owner has waiting, and none is forgotten."""

import time
from collections import deque
from pathlib import Path
from uuid import UUID

import pytest
import redis

from feedback.queue import (
    claims,
    doorbell,
    fairness,
    render_job,
    worker,
)
from feedback.store.models import Report, Submission
from feedback.submissions import tasks
from tests.harness.in_process import (
    Caller,
    Submit,
    class_of,
    student,
)
from tests.harness.messages import round_trips


@pytest.fixture(autouse=True)
def known_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a worker that has made some reports before, on a machine where each takes 10 ms."""
    monkeypatch.setattr(worker, "_pace", {"html": 0.01, "singles": 0.01})
    monkeypatch.setattr(worker, "HANDFUL_SECONDS", 100.0)
    monkeypatch.setattr(tasks, "_turns", fairness.Turns())
    doorbell.drop(doorbell.INTERACTIVE)


def states() -> list[str]:
    return list(Report.objects.order_by("submission__created_at", "position").values_list("state", flat=True))


def ids() -> list[UUID]:
    return list(Submission.objects.order_by("created_at").values_list("id", flat=True))


def work_off_hints(sent: deque[UUID]) -> int:
    """Take hints, and those sent meanwhile, until there are none; how many there were."""
    taken = 0
    while sent:
        taken += 1
        tasks.produce(str(sent.popleft()))
    return taken


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> deque[UUID]:
    """The queue of singles, one that remembers."""
    found = deque[UUID]()

    def send(submission_id: UUID, _queue: str, enough: int | None = None) -> bool:
        if enough is None or len(found) < enough:
            found.append(submission_id)
        return True

    monkeypatch.setattr(doorbell, "send", send)
    return found


def test_one_hint_does_for_all_singles_of_its_owner(submit: Submit) -> None:
    for number in range(5):
        submit("html" if number % 2 else "pdf", student(f"student-{number}"))
    worker.produce(ids()[3], seconds=100)

    assert states() == ["SUCCESS"] * 5
    assert set(Report.objects.values_list("attempts", flat=True)) == {1}


def test_a_hint_for_a_single_leaves_classes_and_other_owners_alone(calling: Caller) -> None:
    a, b = calling("a"), calling("b")
    a.submit("html", student("ada"))
    a.submit("html", class_of(2))
    b.submit("html", student("ada"))
    worker.produce(ids()[0], seconds=100)

    assert states() == ["SUCCESS", "PENDING", "PENDING", "PENDING", "PENDING"]


def test_a_single_with_an_attempt_behind_it_is_claimed_alone_and_last(submit: Submit) -> None:
    for number in range(3):
        submit("html", student(f"student-{number}"))
    first, *others = claims.claim_singles("", 3)
    claims.hand_back(others)
    claims.rest(first)
    Report.objects.filter(id=first.report_id).update(due_at="2000-01-01T00:00Z")

    assert {claim.report_id for claim in claims.claim_singles("", 3)} == {claim.report_id for claim in others}
    assert [claim.attempt for claim in claims.claim_singles("", 3)] == [2]


def test_two_claims_never_share_a_single(submit: Submit) -> None:
    for number in range(4):
        submit("html", student(f"student-{number}"))
    taken = [claim.report_id for most in (3, 3) for claim in claims.claim_singles("", most)]

    assert len(taken) == len(set(taken)) == 4


def test_no_more_hints_wait_than_set_enough_workers_to_work(submit: Submit, broker: str) -> None:
    assert broker
    for number in range(doorbell.ENOUGH_FOR_SINGLES + 4):
        submit("html", student(f"student-{number}"))

    assert doorbell.waiting(doorbell.INTERACTIVE) == doorbell.ENOUGH_FOR_SINGLES


def test_asking_how_many_hints_wait_takes_no_client_of_its_own(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker
    assert doorbell.waiting(doorbell.INTERACTIVE) == 0
    monkeypatch.delattr(redis.Redis, "__init__")

    assert doorbell.waiting(doorbell.INTERACTIVE) == 0


def test_singles_without_a_hint_of_their_own_are_made_all_the_same(calling: Caller, sent: deque[UUID]) -> None:
    flood, other = calling("flood"), calling("other")
    for number in range(doorbell.ENOUGH_FOR_SINGLES + 4):
        flood.submit("html", student(f"student-{number}"))
    other.submit("html", student("ada"))
    assert len(sent) == doorbell.ENOUGH_FOR_SINGLES
    work_off_hints(sent)

    assert set(states()) == {"SUCCESS"}


def test_the_hints_end_when_the_work_does(submit: Submit, sent: deque[UUID]) -> None:
    submit("html", student())
    assert work_off_hints(sent) == 1


def test_a_single_that_is_submitted_while_the_last_hint_is_followed_is_hinted_at(
    submit: Submit, sent: deque[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def produce(submission_id: UUID, original=worker.produce) -> bool:  # type: ignore[no-untyped-def]
        more = original(submission_id)
        if len(states()) == 1:
            submit("html", student("late"))
            sent.clear()  # as if enough hints had been waiting
        return bool(more)

    monkeypatch.setattr(worker, "produce", produce)
    submit("html", student())
    work_off_hints(sent)

    assert states() == ["SUCCESS", "SUCCESS"]


def test_a_single_erased_between_claim_and_making_harms_no_other(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        submit("html", student(f"student-{number}"))
    gone = ids()[1]

    def claim_singles(owner: str, most: int, original=claims.claim_singles) -> list[claims.Claim]:  # type: ignore[no-untyped-def]
        claimed = original(owner, most)
        Submission.objects.filter(id=gone).delete()
        return list(claimed)

    monkeypatch.setattr(claims, "claim_singles", claim_singles)
    worker.produce(ids()[0], seconds=100)

    assert states() == ["SUCCESS", "SUCCESS"]


def test_a_single_that_failed_before_is_made_when_hinted_at_though_new_ones_never_end(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        submit("html", student(f"student-{number}"))
    Report.objects.filter(submission=ids()[2]).update(attempts=1)
    monkeypatch.setattr(worker, "_handful", lambda *_: 1)
    worker.produce(ids()[2], seconds=0)

    assert states() == ["SUCCESS", "PENDING", "SUCCESS", "PENDING"]


def test_a_class_lets_a_single_go_first_that_comes_in_the_middle(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = UUID(submit("html", class_of(6)).rsplit("/", 1)[1])
    submit("html", student())
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.0)

    assert worker.produce(task, seconds=100)
    assert states().count("SUCCESS") == 1
    worker.produce(ids()[1], seconds=100)
    assert not worker.produce(task, seconds=100)
    assert set(states()) == {"SUCCESS"}


def test_singles_that_are_handed_back_keep_their_place(submit: Submit) -> None:
    for number in range(4):
        submit("html", student(f"student-{number}"))
    before = list(Report.objects.order_by("due_at").values_list("id", "due_at"))
    claimed = claims.claim_singles("", 4)
    assert claims.hand_back(claimed[:3]) == 3

    assert [claim.report_id for claim in claims.claim_singles("", 2)] == [report_id for report_id, _ in before[:2]]
    assert dict(before)[claimed[2].report_id] == Report.objects.get(pk=claimed[2].report_id).due_at


def test_a_worker_adds_a_hint_for_who_else_waits_only_where_few_wait(
    submit: Submit, sent: deque[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(doorbell.ENOUGH_FOR_SINGLES + 3):
        submit("html", student(f"student-{number}"))
    assert len(sent) == doorbell.ENOUGH_FOR_SINGLES
    monkeypatch.setattr(worker, "produce", lambda _submission_id: False)
    tasks.produce(str(ids()[0]))
    assert len(sent) == doorbell.ENOUGH_FOR_SINGLES

    sent.clear()
    tasks.produce(str(ids()[0]))
    assert len(sent) == 1


def test_documents_are_stored_in_the_order_in_which_whoever_erases_locks_them(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        submit("html", student(f"student-{number}"))
    claimed = claims.claim_singles("", 6)
    written: list[object] = []

    class Remembering:
        rowcount = 6

        def __enter__(self) -> "Remembering":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def executemany(self, _statement: str, rows: list[tuple[object, ...]]) -> None:
            written.extend(row[-2] for row in rows)

    monkeypatch.setattr(claims, "binding_cursor", Remembering)
    claims.fail([(claim, "for the test") for claim in reversed(claimed)])

    in_order = sorted(claimed, key=lambda claim: claim.submission_id)
    assert written == [claim.report_id for claim in in_order]


def test_the_document_of_a_single_is_stored_in_one_round_trip(
    transactional_db: None,  # noqa: ARG001 - and no test's transaction around it
    submit: Submit,
    tmp_path: Path,
) -> None:
    submit("html", student())
    [claim] = claims.claim_singles("", 1)
    made = [render_job.make(Submission.objects.get(), claim)]

    assert round_trips(tmp_path / "messages", lambda: claims.store(made)) == 1
    assert states() == ["SUCCESS"]


def test_where_singles_keep_coming_a_class_claims_no_more_than_fits_between_two_looks(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker._Slice, "cut_short", False)
    whole = worker._Slice(time.monotonic() + 100)
    assert whole.likely_end() > time.monotonic() + 10

    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.0)
    submit("html", student())
    assert worker._Slice(time.monotonic() + 100).over(), "a single is due"
    assert worker._Slice(time.monotonic() + 100).likely_end() <= time.monotonic()

    Report.objects.update(state="SUCCESS")
    again = worker._Slice(time.monotonic() + 100)
    assert not again.over()
    assert again.likely_end() > time.monotonic() + 10
