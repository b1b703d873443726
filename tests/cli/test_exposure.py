"""Nobody is let in by accident: an open service is for this machine, unless its operator says otherwise."""

import os
import re
import socket
from pathlib import Path

import httpx
import pytest

from feedback.cli import embedded
from tests.cli.support import FEEDBACK, feedback
from tests.harness.environment import without_ours
from tests.harness.processes import Process
from tests.harness.stack import Stack

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the service must refuse to listen on


@pytest.mark.parametrize("host", [EVERYWHERE, "::"])
@pytest.mark.parametrize("command", ["serve", "web"])
def test_an_open_service_is_refused_on_an_address_that_others_can_reach(
    tmp_path: Path, command: str, host: str
) -> None:
    home = str(tmp_path / "home")
    done = feedback(command, "--host", host, "--port", "0", FEEDBACK_AUTH="open", FEEDBACK_HOME=home)

    assert done.returncode == 1
    assert f"FEEDBACK_AUTH is `open`, and {host} can be reached from other machines" in done.stderr
    assert "FEEDBACK_ALLOW_OPEN=true" in done.stderr
    assert "Listening" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("host", "auth", "allow_open", "refused"),
    [
        ("127.0.0.1", "open", False, False),
        ("127.8.8.8", "open", False, False),
        ("::1", "open", False, False),
        ("localhost", "open", False, False),
        ("192.0.2.7", "open", False, True),
        ("localhost.example", "open", False, True),
        ("192.0.2.7", "open", True, False),
        (EVERYWHERE, "keys", False, False),
        (EVERYWHERE, "", False, False),
    ],
)
def test_what_is_refused(host: str, auth: str, allow_open: bool, refused: bool) -> None:
    if not refused:
        embedded.refuse_exposure(host, auth, allow_open=allow_open)
        return
    with pytest.raises(embedded.StartFailed):
        embedded.refuse_exposure(host, auth, allow_open=allow_open)


@pytest.mark.parametrize(
    ("publish", "address"),
    [
        ("", ""),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("8000", EVERYWHERE),
        (":8000", EVERYWHERE),
        ("192.0.2.7:80", "192.0.2.7"),
    ],
)
def test_where_a_container_is_published(publish: str, address: str) -> None:
    assert embedded.published_at(publish) == address


def test_in_a_container_it_is_the_published_address_that_counts(tmp_path: Path) -> None:
    """Compose publishes a port of a process that listens on every address of its container."""
    home, command = str(tmp_path / "home"), [FEEDBACK, "web", "--host", EVERYWHERE, "--port", "0"]

    everyone = {"FEEDBACK_AUTH": "open", "FEEDBACK_HOME": home, "FEEDBACK_PUBLISH": "0.0.0.0:8000"}
    refused = feedback(*command[1:], stdin=b"", **everyone)
    assert refused.returncode == 1
    assert "0.0.0.0 can be reached from other machines" in refused.stderr

    environment = without_ours(dict(os.environ)) | everyone | {"FEEDBACK_PUBLISH": "127.0.0.1:8000"}
    web = Process("web", command, environment, tmp_path / "log")
    try:
        web.until(lambda: "Listening on" in web.words())
    finally:
        web.stop()


def test_served_beyond_this_machine_it_wants_keys(tmp_path: Path) -> None:
    command = [FEEDBACK, "serve", "--host", EVERYWHERE, "--port", "0", "--home", str(tmp_path / "home")]
    serve = Process("serve", command, without_ours(dict(os.environ)), tmp_path / "log")
    try:
        serve.until(lambda: "Listening on" in serve.words())
        [url] = re.findall(r"Listening on (\S+)", serve.words())
        assert httpx.post(f"{url}/assignment/html", json={"student_id": "ada", "events": []}).status_code == 401
    finally:
        assert serve.stop() == 0


def test_flower_started_by_hand_listens_on_this_machine_alone(tmp_path: Path, broker: str) -> None:
    settings = {"CELERY_BROKER_URL": broker, "FEEDBACK_HOME": str(tmp_path / "home")}
    with Stack(tmp_path, settings) as stack:
        flower = stack.start("flower", "celery", "-A", "feedback", "flower", f"--port={stack.port}")
        flower.until(lambda: _accepts("127.0.0.1", stack.port))
        # A server on all addresses would answer at every one of 127.0.0.0/8.
        assert not _accepts("127.0.0.2", stack.port)


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True
