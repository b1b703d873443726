"""Answers that are kept: asked by one thread at a time, and told to the others at once."""

import threading
from collections.abc import Iterator

import pytest

from feedback.api.kept import Kept
from tests.harness.waiting import until


class Question:
    """Answers with the next of `answers`, once `may_end` is set."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.asked, self.begun, self.may_end = 0, threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self) -> str:
        self.asked += 1
        self.begun.set()
        assert self.may_end.wait(60)
        return next(self._answers)

    def hang(self) -> None:
        self.begun.clear()
        self.may_end.clear()


class Door:
    """A lock that says how many threads came to it."""

    def __init__(self) -> None:
        self.came = 0
        self._lock = threading.Lock()
        self.release = self._lock.release

    def acquire(self, blocking: bool) -> bool:
        self.came += 1
        return self._lock.acquire(blocking=blocking)


def asking(kept: Kept[str], found: list[str]) -> threading.Thread:
    thread = threading.Thread(target=lambda: found.append(kept()))
    thread.start()
    return thread


def test_an_answer_holds_until_it_is_forgotten() -> None:
    kept = Kept(Question("first", "second"))
    assert [kept(), kept()] == ["first", "first"]
    kept.forget()
    assert [kept(), kept()] == ["second", "second"]


def test_an_answer_that_does_not_hold_is_asked_for_each_time() -> None:
    kept = Kept(Question("bad", "bad", "good", "later"), keeps=lambda answer: answer == "good")
    assert [kept() for _ in range(5)] == ["bad", "bad", "good", "good", "good"]


def test_while_one_thread_waits_for_an_answer_the_others_are_told_the_last_one() -> None:
    question = Question("bad", "bad again")
    kept = Kept(question, keeps=lambda _: False)
    assert kept() == "bad"
    question.hang()
    found = list[str]()
    thread = asking(kept, found)
    assert question.begun.wait(60)

    assert [kept() for _ in range(50)] == ["bad"] * 50
    assert (question.asked, found) == (2, [])
    question.may_end.set()
    thread.join(60)
    assert found == ["bad again"]


def test_the_first_answer_of_all_is_waited_for_by_everybody_and_asked_for_once() -> None:
    question = Question("bad")
    kept = Kept(question, keeps=lambda _: False)
    door = kept._asking = Door()  # type: ignore[assignment] # as much of a lock as is used
    question.hang()
    found = list[str]()
    threads = [asking(kept, found) for _ in range(8)]
    until(lambda: door.came == 8)
    question.may_end.set()
    for thread in threads:
        thread.join(60)
    assert found == ["bad"] * 8


def test_a_question_that_fails_leaves_nothing_behind() -> None:
    def fail() -> str:
        raise OSError("away")

    kept = Kept(fail)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            kept()
