"""`feedback submit`, against the real embedded service."""

import contextlib
import gzip
import hashlib
import json
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from feedback.contract.layout import CLASS_TABLES
from tests.cli.support import FEEDBACK, feedback, files_in, manifest_of, student
from tests.harness.environment import Reservation, without_ours
from tests.harness.processes import ROOT
from tests.harness.stack import Stack
from tests.harness.waiting import until


@pytest.fixture
def class_file(tmp_path: Path) -> Path:
    path = tmp_path / "class.json"
    path.write_text(json.dumps([student("ada", tag=str(tmp_path)), student("bob", "1 2 1"), student("../eve")]))
    return path


def test_a_class_comes_back_in_the_same_layout_as_render_writes(
    embedded: Stack, tmp_path: Path, class_file: Path
) -> None:
    served, rendered = tmp_path / "served", tmp_path / "rendered"
    done = feedback("submit", class_file, "--url", embedded.url, "--out", served)
    assert (done.returncode, done.stdout) == (0, f"6 reports of 6 in {served}\n"), done.stderr
    assert feedback("render", class_file, "--out", rendered).returncode == 0
    assert files_in(served) == files_in(rendered)
    for name in files_in(served) - {"manifest.json"}:
        assert (served / name).read_bytes() == (rendered / name).read_bytes(), name


