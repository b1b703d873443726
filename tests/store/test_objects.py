"""The client of the object store, on a real one: what it does with one that fails, hangs or refuses; and the keys."""

import socket
import threading
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback.store import objects
from feedback.store.bodies import Key
from feedback.store.objects import StoreLost
from tests.harness.environment import Reservation
from tests.harness.in_store import kept
from tests.harness.servers import Seaweed

__all__ = ["kept"]


def test_a_request_that_fails_late_keeps_nobody_from_a_store_that_has_answered_since(
    kept: Seaweed,  # noqa: ARG001 - the settings name it
    settings: Settings,
) -> None:
    store = objects.ObjectStore(settings.FEEDBACK_DOCUMENTS_URL, settings.FEEDBACK_DOCUMENTS_OPTIONS)

    def time_out(*meanwhile: tuple[str, bytes]) -> None:
        with store._asking():
            store.put(meanwhile)
            raise OSError("timed out")

    with pytest.raises(StoreLost):
        time_out(("later", b"answered"))
    assert not store.suspect
    assert store.get(["later"]) == {"later": b"answered"}

    with pytest.raises(StoreLost):
        time_out()
    with pytest.raises(StoreLost, match="a moment ago"):
        store.get(["later"])


def test_a_store_that_hangs_is_waited_for_by_one_thread_and_the_others_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(objects, "_PAUSE_SECONDS", 0)
    port = Reservation()
    keys = {"access_key_id": "any", "secret_access_key": "any", "region": "any"}
    store = objects.ObjectStore("s3://feedback", {"endpoint": f"http://127.0.0.1:{port.port}", **keys})
    with pytest.raises(StoreLost):
        store.reach()
    found = list[str]()

    def ask() -> None:
        try:
            store.reach()
        except StoreLost as fault:
            found.append(str(fault))

    port.release()
    with socket.create_server(("127.0.0.1", port.port)) as silent:
        waiting = threading.Thread(target=ask)
        waiting.start()
        silent.settimeout(60)
        taken, _ = silent.accept()
        for _ in range(3):
            with pytest.raises(StoreLost, match="a moment ago"):
                store.get(["any"])
        assert not found, "it still waits"
        taken.close()
    waiting.join(60)
    assert "cannot be used" in found[0]


def test_a_store_that_refuses_the_key_is_a_lost_store(kept: Seaweed, settings: Settings) -> None:
    options = {**settings.FEEDBACK_DOCUMENTS_OPTIONS, "secret_access_key": "another"}
    refusing = objects.ObjectStore(settings.FEEDBACK_DOCUMENTS_URL, options)
    with pytest.raises(StoreLost, match="403"):
        refusing.reach()
    assert kept.keys() == []


def test_a_process_that_was_forked_after_the_store_was_opened_is_refused(
    kept: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert objects.store() is not None
    monkeypatch.setattr("os.getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="forked"):
        objects.store()
    assert kept.keys() == []


@given(st.uuids(), st.uuids(), st.integers(0, 2**31 - 1))
def test_a_key_is_read_as_it_was_written(task: UUID, document: UUID, fence: int) -> None:
    assert Key.read(str(Key(task, document, fence))) == Key(task, document, fence)


@pytest.mark.parametrize("text", ["", "a/b/c", "readme.txt", f"{UUID(int=1)}/{UUID(int=2)}", f"{'{'}{UUID(int=1)}/2/3"])
def test_what_is_no_key_of_ours_is_told_apart(text: str) -> None:
    assert Key.read(text) is None
    for strange in (f"{UUID(int=1)}/{UUID(int=2)}/01", f"{UUID(int=1).hex}/{UUID(int=2)}/1"):
        assert Key.read(strange) is None
