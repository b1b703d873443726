"""Documents moved between the database and the object store, while readers, workers and erasures go on."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from feedback.queue import claims, unclaimed
from feedback.queue.claims import Share, Work
from feedback.store import bodies, leftovers
from feedback.store.models import Document
from feedback.submissions import moving
from tests.harness.in_process import Submit, class_of, made_of, student, work_off
from tests.harness.in_store import kept, named, point_at
from tests.harness.servers import Seaweed

__all__ = ["kept"]


def no_pause(_: float) -> None:
    """The tests wait for nothing."""


def read_all(client: Client, address: str) -> list[bytes]:
    links = [one["link"] for one in client.get(f"{address}/reports").json()["students"]]
    return [client.get(link).content for link in (address, *links)]


def to_store() -> int:
    return sum(moving.to_store(no_pause))


def to_database() -> int:
    return sum(moving.to_database(no_pause))


def test_every_document_is_moved_there_and_back_and_reads_the_same(
    kept: Seaweed, client: Client, submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_AT_ONCE", 2)
    settings.FEEDBACK_DOCUMENTS_TO = "database"
    address = submit("html", class_of(4))
    work_off()
    before = read_all(client, address)
    assert kept.keys() == []

    assert to_store() == 5
    assert (kept.keys(), len(named())) == (named(), 5)
    assert not Document.objects.exclude(body=None).exists()
    assert read_all(client, address) == before
    assert to_store() == 0

    assert to_database() == 5
    leftovers.delete()
    assert kept.keys() == named() == []
    assert read_all(client, address) == before
    assert to_store() == 5, "and there once more, under keys that were never used"
    leftovers.delete()
    assert (kept.keys(), read_all(client, address)) == (named(), before)


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Have `act` happen once, between the two transactions of the first batch."""
    real = getattr(bodies, name)
    done: list[str] = []

    def interrupted(given: Sequence[Any]) -> object:
        found = real(given)
        found = list(found) if found is not None else None
        if not done:
            done.append(name)  # first, as it may come here itself
            act()
        return found

    monkeypatch.setattr(bodies, name, interrupted)


@pytest.mark.parametrize(("way", "name"), [(to_store, "put"), (to_database, "of_many")])
def test_a_document_that_is_made_again_amid_its_move_keeps_the_new_bytes(
    kept: Seaweed,
    client: Client,
    submit: Submit,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[], int],
    name: str,
) -> None:
    settings.FEEDBACK_DOCUMENTS_TO = "database" if way is to_store else "s3"
    address = submit("html", student("ada"))
    work_off()
    report = Document.objects.get()
    settings.FEEDBACK_DOCUMENTS_TO = "s3" if way is to_store else "database"

    def amended() -> None:
        client.put(f"{address}/reports/{report.id}/remark", {"remark": "See me"}, content_type="application/json")
        [held] = claims.claim(Work(""), Share(1, 1))
        assert claims.store([made_of(held)]) == 1

    meanwhile(monkeypatch, name, amended)
    way()
    leftovers.delete()
    assert b"See me" in client.get(address).content
    assert kept.keys() == named()
    assert bool(named()) == (way is to_store)


@pytest.mark.parametrize(("way", "name"), [(to_store, "put"), (to_database, "of_many")])
def test_a_document_that_is_erased_amid_its_move_is_gone_from_both(
    kept: Seaweed,
    client: Client,
    submit: Submit,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[], int],
    name: str,
) -> None:
    settings.FEEDBACK_DOCUMENTS_TO = "database" if way is to_store else "s3"
    address = submit("html", student("ada"))
    work_off()

    def erased() -> None:
        assert client.delete(address).status_code == 204
        leftovers.delete()

    meanwhile(monkeypatch, name, erased)
    assert way() == 0
    leftovers.delete()
    assert kept.keys() == []
    assert not Document.objects.exists()


def test_a_document_that_a_worker_is_at_is_left_to_it_and_moved_afterwards(
    kept: Seaweed, client: Client, submit: Submit, settings: Settings
) -> None:
    settings.FEEDBACK_DOCUMENTS_TO = "database"
    address = submit("html", student("ada"))
    work_off()
    report = Document.objects.get()
    unclaimed.make_again(report.task.upload_id)
    [held] = claims.claim(Work(""), Share(1, 1))
    settings.FEEDBACK_DOCUMENTS_TO = "s3"

    batches = moving.to_store(no_pause)
    assert next(batches) == 0
    assert claims.store([made_of(held)]) == 1, "the move took nothing from it"
    assert sum(batches) == 0
    assert kept.keys() == named()
    assert client.get(address).status_code == 200


def test_the_command_refuses_what_would_never_end_and_says_what_it_did(
    kept: Seaweed, submit: Submit, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FEEDBACK_DOCUMENTS_TO = "database"
    submit("html", student("ada"))
    work_off()
    with pytest.raises(CommandError, match="FEEDBACK_DOCUMENTS_TO=s3"):
        call_command("move-documents", to="s3")
    settings.FEEDBACK_DOCUMENTS_TO = "s3"
    call_command("move-documents", to="s3")
    assert capsys.readouterr().out == "1 documents moved; none is left to move.\n"
    assert len(kept.keys()) == 1
    point_at(settings, kept.settings | {"AWS_SECRET_ACCESS_KEY": "another"})
    settings.FEEDBACK_DOCUMENTS_TO = "database"
    with pytest.raises(CommandError, match="Start this again"):
        call_command("move-documents", to="database")
    settings.FEEDBACK_DOCUMENTS_URL = ""
    with pytest.raises(CommandError, match="FEEDBACK_DOCUMENTS_URL is not set"):
        call_command("move-documents", to="database")