def test_the_findings_come_as_json_the_class_beside_them_where_asked_for(embedded: Stack, tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_text(json.dumps([student(f"s{number}", "1 2 " * number) for number in range(1, 13)]))
    asked = ["--format", "json", "--compare", "class", "--out"]
    done = feedback("submit", path, "--url", embedded.url, *asked, tmp_path / "served")
    assert done.returncode == 0, done.stderr
    assert feedback("render", path, *asked, tmp_path / "rendered").returncode == 0
    assert len(files_in(tmp_path / "served")) == 14
    for name in files_in(tmp_path / "rendered") - {"manifest.json"}:
        assert json_in(tmp_path / "served" / name) == json_in(tmp_path / "rendered" / name), name
    assert json_in(tmp_path / "served/json/s1.json")["comparison"]["students"] == 12
    for entry in manifest_of(tmp_path / "served"):
        assert entry["sha256"] == hashlib.sha256((tmp_path / "served" / entry["link"]).read_bytes()).hexdigest()


def json_in(path: Path) -> Any:
    return json.loads(path.read_bytes())


def test_the_manifest_holds_every_student_and_format_with_the_hash_of_the_file(
    embedded: Stack, tmp_path: Path, class_file: Path
) -> None:
    feedback("submit", class_file, "--url", embedded.url, "--out", tmp_path / "out")
    entries = manifest_of(tmp_path / "out")
    assert [entry["student_id"] for entry in entries] == ["ada", "ada", "bob", "bob", "../eve", "../eve"]
    for entry in entries:
        assert entry["state"] == "SUCCESS"
        assert entry["report_id"]
        assert entry["sha256"] == hashlib.sha256((tmp_path / "out" / entry["link"]).read_bytes()).hexdigest()


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal(
    embedded: Stack, tmp_path: Path, class_file: Path
) -> None:
    done = feedback("submit", class_file, "--url", embedded.url, "--out", tmp_path / "out", "--format", "html")
    assert f"{embedded.url}/assignment/html/" in done.stderr
    assert "\r" not in done.stderr


def test_one_student_from_standard_input_gives_one_report(embedded: Stack, tmp_path: Path) -> None:
    body = gzip.compress(json.dumps(student("solo")).encode())
    done = feedback(
        "submit", "-", "--url", f"{embedded.url}/", "--out", tmp_path / "out", "--format", "pdf", stdin=body
    )
    assert done.returncode == 0, done.stderr
    assert files_in(tmp_path / "out") == {"pdf/solo.pdf", "manifest.json"}


def test_several_files_are_submitted_as_one_class(embedded: Stack, tmp_path: Path) -> None:
    paths = []
    for name in ("ann", "ben"):
        paths.append(tmp_path / f"{name}.ndjson")
        paths[-1].write_text(json.dumps(student(name)))
    done = feedback("submit", *paths, "--url", embedded.url, "--out", tmp_path / "out", "--format", "html")
    assert done.returncode == 0, done.stderr
    assert files_in(tmp_path / "out") == {
        "html/ann.html",
        "html/ben.html",
        "class.html",
        *CLASS_TABLES,
        "manifest.json",
    }


def test_submitting_again_is_the_same_task(embedded: Stack, tmp_path: Path, class_file: Path) -> None:
    first, second = (
        feedback("submit", class_file, "--url", embedded.url, "--out", tmp_path / out, "--format", "html")
        for out in ("one", "two")
    )
    assert first.returncode == second.returncode == 0
    assert first.stderr.splitlines()[0] == second.stderr.splitlines()[0]


def test_the_time_zone_is_the_services_unless_given(embedded: Stack, tmp_path: Path, class_file: Path) -> None:
    address = ["--url", embedded.url, "--format", "html", "--out"]
    feedback("submit", class_file, *address, tmp_path / "own")
    feedback("submit", class_file, *address, tmp_path / "given", "--tz", "Asia/Kolkata")
    assert "Asia/Kolkata" not in (tmp_path / "own/html/ada.html").read_text()
    assert "Asia/Kolkata" in (tmp_path / "given/html/ada.html").read_text()


def test_a_refusal_is_told_in_the_services_own_words_with_every_place(embedded: Stack, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('[{"student_id": "ada", "events": [{"unit": true}]}, {"student_id": "", "events": []}]')
    words = embedded.client.post("/assignment/html", json=json.loads(path.read_text())).json()
    done = feedback("submit", path, "--url", embedded.url, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert words["error"] in done.stderr
    assert {"students[0].events[0].unit", "students[1].student_id"} == set(words["details"])
    for place, [message] in words["details"].items():
        assert f"  {place}: {message}\n" in done.stderr


def test_a_time_zone_the_service_does_not_know_is_told_in_its_words(
    embedded: Stack, tmp_path: Path, class_file: Path
) -> None:
    done = feedback("submit", class_file, "--url", embedded.url, "--out", tmp_path / "out", "--tz", "Mars")
    assert done.returncode == 1
    assert "tz: not a time zone" in done.stderr


def test_a_service_that_is_away_is_tried_again_until_it_comes(
    embedded: Stack, tmp_path: Path, class_file: Path
) -> None:
    """A forwarder stands for the network: it refuses until the client has noticed, then passes bytes on."""
    front = Reservation()
    command = [FEEDBACK, "submit", class_file, "--url", f"http://127.0.0.1:{front.port}", "--out", tmp_path / "out"]
    client = subprocess.Popen(
        [*map(str, command), "--format", "html"],
        cwd=ROOT,
        env=without_ours(dict(os.environ)),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stderr
    assert "trying again in 0.5 s" in client.stderr.readline()
    with socket.create_server(("127.0.0.1", front.port)) as listening:
        front.release()
        thread = threading.Thread(target=forward, args=(listening, embedded.port))
        thread.start()
        output, words = client.communicate(timeout=120)
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert client.returncode == 0, words
    assert output == f"3 reports of 3 in {tmp_path / 'out'}\n"


def forward(listening: socket.socket, port: int) -> None:
    """Pass connections on until `listening` is closed."""
    with contextlib.suppress(OSError), contextlib.ExitStack() as connections:
        while True:
            client = connections.enter_context(listening.accept()[0])
            service = connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            for pair in ((client, service), (service, client)):
                threading.Thread(target=pump, args=pair, daemon=True).start()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # one of the two has gone
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_service_on_this_machine_is_never_asked_through_a_proxy(
    embedded: Stack, tmp_path: Path, class_file: Path, name: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:  # takes connections, and answers none
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        done = feedback(
            "submit", class_file, "--url", embedded.url, "--out", tmp_path / "out", stdin=b"", **{name: proxy}
        )
    assert done.returncode == 0, done.stderr


def test_a_service_that_stays_away_is_named_and_exits_with_1(tmp_path: Path, class_file: Path) -> None:
    nowhere = Reservation()
    done = feedback("submit", class_file, "--url", f"http://127.0.0.1:{nowhere.port}", "--out", tmp_path / "out")
    nowhere.release()
    assert done.returncode == 1
    assert f"Error: http://127.0.0.1:{nowhere.port} cannot be reached.\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_no_feedback_service_is_said_so(tmp_path: Path, class_file: Path, embedded: Stack) -> None:
    done = feedback("submit", class_file, "--url", f"{embedded.url}/elsewhere", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "There is nothing at this address" in done.stderr


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://", "nonsense"])
def test_an_address_that_is_none_is_a_usage_error(class_file: Path, url: str) -> None:
    done = feedback("submit", class_file, "--url", url, "--out", "x")
    assert done.returncode == 2
    assert "expected an address such as http://127.0.0.1:8000" in done.stderr


def test_ctrl_c_ends_it_without_a_traceback(embedded: Stack, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_text(json.dumps([student(f"s{number}", "1 2 3 " * 15, tag="ctrl-c") for number in range(300)]))
    client = subprocess.Popen(
        [FEEDBACK, "submit", str(path), "--url", embedded.url, "--out", str(tmp_path / "out"), "--format", "pdf"],
        cwd=ROOT,
        env=without_ours(dict(os.environ)),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert client.stderr
    assert "accepted" in client.stderr.readline()
    client.send_signal(signal.SIGINT)
    words = client.communicate(timeout=60)[1]
    assert client.returncode == 1
    assert "Aborted!" in words
    assert "Traceback" not in words
    until(lambda: embedded.client.get("/health/ready").status_code == 200)


def test_the_reports_of_several_files_say_in_which_zone_their_times_were_read(embedded: Stack, tmp_path: Path) -> None:
    """In the night in which an hour comes twice, with a time of each of both hours."""
    times = ("2024-10-27T01:30", "2024-10-27T02:30", "2024-10-27T01:30Z", "2024-10-27T03:30")
    events = [{"unit": "1", "type": "submission", "created_time": time, "score": 0.5} for time in times]
    paths = [tmp_path / f"{name}.json" for name in ("ann", "ben")]
    for path in paths:
        path.write_text(json.dumps({"student_id": f"{path.stem}{tmp_path}", "events": events}))
    asked = ["--source-tz", "Europe/Berlin", "--format", "json", "--out"]
    served, rendered = tmp_path / "served", tmp_path / "rendered"
    done = feedback("submit", *paths, "--url", embedded.url, *asked, served)
    assert done.returncode == 0, done.stderr
    assert feedback("render", *paths, *asked, rendered).returncode == 0

    for name in sorted(files_in(rendered) - {"manifest.json"}):
        assert json_in(served / name) == json_in(rendered / name), name
        assert "Europe/Berlin" in (served / name).read_text()
