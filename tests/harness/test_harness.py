"""The ground the other tests stand on must itself hold."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.harness import environment, servers
from tests.harness.processes import ROOT, Process, StoppedTooEarlyError


def test_postgresql_answers_and_lets_us_create_a_database(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE feedback_harness")
        connection.execute("DROP DATABASE feedback_harness")


def test_redis_answers_and_never_evicts_a_message(broker: str) -> None:
    with redis.Redis.from_url(broker) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_developers_own_settings_do_not_reach_a_test() -> None:
    mixed = {"DATABASE_URL": "postgresql://production", "FEEDBACK_AUTH": "keys", "POSTGRES_DB": "x"}
    kept = {"FEEDBACK_TEST_DATA": "/data", "PATH": "/bin"}
    assert environment.without_ours(mixed | kept) == kept


def test_a_missing_server_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(servers.NotInstalledError, match=r"apt-get install redis-server.*TEST_REDIS_URL"):
        servers.binary("no-such-server", "redis-server", "TEST_REDIS_URL")


def test_a_reserved_port_can_be_taken_only_by_a_server_that_means_to() -> None:
    reservation = environment.Reservation()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", reservation.port))
    with socket.create_server(("127.0.0.1", reservation.port)):
        reservation.release()


def test_stopping_a_process_leaves_nothing_of_its_group(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
    )
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {stubborn!r}])"
    process = Process("parent", [sys.executable, "-c", script], os.environ, tmp_path / "log")
    process.until(lambda: "up" in process.words())
    assert len(process.group()) == 2

    process.stop()

    assert process.group() == []


def test_a_process_that_ends_too_early_is_quoted(tmp_path: Path) -> None:
    process = Process("brief", [sys.executable, "-c", "raise SystemExit('no home')"], os.environ, tmp_path / "log")
    with pytest.raises(StoppedTooEarlyError, match=r"brief is not ready and ended with 1(.|\n)*no home"):
        process.until(lambda: False)


def test_a_killed_process_can_be_started_again(tmp_path: Path) -> None:
    script = "import time; print('up', flush=True); time.sleep(99)"
    process = Process("phoenix", [sys.executable, "-c", script], os.environ, tmp_path / "log")
    process.until(lambda: process.words().count("up") == 1)
    process.kill()
    process.restart()
    process.until(lambda: process.words().count("up") == 2)
    assert process.kill() == -9


FAILING = """
import pytest
from tests.harness.stack import Stack

@pytest.fixture
def running(tmp_path):
    with Stack(tmp_path, {}) as stack:
        web = stack.start("web", "python", "-c", "import time; print('its last words', flush=True); time.sleep(99)")
        web.until(lambda: "words" in web.words())
        yield stack

def test_that_fails(running):
    assert running is None
"""


def test_the_logs_of_a_failed_test_are_shown(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.harness.failures import pytest_runtest_makereport")
    (tmp_path / "test_failing.py").write_text(FAILING)
    options = ["-p", "tests.harness.environment", "-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "log of web" in done.stdout
    assert "its last words" in done.stdout


@pytest.mark.parametrize("start", ["postgres", "broker", "browser", "embedded"])
def test_the_fast_lane_starts_no_server_no_browser_and_no_service(start: str, tmp_path: Path) -> None:
    """`make test-fast` fails a test that does, and says where such a test belongs."""
    test = ROOT / "tests" / "harness" / f"test_of_the_fast_lane_{os.getpid()}_{start}.py"
    test.write_text(f"def test_that_starts_something({start}): assert {start}\n")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}", test],
            cwd=ROOT,
            env=environment.without_ours(dict(os.environ)) | {"TEST_FAST": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        test.unlink()

    assert done.returncode == 1, done.stdout
    assert "is not for the fast lane" in done.stdout
