"""`feedback serve`: one command that runs everything, and leaves nothing behind."""

import os
import re
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from feedback.cli.workers import cores
from tests.cli.support import FEEDBACK, feedback, marked, student
from tests.harness.environment import without_ours
from tests.harness.processes import Process
from tests.harness.waiting import until


class Serve(Process):
    """A running `feedback serve` on a free port; its descendants carry a mark by which they are found."""

    def __init__(self, folder: Path, home: Path, host: str = "127.0.0.1", **settings: str) -> None:
        self.home = home
        self.mark = f"SERVE_TEST={uuid4()}"
        environment = without_ours(dict(os.environ)) | settings | {"SERVE_TEST": self.mark.partition("=")[2]}
        command = [FEEDBACK, "serve", "--host", host, "--port", "0", "--home", str(home)]
        super().__init__("serve", command, environment, folder / f"serve-{uuid4().hex[:6]}.log")

    def ready(self) -> "Serve":
        self.until(lambda: "Listening on" in self.words())
        return self

    @property
    def url(self) -> str:
        [url] = re.findall(r"Listening on (\S+)", self.words())
        return str(url)

    def family(self) -> dict[int, str]:
        return marked(self.mark)

    def leaders(self, part: str) -> list[int]:
        """The service's own children (each leads a session) whose command holds `part`."""
        return [process for process, command in self.family().items() if part in command and leads(process)]

    def end(self) -> None:
        self.stop()
        for process in self.family():
            os.kill(process, signal.SIGKILL)


def leads(process: int) -> bool:
    try:
        return os.getsid(process) == process
    except ProcessLookupError:
        return False


def done(address: str) -> bool:
    return httpx.get(address, timeout=30).status_code == 200


def restarted(serve: Serve, part: str, killed: int) -> bool:
    return killed not in serve.family() and len(serve.leaders(part)) == (1 if "web" in part else cores())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Serve]]:
    """Starts one on the test's home, to be broken."""
    started: list[Serve] = []

    def start_one(**settings: str) -> Serve:
        started.append(Serve(tmp_path, tmp_path / "home", **settings))
        return started[-1]

    yield start_one
    for serve in started:
        serve.end()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """One for the tests that leave it running, started where the variables of the services way are set."""
    folder = tmp_path_factory.mktemp("serve")
    running = Serve(folder, folder / "home", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing", POSTGRES_DB="x")
    yield running.ready()
    running.end()


def test_it_answers_where_it_says_once_it_says_so(serve: Serve) -> None:
    assert httpx.get(f"{serve.url}/health/ready").status_code == 200
    commands = " ".join(serve.family().values())
    for part in ("feedback.cli web", "feedback.cli.worker"):
        assert part in commands
    assert "celery" not in commands
    assert len(serve.leaders("feedback.cli.worker")) == cores()


def test_the_home_holds_everything_and_is_for_its_owner_only(serve: Serve) -> None:
    assert stat.S_IMODE(serve.home.stat().st_mode) == 0o700
    assert (serve.home / "feedback.sqlite3").exists()
    assert (serve.home / "secret_key").stat().st_size > 50
    for path in serve.home.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_second_one_on_the_same_home_says_so_and_ends(serve: Serve) -> None:
    second = feedback("serve", "--port", "0", "--home", serve.home)
    assert second.returncode == 1
    assert f"is in use by another `feedback serve` (process {serve.pid}, {serve.url})" in second.stderr
    assert httpx.get(f"{serve.url}/health/live").status_code == 200


def test_a_process_that_dies_is_started_again_and_the_service_goes_on(serve: Serve) -> None:
    for part in ("feedback.cli web", "feedback.cli.worker"):
        killed = serve.leaders(part)[0]
        os.kill(killed, signal.SIGKILL)
        until(partial(restarted, serve, part, killed))
        posted = httpx.post(f"{serve.url}/assignment/html", json=student(f"after {part}"), timeout=30)
        assert posted.status_code == 202
        until(partial(done, serve.url + posted.headers["Location"]))
    assert serve.words().count("ended with -9; it starts again in 0.5 s") == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_leaves_no_process(start: Callable[..., Serve], number: signal.Signals) -> None:
    serve = start().ready()
    assert len(serve.family()) == 2 + cores()
    serve.send(number)
    assert serve.wait(20) == 0
    assert serve.family() == {}
    assert serve.words().endswith("Stopped.\n")
    assert not re.search("interrupted|signal 15|warning|error ", serve.words()), "a stop is nothing to worry about"


def test_a_home_of_the_edition_before_loses_its_queue_and_keeps_its_work(start: Callable[..., Serve]) -> None:
    first = start().ready()
    location = httpx.post(f"{first.url}/assignment/html", json=student("kept"), timeout=30).headers["Location"]
    until(partial(done, first.url + location))
    first.stop()
    (first.home / "queue" / "messages").mkdir(parents=True)
    (first.home / "queue" / "messages" / "1_x.interactive.msg").write_text("{}")
    (first.home / "sweep-schedule").touch()

    again = start().ready()
    assert not (again.home / "queue").exists()
    assert not (again.home / "sweep-schedule").exists()
    assert done(again.url + location)


def test_a_worker_that_has_grown_is_replaced_without_a_word(start: Callable[..., Serve]) -> None:
    serve = start().ready()
    before = set(serve.leaders("feedback.cli.worker"))
    for process in before:
        os.kill(process, signal.SIGTERM)  # it ends with 0, as one does that has grown
    until(lambda: len(set(serve.leaders("feedback.cli.worker")) - before) == cores())
    location = httpx.post(f"{serve.url}/assignment/html", json=student("after"), timeout=30).headers["Location"]
    until(partial(done, serve.url + location))

    assert "ended with" not in serve.words()


def test_a_signal_while_it_starts_stops_it_too(start: Callable[..., Serve]) -> None:
    serve = start()
    until(lambda: "migrate" in " ".join(serve.family().values()))
    serve.send(signal.SIGHUP)
    assert serve.wait(20) == 0
    assert serve.family() == {}
    assert "Listening" not in serve.words()


def test_killed_it_takes_its_children_along_and_what_was_accepted_is_done_after_the_next_start(
    start: Callable[..., Serve],
) -> None:
    killed = start(FEEDBACK_LEASE_SECONDS="4").ready()
    key = (killed.home / "secret_key").read_text()
    body = [student(f"s{number}", "1 2 3 " * 10) for number in range(40)]
    location = httpx.post(f"{killed.url}/assignment/pdf", json=body, timeout=30).headers["Location"]
    killed.send(signal.SIGKILL)
    killed.wait(10)
    until(lambda: killed.family() == {})

    again = start(FEEDBACK_LEASE_SECONDS="4").ready()
    assert (again.home / "secret_key").read_text() == key
    until(partial(done, again.url + location), seconds=300)
    entries = httpx.get(f"{again.url}{location}/reports", timeout=30).json()["students"]
    assert [entry["state"] for entry in entries] == ["SUCCESS"] * 40


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in (["serve", "--home", str(tmp_path / "home")], ["web"]):
            done = feedback(*command, "--port", str(port), FEEDBACK_HOME=str(tmp_path / "home"))
            assert done.returncode == 1
            assert f"Error: Port {port} of 127.0.0.1 cannot be listened on: Address already in use." in done.stderr


def test_a_home_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file" / "home", Path("/proc/feedback-home")):
        done = feedback("serve", "--port", "0", "--home", str(home))
        assert done.returncode == 1
        assert f"Error: The home folder {home} cannot be written to:" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["::1", "127.0.0.2", "localhost"])
