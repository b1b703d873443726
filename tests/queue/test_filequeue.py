"""The queue in files: a message is there whole or not at all, and a damaged one harms nobody."""

import errno
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

import feedback.celery  # noqa: F401 - names our transport to kombu
from feedback.queue import filequeue

MESSAGE = {"body": "x", "properties": {}, "headers": {}}


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    names = ("data_folder_in", "data_folder_out")
    folders = dict.fromkeys(names, str(tmp_path)) | {"control_folder": str(tmp_path / "control")}
    with Connection("filesystem://localhost", transport_options=folders) as connection:
        opened = connection.channel()
        assert isinstance(opened, filequeue.Channel), "the name of kombu's transport leads to ours"
        yield opened


def test_a_message_that_was_put_is_got_once(channel: Any) -> None:
    channel._put("interactive", MESSAGE)

    assert channel._size("interactive") == 1
    assert channel._get("interactive") == MESSAGE
    with pytest.raises(Empty):
        channel._get("interactive")


def test_a_reader_sees_nothing_of_a_message_that_is_being_written(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    real = Path.write_bytes

    def watched(path: Path, data: bytes) -> int:
        path.touch()
        with pytest.raises(Empty):
            channel._get("interactive")
        seen.append(channel._size("interactive"))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", watched)
    channel._put("interactive", MESSAGE)

    assert seen == [0]
    assert channel._get("interactive") == MESSAGE


def test_a_message_that_the_disk_has_no_room_for_leaves_nothing(
    channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: bytes) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        channel._put("interactive", MESSAGE)

    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize("damaged", [b"", b'{"body": "x', b"\xff\xfe", b"{}", b"[]", b"null"])
def test_a_message_that_cannot_be_read_is_dropped_and_the_next_one_got(
    channel: Any, tmp_path: Path, damaged: bytes
) -> None:
    (tmp_path / "0_damaged.interactive.msg").write_bytes(damaged)
    channel._put("interactive", MESSAGE)

    with pytest.raises(Empty):
        channel._get("interactive")
    assert channel._get("interactive") == MESSAGE
