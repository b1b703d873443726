"""What one caller may use of a process: budgets in bytes, and turns at the interpreter."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.access.budgets import Budget, Busy, Turns


def test_one_owner_leaves_room_to_others_and_all_of_them_to_the_machine() -> None:
    budget = Budget("bytes", 100)
    with budget.held("a", 50), pytest.raises(Busy, match="These credentials have bytes"):
        budget.take("a", 1)
    with budget.held("a", 50), budget.held("b", 50), pytest.raises(Busy, match="The service has bytes"):
        budget.take("c", 1)
    with budget.held("a", 50):
        pass


def test_what_is_permitted_is_always_possible_alone() -> None:
    budget = Budget("bytes", 100)
    with budget.held("a", 500), pytest.raises(Busy):
        budget.take("b", 1)
    with budget.held("b", 100):
        pass


def test_what_has_patience_is_let_in_once_there_is_room() -> None:
    budget, done = Budget("bytes", 100), list[float]()

    def work() -> None:
        with budget.held("a") as held, held.more(40, patience=600):
            done.append(budget._used)

    with budget.held("a", 50), budget.held("b", 50):
        waiting = threading.Thread(target=work)
        waiting.start()
        assert done == []
    waiting.join()
    assert done == [40]
    assert (budget._used, budget._by_owner) == (0, {})


def test_what_is_held_beside_is_given_back_by_itself() -> None:
    budget = Budget("bytes", 100)
    with budget.held("a", 30) as held:
        with held.more(500):
            assert budget._used == 530
        assert (budget._used, held.amount) == (30, 30)
        with budget.held("b", 50), pytest.raises(Busy), held.more(500):
            pass
        assert (budget._used, held.amount) == (30, 30)


def test_before_a_long_step_work_waits_for_its_owners_other_work_and_leaves_the_turn_to_others() -> None:
    turns = Turns(patience=0)
    with turns.of("a") as first, turns.of("b") as another:
        first.give_way()
        first.begin()
        another.give_way()  # the turn is free
        with turns.of("a") as second, pytest.raises(Busy, match="These credentials have other work"):
            second.begin()
        with pytest.raises(Busy, match="The service has other work"):
            first.give_way()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 80)), max_size=20))
def test_all_that_is_held_is_given_back(steps: list[tuple[str, int]]) -> None:
    budget = Budget("bytes", 100)
    for owner, amount in steps:
        try:
            with budget.held(owner, amount) as held:
                held.add(amount)
        except Busy:
            pass
    assert budget._used == 0
    assert budget._by_owner == {}


def in_threads(work: Callable[[str], None], *owners: str) -> None:
    threads = [threading.Thread(target=work, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_computes_at_a_time_and_everyone_gets_turns() -> None:
    turns = Turns()
    lock, computing, most, ended = threading.Lock(), 0, 0, dict[str, float]()

    def work(owner: str) -> None:
        nonlocal computing, most
        with turns.of(owner) as turn:
            for _ in range(30):
                turn.give_way()
                with lock:
                    computing += 1
                    most = max(most, computing)
                time.sleep(0.001)
                with lock:
                    computing -= 1
            ended[owner] = time.monotonic()

    in_threads(work, "a", "b", "c")
    assert most == 1
    assert len(ended) == 3
    assert turns._by_owner == {}


def test_who_waits_too_long_for_ones_own_work_is_told_so() -> None:
    turns = Turns(patience=0.05)
    told: list[str] = []

    def second(owner: str) -> None:
        try:
            with turns.of(owner) as turn:
                turn.give_way()
        except Busy as fault:
            told.append(str(fault))

    with turns.of("a") as turn:
        turn.give_way()
        turn.rest()
        in_threads(second, "a", "b")
    assert len(told) == 1
    assert told[0].startswith("These credentials")
    in_threads(second, "a")
    assert len(told) == 1, "what has ended is out of the way"


def test_work_that_turns_out_to_be_short_waits_for_nobody() -> None:
    turns = Turns(patience=0)
    with turns.of("a") as first:
        first.give_way()
        with turns.of("a"):
            pass


def test_a_turn_that_has_ended_holds_nothing_though_its_work_goes_on() -> None:
    turns = Turns(patience=0)
    with turns.of("a") as first:
        first.give_way()
        first.end()
        with turns.of("a") as second:
            second.give_way()


def test_what_others_wait_for_is_let_go_of_before_waiting_and_not_for_short_work() -> None:
    let_go: list[str] = []
    turns = Turns()
    with turns.of("a", lambda: let_go.append("a")):
        pass
    with turns.of("b", lambda: let_go.append("b")) as turn:
        for _ in range(5):
            turn.give_way()
    assert let_go == ["b"]


def test_what_is_permitted_is_always_possible_alone_in_whatever_pieces_it_comes() -> None:
    budget = Budget("bytes", 100)
    with budget.held("a", 30) as held:
        for _ in range(10):
            held.add(30)
        with pytest.raises(Busy, match="These credentials"):
            budget.take("a", 1)
    with budget.held("a", 40) as held, budget.held("b", 40), pytest.raises(Busy, match="The service"):
        held.add(30)
