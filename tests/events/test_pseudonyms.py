"""Pseudonyms are keyed hashes as they are documented, and nothing of who is behind them is left."""

import hmac
from base64 import b32encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Student, encode_student
from feedback.events.pseudonyms import Pseudonyms, WeakKeyError

KEY = b"correct horse battery staple"


def test_a_pseudonym_is_the_documented_hash() -> None:
    digest = hmac.new(KEY, "zoë".encode(), "sha256").digest()

    assert Pseudonyms(KEY + b"\n").of("zoë") == "p-" + b32encode(digest[:10]).decode().lower()


def test_it_is_the_same_in_every_exam_and_another_with_another_key() -> None:
    first, second = Pseudonyms(KEY), Pseudonyms(KEY)
    here, there = Student("ada", [], namespace="cs1"), Student("ada", [], namespace="cs2")

    assert first.student(here).student_id == second.student(there).student_id
    assert first.of("ada") != Pseudonyms(KEY + b"!").of("ada")


def test_neither_id_nor_name_is_left_in_what_is_stored() -> None:
    pseudonyms = Pseudonyms(KEY)
    ada = Student("ada@x.edu", [], namespace="cs1", name="Ada Lovelace", remark="Well done, ada lovelace (ADA@x.edu)!")
    stored = encode_student(pseudonyms.student(ada)).decode().casefold()

    assert "ada" not in stored
    assert "well done, p-" in stored
    assert pseudonyms.rows == [(pseudonyms.of("ada@x.edu"), "ada@x.edu", "cs1", "Ada Lovelace")]


@pytest.mark.parametrize("key", [b"", b"short", b" " * 40, b"123456789012345\n"])
def test_a_key_that_can_be_guessed_is_refused(key: bytes) -> None:
    with pytest.raises(WeakKeyError):
        Pseudonyms(key)


@given(st.sets(st.text(min_size=1, max_size=200).filter(lambda text: "\0" not in text), max_size=20))
def test_different_students_stay_different(ids: set[str]) -> None:
    made = {Pseudonyms(KEY).of(one) for one in ids if one.isprintable()}

    assert len(made) == sum(one.isprintable() for one in ids)