def test_it_answers_on_whichever_loopback_address_it_listens(tmp_path: Path, host: str) -> None:
    running = Serve(tmp_path, tmp_path / "home", host=host).ready()
    try:
        assert httpx.get(f"{running.url}/health/accepting", timeout=30, trust_env=False).status_code == 200
        assert httpx.get(f"{running.url}/", timeout=30, trust_env=False).status_code == 200
    finally:
        running.end()


def test_a_setting_that_is_not_understood_stops_the_start_in_plain_words(tmp_path: Path) -> None:
    for command in (["serve", "--home", str(tmp_path / "home")], ["web"]):
        done = feedback(*command, "--port", "0", FEEDBACK_HOME=str(tmp_path / "home"), FEEDBACK_AUTH="maybe")
        assert done.returncode == 1
        assert "FEEDBACK_AUTH='maybe' is not understood" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_web_process_alone_runs_with_many_workers_and_ends_with_0(tmp_path: Path) -> None:
    settings = {"FEEDBACK_HOME": str(tmp_path / "home"), "WEB_TEST": str(tmp_path)}
    environment = without_ours(dict(os.environ)) | settings | {"DJANGO_SETTINGS_MODULE": "feedback.settings"}
    migrate = Process("migrate", [sys.executable, "-m", "django", "migrate"], environment, tmp_path / "migrate.log")
    assert migrate.wait(60) == 0, migrate.words()
    web = Process("web", [FEEDBACK, "web", "--port", "0", "--workers", "2"], environment, tmp_path / "web.log")
    web.until(lambda: web.words().count("Started server process") == 2)
    [url] = re.findall(r"Listening on (\S+)", web.words())
    assert httpx.get(f"{url}/health/ready").status_code == 200
    assert web.stop() == 0
    assert marked(f"WEB_TEST={tmp_path}") == {}

    again = Process("again", [FEEDBACK, "web", "--port", "0", "--workers", "2"], environment, tmp_path / "again.log")
    again.until(lambda: again.words().count("Started server process") == 2)
    again.send(signal.SIGKILL)
    again.wait(60)
    until(lambda: marked(f"WEB_TEST={tmp_path}") == {})
